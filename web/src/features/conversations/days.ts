/** Conversations by the day of their last change, as a person counts days: by the calendar, not by 24 hours. */
import type { Strings } from "@/shared/i18n";
import { daysAgo } from "@/shared/lib/days";

export interface Group<Item> {
  key: string;
  label: string;
  items: Item[];
}

/** Groups what is in order already (pinned first, then newest first); no group is empty. */
export function byDay<Item extends { pinned: boolean; updated_at: number }>(
  items: readonly Item[],
  t: Strings["conversations"],
  language: string,
  now: number,
): Group<Item>[] {
  const groups = new Map<string, Group<Item>>();
  for (const item of items) {
    const [key, label] = item.pinned ? ["pinned", t.pinned] : day(item.updated_at, now, t, language);
    const group = groups.get(key);
    if (group) {
      group.items.push(item);
    } else {
      groups.set(key, { key, label, items: [item] });
    }
  }
  return [...groups.values()];
}

function day(at: number, now: number, t: Strings["conversations"], language: string): [string, string] {
  const ago = daysAgo(at, now);
  if (ago <= 0) {
    return ["today", t.today];
  }
  if (ago === 1) {
    return ["yesterday", t.yesterday];
  }
  if (ago <= 7) {
    return ["week", t.week];
  }
  if (ago <= 30) {
    return ["month", t.month];
  }
  const date = new Date(at);
  const label = new Intl.DateTimeFormat(language, { month: "long", year: "numeric" }).format(date);
  return [`${date.getFullYear()}-${date.getMonth()}`, label];
}
