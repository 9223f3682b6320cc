import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message, StreamEvent } from "@/shared/api/types";
import {
  applyEvents,
  branch,
  type ConversationView,
  emptyView,
  fromDetails,
  mergeNewest,
  mergeOlder,
} from "./conversation";
import { detailsOf, GOLDEN, GOLDEN_ID, type GoldenState, snapshotOf, stateOf } from "./golden";

const START = emptyView(GOLDEN_ID);

function byId(state: GoldenState): GoldenState {
  const messages = [...state.messages].sort((left, right) => (left.id < right.id ? -1 : 1));
  return { ...state, messages };
}

function inBatches(events: readonly StreamEvent[], sizes: readonly number[]): ConversationView {
  let view = START;
  let at = 0;
  for (let turn = 0; at < events.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    view = applyEvents(view, events.slice(at, at + size));
    at += size;
  }
  return view;
}

describe.each(GOLDEN)("the golden log $name", ({ events, state }) => {
  it("gives the server's state, event by event", () => {
    expect(stateOf(inBatches(events, [1]))).toEqual(state);
  });

  it("gives the same state in batches of any size", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (chosen) => {
        expect(stateOf(inBatches(events, chosen))).toEqual(state);
      }),
    );
  });

  it("gives the same state through a snapshot at any place, for a watcher at any earlier one", () => {
    const place = fc.integer({ min: 0, max: events.length });
    fc.assert(
      fc.property(place, place, (one, other) => {
        const [seen, now] = [Math.min(one, other), Math.max(one, other)];
        const watcher = inBatches(events.slice(0, seen), [3]);
        const server = applyEvents(watcher, events.slice(seen, now));
        const caughtUp = applyEvents(watcher, [snapshotOf(server, watcher)]);
        expect(byId(stateOf(caughtUp))).toEqual(byId(stateOf(server)));
        const rest = applyEvents(caughtUp, events.slice(now));
        expect(byId(stateOf(rest))).toEqual(byId(state));
      }),
    );
  });

  it("is not taken back by a snapshot that is older than what was seen", () => {
    const place = fc.integer({ min: 1, max: events.length });
    fc.assert(
      fc.property(place, place, (one, other) => {
        const server = inBatches(events.slice(0, Math.min(one, other)), [4]);
        const watcher = inBatches(events.slice(0, Math.max(one, other)), [4]);
        const stream = [snapshotOf(server, START), ...events.slice(Math.min(one, other))];
        expect(stateOf(applyEvents(watcher, stream))).toEqual(state);
      }),
    );
  });

  it("passes over what was seen already", () => {
    const place = fc.integer({ min: 0, max: events.length });
    fc.assert(
      fc.property(place, (back) => {
        const whole = inBatches(events, [5]);
        expect(applyEvents(whole, events.slice(back))).toBe(whole);
        const twice = [...events.slice(0, back), ...events];
        expect(stateOf(applyEvents(START, twice))).toEqual(state);
      }),
    );
  });

  it("gives the same branch from a page loaded anywhere, followed to the end, with older pages", () => {
    const whole = inBatches(events, [1]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: events.length }),
        fc.integer({ min: 1, max: 3 }),
        (seen, limit) => {
          const server = inBatches(events.slice(0, seen), [1]);
          let view = fromDetails(detailsOf(server, limit));
          for (const event of events.slice(seen)) {
            view = applyEvents(view, [event]);
            if (view.incomplete) {
              const now = applyEvents(START, events.slice(0, events.indexOf(event) + 1));
              view = mergeNewest(view, detailsOf(now, limit));
            }
          }
          while (view.before !== null) {
            view = mergeOlder(view, detailsOf(whole, limit, view.before));
          }
          expect(branch(view)).toEqual(branch(whole));
          for (const id of branch(whole)) {
            expect(view.messages.get(id)).toEqual(whole.messages.get(id));
          }
          expect(view.state).toEqual(whole.state);
          expect([...view.openParts]).toEqual([...whole.openParts]);
        },
      ),
    );
  });
});

