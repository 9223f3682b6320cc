import { expect, test } from "vitest";
import type { Message } from "@/shared/api/types";
import { excerpt } from "./excerpt";

function message(text: string): Message {
  return {
    id: "m",
    parent_id: null,
    siblings: ["m"],
    author: "user",
    status: "completed",
    parts: [{ type: "text", id: "p", text }],
    turn_id: null,
    created_at: 0,
    edited: false,
  };
}

test("the words around the place are given on one line", () => {
  expect(excerpt(message("Fix the\nparser, please"), "PARSER")).toBe("Fix the parser, please");
});

test("long texts are cut at both sides", () => {
  const text = excerpt(message(`${"a ".repeat(100)}needle${" b".repeat(100)}`), "needle") ?? "";
  expect(text).toMatch(/^…a .*needle b.*…$/);
  expect(text.length).toBeLessThan(140);
});

test("what is not there gives nothing", () => {
  expect(excerpt(message("hay"), "needle")).toBeUndefined();
});
