import { expect, it } from "vitest";
import type { QueueItem } from "@/shared/api/types";
import { changed, moved, textOf, without } from "./queue-changes";

function item(id: string, text = id): QueueItem {
  return { id, turn_id: "t", mode: "queue", parts: [{ type: "text", id: `${id}.text`, text }] };
}

const queue = [item("a"), item("b"), item("c")];

it("moves an item and names all others", () => {
  expect(moved(queue, "c", 0)).toEqual([{ id: "c" }, { id: "a" }, { id: "b" }]);
  expect(moved(queue, "a", 1)).toEqual([{ id: "b" }, { id: "a" }, { id: "c" }]);
});

it.each([
  ["before the beginning", "a", -1],
  ["behind the end", "c", 3],
  ["what does not wait", "x", 0],
])("does not move %s", (_, id, to) => {
  expect(moved(queue, id, to)).toBeNull();
});

it("changes one item and says nothing of the others", () => {
  expect(changed(queue, { id: "b", content: "new" })).toEqual([
    { id: "a" },
    { id: "b", content: "new" },
    { id: "c" },
  ]);
});

it("does not change what does not wait", () => {
  expect(changed(queue, { id: "x", content: "new" })).toBeNull();
});

it("leaves an item out", () => {
  expect(without(queue, "b")).toEqual([{ id: "a" }, { id: "c" }]);
});

it("gives an item's text", () => {
  expect(textOf(item("a", "hello"))).toBe("hello");
});