// A conversation of this test's own

type Body = StreamEvent extends infer Event
  ? Event extends StreamEvent
    ? Omit<Event, "seq" | "at" | "conversation_id">
    : never
  : never;

function numbered(bodies: readonly Body[], after = 0): StreamEvent[] {
  return bodies.map((body, index) => ({
    ...body,
    conversation_id: GOLDEN_ID,
    seq: after + index + 1,
    at: 1000 + after + index,
  }));
}

const said = (id: string, parent: string | null): Body => ({
  type: "message",
  message_id: id,
  parent_id: parent,
  author: "user",
  origin: "send",
  parts: [{ type: "text", id: `${id}.text`, text: id, payload: null }],
  turn_id: null,
});
const begun = (id: string, parent: string): Body => ({
  type: "start",
  turn_id: `turn.${id}`,
  message_id: id,
  parent_id: parent,
  cause: "message",
});
const asked = (id: string): Body => ({
  type: "output_start",
  turn_id: `turn.${id}`,
  message_id: id,
  index: 1,
  attempt: 1,
});
const piece = (id: string, text: string): Body => ({
  type: "delta",
  message_id: id,
  index: 1,
  attempt: 1,
  part_id: `${id}.1`,
  text,
});

function chain(length: number): ConversationView {
  const bodies = Array.from({ length }, (_, index) =>
    said(`m${index}`, index === 0 ? null : `m${index - 1}`),
  );
  return applyEvents(START, numbered(bodies));
}

const text = (message: Message | undefined): string | undefined =>
  message?.parts.map((part) => (part.type === "text" ? part.text : "")).join("");

describe("identity", () => {
  const opened = applyEvents(chain(3), numbered([begun("a", "m2"), asked("a"), piece("a", "Hel")], 3));

  it("keeps the messages that a batch does not touch", () => {
    const next = applyEvents(opened, numbered([piece("a", "lo")], 6));
    expect(next.messages.get("m2")).toBe(opened.messages.get("m2"));
    expect(next.messages.get("a")).not.toBe(opened.messages.get("a"));
  });

  it("never changes the view that it began with", () => {
    const before = structuredClone(stateOf(opened));
    applyEvents(opened, numbered([piece("a", "lo"), said("later", "a")], 6));
    expect(stateOf(opened)).toEqual(before);
  });

  it("keeps the other parts of a message that grows", () => {
    const thought: Body = { ...piece("a", "hm"), type: "thinking_delta", part_id: "a.0" } as Body;
    const both = applyEvents(opened, numbered([thought], 6));
    const next = applyEvents(both, numbered([{ ...thought, text: "m" } as Body], 7));
    expect(next.messages.get("a")?.parts[0]).toBe(both.messages.get("a")?.parts[0]);
  });

  it("keeps the messages and the open parts where only the conversation changes", () => {
    const next = applyEvents(
      opened,
      numbered([{ type: "conversation_changed", changed: { title: "T" } }], 6),
    );
    expect(next.messages).toBe(opened.messages);
    expect(next.openParts).toBe(opened.openParts);
    expect(next.state.title).toBe("T");
  });

  it("gives the same view for nothing new", () => {
    expect(applyEvents(opened, [])).toBe(opened);
  });
});

