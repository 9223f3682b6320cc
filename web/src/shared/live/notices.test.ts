import { describe, expect, it } from "vitest";
import { line } from "./fake-server";
import { applyListed, EMPTY_LIST, type Listed, type ListView } from "./list";
import { isStillNews, noticesBetween } from "./notices";

const list = (...lines: Listed[]): ListView => applyListed(EMPTY_LIST, lines);
const change = (before: ListView, ...lines: Listed[]) => noticesBetween(before, applyListed(before, lines));
const running = line("one", { status: "running" });
const done = line("one", { list_seq: 2, outcome: "completed", answered_seq: 9, read_seq: 3 });

describe("notices", () => {
  it("tell of an answer that is done", () => {
    expect(change(list(running), done)).toEqual([{ conversationId: "one", kind: "done", title: "one" }]);
  });

  it("tell of an answer that failed", () => {
    expect(change(list(running), { ...done, outcome: "failed" })).toMatchObject([{ kind: "failed" }]);
  });

  it("tell of a conversation that waits for a person", () => {
    expect(change(list(running), line("one", { list_seq: 2, status: "waiting" }))).toMatchObject([
      { kind: "waiting" },
    ]);
  });

  it("do not tell what was already so", () => {
    expect(change(EMPTY_LIST, done, line("two", { status: "waiting" }))).toEqual([]);
  });

  it("tell nothing twice", () => {
    const after = list(done);
    expect(change(after, { ...done, list_seq: 3, title: "Renamed" })).toEqual([]);
    const waiting = line("two", { status: "waiting" });
    expect(change(list(waiting), { ...waiting, list_seq: 2, title: "Renamed" })).toEqual([]);
  });

  it("tell only how it is after several changes at once", () => {
    expect(change(list(running), done, { ...running, list_seq: 3, answered_seq: 9 })).toEqual([]);
    expect(change(list(line("one")), done)).toMatchObject([{ kind: "done" }]);
  });

  it("do not tell what a person stopped, has read elsewhere, or has put away", () => {
    expect(change(list(running), line("one", { list_seq: 2, outcome: "stopped" }))).toEqual([]);
    expect(change(list(running), { ...done, read_seq: 9 })).toEqual([]);
    expect(change(list(running), { ...done, archived: true })).toEqual([]);
    expect(change(list(running), { ...done, deleted: true })).toEqual([]);
  });

  it("are old once somebody has looked, here or elsewhere", () => {
    const notice = { conversationId: "one", kind: "done", title: null } as const;
    expect(isStillNews(notice, list(done))).toBe(true);
    expect(isStillNews(notice, list({ ...done, read_seq: 9 }))).toBe(false);
    const waiting = { ...notice, kind: "waiting" } as const;
    expect(isStillNews(waiting, list(line("one", { status: "waiting" })))).toBe(true);
    expect(isStillNews(waiting, list(running))).toBe(false);
  });
});
