import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { line } from "./fake-server";
import { addLines, addPage, applyListed, dotOf, EMPTY_LIST, type Listed, ordered, unreadCount } from "./list";

const ids = (lines: readonly Listed[]) => lines.map((known) => known.id);

describe("the fold of the list", () => {
  it("keeps the newest version of a line, in whichever order versions come", () => {
    const versions = [1, 2, 3].map((list_seq) => line("one", { list_seq, title: `${list_seq}` }));
    fc.assert(
      fc.property(fc.shuffledSubarray(versions, { minLength: 3 }), (shuffled) => {
        const view = shuffled.reduce((list, known) => applyListed(list, [known]), EMPTY_LIST);
        expect(view.items.get("one")?.title).toBe("3");
        expect(view.seq).toBe(3);
      }),
    );
  });

  it("keeps the lines that did not change, and itself where nothing did", () => {
    const view = applyListed(EMPTY_LIST, [line("one"), line("two", { list_seq: 2 })]);
    const next = applyListed(view, [line("two", { list_seq: 3 })]);
    expect(next.items.get("one")).toBe(view.items.get("one"));
    expect(applyListed(next, [line("two", { list_seq: 3 })])).toBe(next);
  });

  it("follows changes from the first page on, whatever later pages bring", () => {
    const first = addPage(EMPTY_LIST, { items: [line("one", { list_seq: 5 })], next: "more" });
    const second = addPage(first, { items: [line("two", { list_seq: 9 })], next: null });
    expect([first.seq, second.seq]).toEqual([5, 5]);
    expect(addLines(second, [line("three", { list_seq: 12 })]).seq).toBe(5);
  });
});

describe("the order", () => {
  it("is pinned first, then the newest change", () => {
    const view = applyListed(EMPTY_LIST, [
      line("old", { updated_at: 1 }),
      line("new", { updated_at: 3 }),
      line("pinned", { updated_at: 2, pinned: true }),
      line("archived", { updated_at: 4, archived: true }),
      line("deleted", { updated_at: 5, deleted: true }),
    ]);
    expect(ids(ordered(view))).toEqual(["pinned", "new", "old"]);
    expect(ids(ordered(view, { archived: true }))).toEqual(["archived"]);
  });

  it("leaves out what belongs to pages that are not loaded, until they are", () => {
    const lines = [line("a", { updated_at: 9 }), line("b", { updated_at: 8 })];
    const first = addPage(EMPTY_LIST, { items: lines, next: "more" });
    const found = addLines(first, [line("d", { updated_at: 2 })]);
    expect(ids(ordered(found))).toEqual(["a", "b"]);
    const moved = applyListed(found, [line("d", { updated_at: 10, list_seq: 2 })]);
    expect(ids(ordered(moved))).toEqual(["d", "a", "b"]);
    const whole = addPage(found, {
      items: [line("c", { updated_at: 5 }), line("d", { updated_at: 2 })],
      next: null,
    });
    expect(ids(ordered(whole))).toEqual(["a", "b", "c", "d"]);
  });
});

describe("a dot", () => {
  const unread = { answered_seq: 9, read_seq: 4 };
  it.each([
    ["running", line("one", { status: "running", ...unread })],
    ["running", line("one", { status: "compacting" })],
    ["waiting", line("one", { status: "waiting" })],
    ["failed", line("one", { outcome: "failed", ...unread })],
    ["idle", line("one", { outcome: "failed", answered_seq: 9, read_seq: 9 })],
    ["unread", line("one", { outcome: "completed", ...unread })],
    ["idle", line("one", { outcome: "stopped", answered_seq: 4, read_seq: 4 })],
  ] as const)("says %s", (dot, known) => {
    expect(dotOf(known)).toBe(dot);
  });

  it("is counted where something is unread and still in the list", () => {
    const view = applyListed(EMPTY_LIST, [
      line("one", unread),
      line("two", { ...unread, archived: true }),
      line("three", { ...unread, deleted: true }),
      line("four"),
    ]);
    expect(unreadCount(view)).toBe(1);
  });
});