describe("a partly loaded tree", () => {
  const server = chain(6);
  const page = fromDetails(detailsOf(server, 2));

  it("knows where older messages can be loaded from", () => {
    expect(branch(page)).toEqual(["m4", "m5"]);
    expect(page.before).toBe("m4");
    const older = mergeOlder(page, detailsOf(server, 3, "m4"));
    expect(branch(older)).toEqual(["m1", "m2", "m3", "m4", "m5"]);
    expect(older.before).toBe("m1");
    expect(mergeOlder(older, detailsOf(server, 3, "m1")).before).toBeNull();
  });

  it("keeps what is loaded where an older page brings it again", () => {
    const older = mergeOlder(page, detailsOf(server, 6));
    expect(older.messages.get("m5")).toBe(page.messages.get("m5"));
  });

  it("passes over a change of a message that is not loaded", () => {
    const edited = numbered([{ type: "message_edited", message_id: "m0", parts: [] }], 6);
    const next = applyEvents(page, edited);
    expect(next.incomplete).toBe(false);
    expect(next.messages).toBe(page.messages);
    expect(next.state.seq).toBe(7);
  });

  it("is incomplete where the head moves to a message that is not loaded", () => {
    const away = applyEvents(page, numbered([{ type: "head_moved", head: "elsewhere", cause: "select" }], 6));
    expect(away.incomplete).toBe(true);
    const back = applyEvents(away, numbered([{ type: "head_moved", head: "m5", cause: "select" }], 7));
    expect(back.incomplete).toBe(false);
    expect(branch(back)).toEqual(["m4", "m5"]);
  });

  it("is incomplete where a message follows one that is not loaded, until it is loaded", () => {
    const events = numbered([said("branch", "m1"), begun("a", "branch"), asked("a"), piece("a", "Hi")], 6);
    const next = applyEvents(page, events);
    expect(next.incomplete).toBe(true);
    expect(next.state.head).toBe("a");
    const loaded = mergeNewest(next, detailsOf(applyEvents(server, events), 100));
    expect(loaded.incomplete).toBe(false);
    expect(branch(loaded)).toEqual(["m0", "m1", "branch", "a"]);
    expect(text(applyEvents(loaded, numbered([piece("a", "!")], 10)).messages.get("a"))).toBe("Hi!");
  });

  it("knows the siblings of a loaded message, though their parent is not loaded for the others", () => {
    const next = applyEvents(page, numbered([said("other", "m4")], 6));
    expect(next.messages.get("m5")?.siblings).toEqual(["m5", "other"]);
    expect(next.messages.get("other")?.siblings).toEqual(["m5", "other"]);
  });

  it("does not guess the siblings of a first message after a clear", () => {
    const cleared = fromDetails(
      detailsOf(applyEvents(server, numbered([{ type: "head_moved", head: null, cause: "clear" }], 6)), 100),
    );
    expect(cleared.incomplete).toBe(false);
    expect(applyEvents(cleared, numbered([said("first", null)], 7)).incomplete).toBe(true);
  });

  it("closes the open parts that its page names", () => {
    const streaming = applyEvents(server, numbered([begun("a", "m5"), asked("a"), piece("a", "Hel")], 6));
    const loaded = fromDetails(detailsOf(streaming, 2));
    const done: Body = {
      type: "output_done",
      turn_id: "turn.a",
      message_id: "a",
      index: 1,
      attempt: 1,
      reason: "complete",
      parts: [{ type: "text", id: "a.2", text: "Hello", payload: null }],
    };
    expect(text(applyEvents(loaded, numbered([done], 9)).messages.get("a"))).toBe("Hello");
  });
});

describe("cost", () => {
  it("does not depend on the length of the answer or of the conversation", () => {
    const time = (messages: number) => {
      let view = applyEvents(
        chain(messages),
        numbered([begun("a", `m${messages - 1}`), asked("a")], messages),
      );
      const began = performance.now();
      for (let batch = 0; batch < 200; batch += 1) {
        const pieces = Array.from({ length: 100 }, () => piece("a", "token "));
        view = applyEvents(view, numbered(pieces, view.state.seq));
      }
      expect(text(view.messages.get("a"))).toHaveLength(20_000 * "token ".length);
      return performance.now() - began;
    };
    time(10);
    // 200 batches are 16 seconds of streaming at 80 milliseconds each: 5 % of that is far above what a slow machine takes.
    expect(time(2000)).toBeLessThan(800);
  });
});
