import { describe, expect, it } from "vitest";
import { tabBadge, tabTitle } from "./title";

describe("the tab's title", () => {
  it.each([
    [{ unread: 0, running: false, title: null }, "Flowent"],
    [{ unread: 0, running: false, title: " " }, "Flowent"],
    [{ unread: 0, running: false, title: "Plans" }, "Plans – Flowent"],
    [{ unread: 2, running: false, title: null }, "(2) Flowent"],
    [{ unread: 2, running: true, title: "Plans" }, "(2) ● Plans – Flowent"],
  ])("of %o is %s", (state, title) => {
    expect(tabTitle(state)).toBe(title);
  });
});

describe("the tab's badge", () => {
  it("tells of something unread before something that runs", () => {
    expect(tabBadge({ unread: 1, running: true })).toBe("unread");
    expect(tabBadge({ unread: 0, running: true })).toBe("running");
    expect(tabBadge({ unread: 0, running: false })).toBeNull();
  });
});
