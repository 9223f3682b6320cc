/** For tests: hand-made messages, a conversation that holds them, and sizes for what jsdom does not lay out. */
import { act, type RenderResult, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import type { Message, Part, ToolPart } from "@/shared/api/types";
import { emptyView } from "@/shared/live/conversation";
import { liveStore } from "@/shared/live/store";
import { ThreadProvider, type ThreadSurroundings } from "./thread-context";

export const CONVERSATION = "conversation";

export function message(
  id: string,
  author: Message["author"],
  parts: Part[],
  changes: Partial<Message> = {},
): Message {
  return {
    id,
    author,
    parts,
    parent_id: null,
    siblings: [id],
    status: "completed",
    turn_id: "turn",
    created_at: Date.UTC(2026, 10, 20, 12, 0),
    edited: false,
    ...changes,
  };
}

export function text(id: string, content: string): Part {
  return { type: "text", id, text: content };
}

export function call(id: string, name: string, changes: Partial<ToolPart> = {}): ToolPart {
  return { type: "tool", id, call_id: "", name, input: "{}", status: "completed", ...changes };
}

/** What a call gave, with its data. */
export function result(data: unknown, modelText = "") {
  return { model_text: modelText, data, truncated: false };
}

export interface Held {
  status?: "loading" | "ready" | "missing" | "failed";
  error?: Error;
  running?: boolean;
  before?: string;
}

/** Puts a conversation into the tab's state, its messages one after the other. */
export function hold(
  messages: readonly Message[],
  { status = "ready", error, running, before }: Held = {},
): void {
  const chain = messages.map((each, index) => ({ ...each, parent_id: messages[index - 1]?.id ?? null }));
  const empty = emptyView(CONVERSATION);
  const view = {
    ...empty,
    state: {
      ...empty.state,
      head: chain.at(-1)?.id ?? null,
      status: running ? ("running" as const) : ("idle" as const),
    },
    // A message that was given again is the same one: that is what rows go by.
    messages: new Map(chain.map((each, index) => [each.id, same(each, messages[index])])),
    before: before ?? null,
  };
  const branch = chain.map((each) => each.id);
  const known = liveStore.getState().conversations.get(CONVERSATION)?.branch ?? [];
  act(() =>
    liveStore.setState({
      conversations: new Map([
        [
          CONVERSATION,
          {
            view: status === "ready" ? view : null,
            status,
            error: error ?? null,
            branch: known.join() === branch.join() ? known : branch,
            older: { loading: false, failed: false },
          },
        ],
      ]),
    }),
  );
}

function same(linked: Message, given: Message | undefined): Message {
  return given && given.parent_id === linked.parent_id ? given : linked;
}

export function forget(): void {
  act(() => liveStore.setState({ conversations: new Map() }));
}

export function renderInThread(
  content: ReactNode,
  surroundings: Partial<ThreadSurroundings> = {},
): RenderResult {
  const all: ThreadSurroundings = {
    conversationId: CONVERSATION,
    readOnly: false,
    busy: false,
    onForked: () => undefined,
    holdPlace: () => undefined,
    ...surroundings,
  };
  return render(<ThreadProvider value={all}>{content}</ThreadProvider>);
}

/** Every row is 100 pixels high, the scroller 600. */
export function giveSizes(): void {
  const own = (name: string, get: (this: HTMLElement) => number) => {
    vi.spyOn(HTMLElement.prototype, name as "offsetHeight", "get").mockImplementation(get);
  };
  own("offsetHeight", () => 100);
  const element = (name: "clientHeight" | "clientWidth" | "scrollHeight", get: (this: Element) => number) => {
    vi.spyOn(Element.prototype, name, "get").mockImplementation(get);
  };
  element("clientHeight", () => 600);
  element("clientWidth", () => 800);
  element("scrollHeight", function scrollHeight() {
    const sizer = this.firstElementChild;
    return sizer instanceof HTMLElement ? Number.parseFloat(sizer.style.height) || 0 : 0;
  });
  document.elementFromPoint = () => null;
  Element.prototype.scrollTo = function scrollTo(this: Element, options?: ScrollToOptions | number) {
    if (typeof options === "object" && options.top !== undefined) {
      this.scrollTop = Math.max(0, Math.min(options.top, this.scrollHeight - this.clientHeight));
      this.dispatchEvent(new Event("scroll"));
    }
  } as typeof Element.prototype.scrollTo;
}
