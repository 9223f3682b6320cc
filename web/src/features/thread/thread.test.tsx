import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Message } from "@/shared/api/types";
import { setLanguage } from "@/shared/i18n";
import { listenToKeys } from "@/shared/lib/commands";
import { showMessage, useWorkspace } from "@/shared/lib/workspace";
import { emptyView } from "@/shared/live/conversation";
import { setPast } from "@/shared/live/past";
import * as store from "@/shared/live/store";
import { Announcer } from "@/shared/ui/announcer";
import { CONVERSATION, forget, giveSizes, hold, message, text } from "./test-thread";
import { Thread } from "./thread";

const count = 60;
const history: readonly Message[] = Array.from({ length: count }, (_, index) =>
  message(`m${index}`, index % 2 === 0 ? "user" : "assistant", [text(`p${index}`, `Said ${index}`)], {
    parent_id: index === 0 ? null : `m${index - 1}`,
  }),
);

function show(emptyState?: React.ReactNode) {
  return render(
    <>
      <Thread conversationId={CONVERSATION} onForked={() => undefined} emptyState={emptyState} />
      <Announcer />
    </>,
  );
}

const list = () => screen.getByRole("region", { name: "Messages" });

function scrollTo(top: number): void {
  const scroller = list();
  scroller.scrollTop = top;
  fireEvent.scroll(scroller);
}

beforeEach(giveSizes);
afterEach(() => {
  forget();
  useWorkspace.setState({ target: null, threadSearch: false });
});

describe("the states of a thread", () => {
  it("shows that it loads", () => {
    hold([], { status: "loading" });
    show();
    expect(screen.getByRole("status", { name: "Loading the conversation" })).toBeDefined();
  });

  it("says that a conversation is not there", () => {
    hold([], { status: "missing" });
    show();
    expect(screen.getByText("This conversation is not here.")).toBeDefined();
  });

  it("says why it could not be loaded and loads again when asked", async () => {
    const reload = vi.spyOn(store, "reload").mockResolvedValue();
    hold([], { status: "failed", error: new Error("The workspace cannot be reached.") });
    show();
    expect(screen.getByRole("alert").textContent).toContain("The workspace cannot be reached.");
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(reload).toHaveBeenCalledWith(CONVERSATION);
  });

  it("has room for something else where nothing was said", () => {
    hold([]);
    show(<p>Begin here</p>);
    expect(screen.getByText("Begin here")).toBeDefined();
  });

  it("speaks German", async () => {
    await act(() => setLanguage("de"));
    hold([], { status: "missing" });
    show();
    expect(screen.getByText("Diese Unterhaltung gibt es hier nicht.")).toBeDefined();
    await act(() => setLanguage("en"));
  });
});

describe("the list of messages", () => {
  it("opens at the end and draws only what is in view", () => {
    hold(history);
    show();
    expect(screen.getByText("Said 59")).toBeDefined();
    expect(screen.queryByText("Said 0")).toBeNull();
    expect(screen.getAllByRole("article").length).toBeLessThan(20);
  });

  it("names each message by its author, model and time", () => {
    hold([
      message("u", "user", [text("t", "hi")]),
      message("a", "assistant", [text("x", "ho")], { model: "model-x" }),
    ]);
    show();
    expect(screen.getByRole("article", { name: /^You, / })).toBeDefined();
    expect(screen.getByRole("article", { name: /^Assistant, model-x, / })).toBeDefined();
  });

  it("separates days", () => {
    const days = [9, 9, 10].map((day, index) =>
      message(`d${index}`, "user", [text(`dp${index}`, "x")], { created_at: Date.UTC(2026, 5, day, 12) }),
    );
    hold(days);
    show();
    expect(screen.getAllByText(/, June \d+, 2026$/).map((line) => line.textContent)).toEqual([
      "Tuesday, June 9, 2026",
      "Wednesday, June 10, 2026",
    ]);
  });

  it("draws only the message again that changed", () => {
    const last = message("m60", "assistant", [text("p60", "Said")], { status: "running", parent_id: "m59" });
    hold([...history, last], { running: true });
    show();
    const before = screen.getByText("Said 59");
    hold([...history, { ...last, parts: [text("p60", "Said more")] }], { running: true });
    expect(screen.getByText("Said more")).toBeDefined();
    expect(screen.getByText("Said 59")).toBe(before);
  });

  it("says how many messages came while somebody read further up, and leads there", async () => {
    hold(history);
    show();
    scrollTo(1000);
    hold([...history, message("m60", "user", [text("p60", "Said 60")], { parent_id: "m59" })]);
    await userEvent.click(screen.getByRole("button", { name: "Jump to the latest message, 1 new message" }));
    expect(await screen.findByText("Said 60")).toBeDefined();
    await waitFor(() => expect(screen.queryByRole("button", { name: /Jump to the latest/ })).toBeNull());
    expect(document.activeElement).toBe(list());
  });

  it("loads older messages before the first one comes into view", () => {
    const loadOlder = vi.spyOn(store, "loadOlder").mockResolvedValue();
    hold(history, { before: "m0" });
    show();
    expect(loadOlder).not.toHaveBeenCalled();
    scrollTo(300);
    expect(loadOlder).toHaveBeenCalledWith(CONVERSATION);
  });

  it("brings a message into view that was asked for", async () => {
    hold(history);
    show();
    act(() => showMessage(CONVERSATION, "m4"));
    expect(await screen.findByText("Said 4")).toBeDefined();
    expect(useWorkspace.getState().target).toBeNull();
  });

  it("loads older pages until a message that was asked for is there", () => {
    const loadOlder = vi.spyOn(store, "loadOlder").mockResolvedValue();
    hold(history, { before: "m0" });
    show();
    act(() => showMessage(CONVERSATION, "older"));
    expect(loadOlder).toHaveBeenCalledWith(CONVERSATION);
    expect(useWorkspace.getState().target).not.toBeNull();
  });

  it("gives up on a message that is not on the branch", () => {
    hold(history);
    show();
    act(() => showMessage(CONVERSATION, "nowhere"));
    expect(useWorkspace.getState().target).toBeNull();
  });
});

