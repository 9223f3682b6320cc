import { expect, it } from "vitest";
import { enterMeaning } from "./keys";

const plain = { shiftKey: false, altKey: false, mod: false };
const shift = { ...plain, shiftKey: true };
const alt = { ...plain, altKey: true };
const mod = { ...plain, mod: true };

it.each([
  ["enter", plain, "send"],
  ["shift enter", shift, "newline"],
  ["mod enter", mod, "other"],
  ["alt enter", alt, "other"],
] as const)("%s: %o means %s where enter sends", (_, key, meaning) => {
  expect(enterMeaning(key, "enter", false)).toBe(meaning);
});

it.each([
  ["enter", plain, "newline"],
  ["shift enter", shift, "newline"],
  ["mod enter", mod, "send"],
  ["alt enter", alt, "other"],
] as const)("%s: %o means %s where mod and enter send", (_, key, meaning) => {
  expect(enterMeaning(key, "mod+enter", false)).toBe(meaning);
});

it("makes a line on a touch screen, which has no other key for it", () => {
  expect(enterMeaning(plain, "enter", true)).toBe("newline");
});
