import { expect, test } from "vitest";
import { rank } from "./rank";

test("every word must stand in it", () => {
  expect(rank(["Delete", "Conversation"], "tide")).toBe(0);
  expect(rank(["Delete", "Conversation"], "delete conv")).toBeGreaterThan(0);
  expect(rank(["Delete", "Conversation"], "delete view")).toBe(0);
});

test("what begins with the words comes before what has them, and words before parts of words", () => {
  const ranks = [["Panel"], ["Show the panel"], ["Subpanel"]].map((keywords) => rank(keywords, "panel"));
  expect(ranks).toEqual([...ranks].sort((left, right) => right - left));
  expect(new Set(ranks).size).toBe(3);
});

test("nothing searched shows everything", () => {
  expect(rank(["Anything"], "")).toBeGreaterThan(0);
});
