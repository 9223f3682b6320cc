import { expect, test } from "vitest";
import { en } from "@/shared/i18n/en";
import { byDay } from "./days";

const NOW = new Date(2026, 10, 23, 9, 30).getTime();

function line(title: string, at: Date, pinned = false) {
  return { title, pinned, updated_at: at.getTime() };
}

test("days are counted by the calendar, pinned ones come first, old ones go by month", () => {
  const groups = byDay(
    [
      line("pinned", new Date(2026, 0, 1), true),
      line("now", new Date(2026, 10, 23, 0, 1)),
      line("late yesterday", new Date(2026, 10, 22, 23, 59)),
      line("a week ago", new Date(2026, 10, 16, 12)),
      line("three weeks ago", new Date(2026, 10, 2)),
      line("summer", new Date(2026, 6, 5)),
      line("summer too", new Date(2026, 6, 1)),
    ],
    en.conversations,
    "en",
    NOW,
  );
  expect(groups.map((group) => [group.label, group.items.map((item) => item.title)])).toEqual([
    ["Pinned", ["pinned"]],
    ["Today", ["now"]],
    ["Yesterday", ["late yesterday"]],
    ["Previous 7 days", ["a week ago"]],
    ["Previous 30 days", ["three weeks ago"]],
    ["July 2026", ["summer", "summer too"]],
  ]);
});

test("a clock that runs ahead is today", () => {
  expect(byDay([line("ahead", new Date(2026, 10, 24))], en.conversations, "en", NOW)[0]?.label).toBe("Today");
});
