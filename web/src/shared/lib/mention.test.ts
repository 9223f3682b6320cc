import { expect, it } from "vitest";
import { mentionText } from "./mention";

it.each([
  ["src/main.py", "file", "@src/main.py"],
  ["src", "directory", "@src/"],
  ["my notes/a b.md", "file", '@"my notes/a b.md"'],
] as const)("writes %s, a %s, as %s", (path, kind, text) => {
  expect(mentionText(path, kind)).toBe(text);
});
