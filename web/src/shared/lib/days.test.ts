import { afterEach, beforeEach, expect, it } from "vitest";
import { daysAgo } from "./days";

const zone = process.env.TZ;
beforeEach(() => {
  process.env.TZ = "Europe/Berlin";
});
afterEach(() => {
  process.env.TZ = zone;
});

const at = (text: string) => new Date(text).getTime();

it.each([
  ["today, however early", "2026-03-30T00:01", "2026-03-30T23:59", 0],
  ["yesterday, however late", "2026-03-30T23:59", "2026-03-31T00:01", 1],
  ["the day of 23 hours is yesterday on the next", "2026-03-29T12:00", "2026-03-30T00:30", 1],
  ["the day before it is not", "2026-03-28T23:40", "2026-03-30T00:30", 2],
  ["the day of 25 hours is yesterday on the next", "2026-10-25T00:30", "2026-10-26T23:30", 1],
  ["a clock that goes ahead makes no yesterday", "2026-03-31T00:01", "2026-03-30T23:59", -1],
])("%s", (_, then, now, days) => {
  expect(daysAgo(at(then), at(now))).toBe(days);
});