describe("the past", () => {
  it("is shown instead of the present, and cannot be changed", () => {
    hold(history);
    show();
    const then = [
      message("m0", "user", [text("p0", "Said once")]),
      message("m1", "assistant", [text("p1", "So it was")], { parent_id: "m0" }),
    ];
    const empty = emptyView(CONVERSATION);
    const view = {
      ...empty,
      state: { ...empty.state, head: "m1" },
      messages: new Map(then.map((each) => [each.id, each])),
    };
    act(() => setPast(CONVERSATION, view));
    expect(screen.getByText("So it was")).toBeDefined();
    expect(screen.queryByText("Said 59")).toBeNull();
    expect(screen.queryByRole("button", { name: "Answer again" })).toBeNull();
    act(() => setPast(CONVERSATION, null));
    expect(screen.getAllByRole("button", { name: "Answer again" }).length).toBeGreaterThan(0);
  });
});

describe("keys", () => {
  let stop = () => {};
  beforeEach(() => {
    stop = listenToKeys();
  });
  afterEach(() => stop());

  it("lead to the previous message of the person", async () => {
    hold(history);
    show();
    await userEvent.keyboard("{Alt>}{ArrowUp}{/Alt}");
    await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toMatch(/^You/));
  });

  it("open the search, and Escape closes it", async () => {
    hold(history);
    show();
    await userEvent.keyboard("{Control>}f{/Control}");
    expect(document.activeElement).toBe(screen.getByRole("searchbox", { name: "Search for" }));
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("searchbox")).toBeNull();
  });
});

/** The element is younger than what finds elements by role here. */
function searchBar(): HTMLElement {
  const bar = document.querySelector("search");
  if (!(bar instanceof HTMLElement)) {
    throw new Error("There is no search bar.");
  }
  return bar;
}

describe("search within the thread", () => {
  async function search(query: string) {
    show();
    act(() => useWorkspace.setState({ threadSearch: true }));
    await userEvent.type(screen.getByRole("searchbox"), query);
    return within(searchBar());
  }

  it("counts matches, begins at the latest and steps through them", async () => {
    hold(history);
    const bar = await search("said 1");
    expect(bar.getByText("11 of 11")).toBeDefined();
    await userEvent.click(bar.getByRole("button", { name: "Previous match" }));
    expect(bar.getByText("10 of 11")).toBeDefined();
    await userEvent.click(bar.getByRole("button", { name: "Next match" }));
    await userEvent.click(bar.getByRole("button", { name: "Next match" }));
    expect(bar.getByText("1 of 11")).toBeDefined();
  });

  it("brings the match into view", async () => {
    hold(history);
    await search("said 7");
    expect(await screen.findByText("Said 7")).toBeDefined();
  });

  it("opens what hides a match", async () => {
    const thought = { type: "thinking", id: "hidden thought", text: "the needle", duration_ms: 5 } as const;
    hold([message("u", "user", [text("t", "hay")]), message("a", "assistant", [thought])]);
    await search("needle");
    expect(await screen.findByText("the needle")).toBeDefined();
  });

  it("says that there is nothing", async () => {
    hold(history);
    const bar = await search("xyz");
    expect(bar.getByText("No matches")).toBeDefined();
  });

  it("loads older messages only when asked", async () => {
    const loadOlder = vi.spyOn(store, "loadOlder").mockResolvedValue();
    hold(history, { before: "m0" });
    const bar = await search("said 59");
    expect(loadOlder).not.toHaveBeenCalled();
    await userEvent.click(bar.getByRole("button", { name: "Search older messages too" }));
    expect(loadOlder).toHaveBeenCalledWith(CONVERSATION);
  });
});

describe("what screen readers are told", () => {
  const answer = (status: Message["status"], said: string) =>
    message("m60", "assistant", [text("p60", said)], { status, parent_id: "m59" });

  it("is nothing while the answer arrives, and the answer once it is complete", () => {
    hold([...history, answer("running", "One")], { running: true });
    const { container } = show();
    const live = () => container.ownerDocument.querySelector('[aria-live="polite"]')?.textContent ?? "";
    hold([...history, answer("running", "One two")], { running: true });
    expect(live()).toBe("");
    hold([...history, answer("completed", "One two three")]);
    expect(live()).toContain("The answer is complete. One two three");
  });

  it("is that an answer failed, at once", () => {
    hold([...history, answer("running", "One")], { running: true });
    show();
    hold([...history, answer("failed", "One")]);
    expect(document.querySelector('[aria-live="assertive"]')?.textContent).toContain("The answer failed.");
  });

  it("is not the end of something that was over before", () => {
    hold([...history, answer("completed", "Long ago")]);
    show();
    expect(document.querySelector('[aria-live="polite"]')?.textContent).not.toContain("Long ago");
  });
});
