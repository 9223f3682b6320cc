import { expect, test } from "vitest";
import { byteSize, compactCount, duration, shortTime } from "./format";

const NOW = new Date(2026, 10, 23, 15).getTime();

test.each([
  [new Date(2026, 10, 23, 9, 5), "09:05"],
  [new Date(2026, 10, 21, 9, 5), "Sat 09:05"],
  [new Date(2026, 1, 3), "Feb 3"],
  [new Date(2024, 1, 3), "Feb 3, 2024"],
])("%s is told as %s", (date, told) => {
  expect(
    shortTime(date.getTime(), NOW)
      .replace(/ [AP]M/, "")
      .replace(",", ""),
  ).toBe(told.replace(",", ""));
});

test.each([
  [12, "12 ms"],
  [2400, "2.4 s"],
  [59_960, "60 s"],
  [192_000, "3 min 12 s"],
])("%d ms is %s", (milliseconds, told) => {
  expect(duration(milliseconds)).toBe(told);
});

test.each([
  [512, "512 B"],
  [3400, "3.4 kB"],
  [12_345_678, "12 MB"],
])("%d bytes are %s", (bytes, told) => {
  expect(byteSize(bytes)).toBe(told);
});

test("large counts are short", () => {
  expect(compactCount(12_430)).toBe("12.4K");
});
