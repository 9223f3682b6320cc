import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { StreamEvent } from "@/shared/api/types";
import { applyEvents, emptyView } from "@/shared/live/conversation";
import { Timeline } from "./timeline";

const golden: { events: StreamEvent[] } = JSON.parse(readFileSync("../tests/golden/branches.json", "utf8"));

/** A journal that is longer than the distance of the checkpoints. */
function longJournal(): StreamEvent[] {
  const last = golden.events.at(-1);
  const renames = Array.from(
    { length: 450 },
    (_, number): StreamEvent => ({
      type: "conversation_changed",
      conversation_id: "c",
      seq: (last?.seq ?? 0) + number + 1,
      at: (last?.at ?? 0) + number,
      changed: { title: `Title ${number}` },
    }),
  );
  return [...golden.events, ...renames];
}

test("every place shows what the fold of the events before it gives, in whatever order places are visited", () => {
  const events = longJournal();
  const timeline = new Timeline("c", events);
  for (const place of [events.length, 3, 401, 200, 0, 199, 201, 17]) {
    const expected = applyEvents(emptyView("c"), events.slice(0, place));
    expect(timeline.viewAfter(place).state).toEqual(expected.state);
    expect([...timeline.viewAfter(place).messages]).toEqual([...expected.messages]);
  }
});

test("messages are reached from both sides", () => {
  const timeline = new Timeline("c", golden.events);
  const places = golden.events.flatMap((event, index) => (event.type === "message" ? [index + 1] : []));
  const forth: number[] = [];
  for (let place = 0; place < golden.events.length; place = timeline.messagePlace(place, 1)) {
    forth.push(place);
  }
  expect(forth).toEqual([0, ...places]);
  expect(timeline.messagePlace(places[1] ?? 0, -1)).toBe(places[0]);
  expect(timeline.messagePlace(places[0] ?? 0, -1)).toBe(0);
});
