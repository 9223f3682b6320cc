/**
 * Reading conversations, for components: one live state for the tab. Changing them is `@/shared/api/commands`' business.
 *
 * A hook renders again only when what it gives is another value: selectors are compared shallowly.
 */
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import type { Message } from "@/shared/api/types";
import type { ConversationView } from "./conversation";
import type { Listed, ListPage, ListView } from "./list";
import { Live } from "./live";
import { usePastViews } from "./past";
import { type ListQuery, server } from "./server";
import type { LiveState, LoadStatus } from "./state";
import type { ConnectionStatus } from "./stream";

const live = new Live(server);
/** A moment of the past is whole: it was folded from the beginning. */
const WHOLE = { more: false, loading: false, failed: false };
const NO_MESSAGES: readonly string[] = [];

/** The state itself, for what follows it without rendering. */
export const liveStore = live.store;

export type { ConnectionStatus, Listed, ListPage, ListQuery, LoadStatus };

// The connection

/** Connects the tab until what it gives is called. */
export function startLive(): () => void {
  const stop = live.start();
  const online = () => live.wake("online");
  const look = () => {
    if (document.visibilityState === "visible") {
      live.wake("visible");
    } else {
      live.lines.send();
    }
  };
  addEventListener("online", online);
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", look);
  return () => {
    removeEventListener("online", online);
    removeEventListener("pageshow", look);
    document.removeEventListener("visibilitychange", look);
    stop();
  };
}

/** Tries to connect now instead of later. */
export function reconnectNow(): void {
  live.reconnect();
}

/** Somebody has logged in again: everything goes on. */
export function forgetLogout(): void {
  live.forgetLogout();
}

/** How the connection is; `updated` once another version of the workspace answers than the page came from. */
export function useConnection(): ConnectionStatus & { updated: boolean } {
  return useStore(
    live.store,
    useShallow(({ connection, updated }: LiveState) => ({ ...connection, updated })),
  );
}

// Conversations

/** Loads and follows a conversation until what it gives is called; it then stays in memory for a while. */
export function openConversation(id: string): () => void {
  return live.conversations.open(id);
}

/** Loads a conversation again, after a failure or by choice. */
export function reload(id: string): Promise<void> {
  return live.conversations.reload(id);
}

/** The view as it is now, outside of rendering; null while it is not loaded. */
export function getView(id: string): ConversationView | null {
  return live.conversations.view(id);
}

export function useConversationStatus(id: string): LoadStatus {
  return useStore(live.store, ({ conversations }) => conversations.get(id)?.status ?? "loading");
}

/** Why a conversation could not be loaded. */
export function useConversationError(id: string): Error | null {
  return useStore(live.store, ({ conversations }) => conversations.get(id)?.error ?? null);
}

/** What a selector takes out of a conversation; undefined while it is not loaded. */
export function useConversation<Value>(
  id: string,
  selector: (view: ConversationView) => Value,
): Value | undefined {
  const select = remembered(selector);
  return useStore(
    live.store,
    useShallow(({ conversations }: LiveState) => {
      const view = conversations.get(id)?.view;
      return view ? select(view) : undefined;
    }),
  );
}

/**
 * The loaded messages of the current branch, oldest first; the same array as long as they are the same. While somebody
 * travels (`past.ts`), those of that moment, as with `useMessage` and `useOlder`.
 */
export function useBranch(id: string): readonly string[] {
  const past = usePastViews(({ views }) => views.get(id)?.branch);
  const now = useStore(live.store, ({ conversations }) => conversations.get(id)?.branch ?? NO_MESSAGES);
  return past ?? now;
}

/** A message as it is shown; the same object as long as it is the same. */
export function useMessage(id: string, messageId: string): Message | undefined {
  const past = usePastViews(({ views }) => views.get(id)?.view);
  const now = useStore(live.store, ({ conversations }) =>
    conversations.get(id)?.view?.messages.get(messageId),
  );
  return past ? past.messages.get(messageId) : now;
}

/** Loads the page before the oldest loaded message. Never fails: `useOlder` tells what went wrong. */
export function loadOlder(id: string): Promise<void> {
  return live.conversations.loadOlder(id);
}

export function useOlder(id: string): { more: boolean; loading: boolean; failed: boolean } {
  const past = usePastViews(({ views }) => views.has(id));
  const now = useStore(
    live.store,
    useShallow(({ conversations }: LiveState) => {
      const held = conversations.get(id);
      const more = (held?.view?.before ?? null) !== null;
      return { more, loading: held?.older.loading ?? false, failed: held?.older.failed ?? false };
    }),
  );
  return past ? WHOLE : now;
}

/** Notes that a person has seen a conversation as far as it is shown. Cheap to call often. */
export function markRead(id: string): void {
  live.lines.markRead(id);
}

// The list

/** Loads the list and follows it until what it gives is called. */
export function startList(): () => void {
  return live.startList();
}

/** What a selector takes out of the list; lines themselves keep their identity while they are the same. */
export function useList<Value>(selector: (list: ListView) => Value): Value {
  const select = remembered(selector);
  return useStore(
    live.store,
    useShallow(({ list }: LiveState) => select(list)),
  );
}

/** Asks a selector once for each source: other parts of the state change many times a second. */
function remembered<Source, Value>(selector: (source: Source) => Value): (source: Source) => Value {
  let last: { source: Source; value: Value } | null = null;
  return (source) => {
    if (last?.source !== source) {
      last = { source, value: selector(source) };
    }
    return last.value;
  };
}

export function useListStatus(): LiveState["listStatus"] {
  return useStore(live.store, ({ listStatus }) => listStatus);
}

/** A conversation's line, if it is known. */
export function useListed(id: string): Listed | undefined {
  return useStore(live.store, ({ list }) => list.items.get(id));
}

/** Loads the following page of the list. Throws `Problem` or `Unreachable`. */
export function loadMoreList(): Promise<void> {
  return live.lines.more();
}

/** Gives a page of another list (archived, deleted, found). Throws `Problem` or `Unreachable`. */
export function loadListPage(query: ListQuery): Promise<ListPage> {
  return live.lines.page(query);
}
