import { expect, test } from "vitest";
import type { Message, ToolPart } from "@/shared/api/types";
import { type ConversationView, emptyView } from "@/shared/live/conversation";
import { filesRead } from "./files-read";

function call(id: string, data: unknown): ToolPart {
  const result = { model_text: "", content: null, data, truncated: false, blob: null };
  return { type: "tool", id, call_id: "", name: "tool", input: "", status: "completed", result };
}

function conversation(...parts: ToolPart[]): ConversationView {
  const message: Message = {
    id: "m",
    parent_id: null,
    siblings: ["m"],
    author: "assistant",
    status: "completed",
    parts,
    turn_id: null,
    created_at: 0,
    edited: false,
  };
  const view = emptyView("c");
  return { ...view, state: { ...view.state, head: "m" }, messages: new Map([["m", message]]) };
}

test("lines of one file are joined, and the file that was read last comes first", () => {
  const view = conversation(
    call("1", { kind: "file", path: "a.py", first_line: 1, last_line: 10 }),
    call("2", { kind: "file", path: "b.py", first_line: 5, last_line: 6 }),
    call("3", { kind: "file", path: "a.py", first_line: 40, last_line: 50 }),
    call("4", { kind: "file", path: "a.py", first_line: 8, last_line: 20 }),
  );
  expect(filesRead(view).map((file) => [file.path, file.ranges])).toEqual([
    [
      "a.py",
      [
        [1, 20],
        [40, 50],
      ],
    ],
    ["b.py", [[5, 6]]],
  ]);
});

test("hits are counted without the lines around them", () => {
  const lines = [
    { number: 4, text: "before", context: true },
    { number: 5, text: "found" },
  ];
  const view = conversation(call("1", { kind: "hits", files: [{ path: "a.py", lines }] }));
  expect(filesRead(view)).toEqual([{ path: "a.py", ranges: [], hits: 1, firstLine: 5 }]);
});

test("an empty file and results of other kinds have no lines", () => {
  const view = conversation(
    call("1", { kind: "file", path: "empty", first_line: 1, last_line: 0 }),
    call("2", { kind: "plan", steps: [] }),
    call("3", "nonsense"),
    call("4", null),
  );
  expect(filesRead(view).map((file) => [file.path, file.ranges])).toEqual([["empty", []]]);
});
