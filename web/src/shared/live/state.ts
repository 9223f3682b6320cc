/** What components see of the live state, in one zustand store; only this folder writes to it. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { branch, type ConversationView } from "./conversation";
import { EMPTY_LIST, type ListView } from "./list";
import type { ConnectionStatus } from "./stream";

export type LoadStatus = "loading" | "ready" | "missing" | "failed";

/** A conversation that is in memory. */
export interface Held {
  readonly view: ConversationView | null;
  readonly status: LoadStatus;
  /** Why it could not be loaded. */
  readonly error: Error | null;
  /** The loaded messages of the branch; the same array as long as they are the same. */
  readonly branch: readonly string[];
  readonly older: { readonly loading: boolean; readonly failed: boolean };
}

export interface LiveState {
  readonly conversations: ReadonlyMap<string, Held>;
  readonly list: ListView;
  readonly listStatus: "loading" | "ready" | "failed";
  readonly connection: ConnectionStatus;
  /** Another version of the workspace answers than the one that this page came from. */
  readonly updated: boolean;
}

export type LiveStore = StoreApi<LiveState>;

export const NOTHING_HELD: Held = {
  view: null,
  status: "loading",
  error: null,
  branch: [],
  older: { loading: false, failed: false },
};

export function createLiveStore(): LiveStore {
  return createStore<LiveState>(() => ({
    conversations: new Map(),
    list: EMPTY_LIST,
    listStatus: "loading",
    connection: { kind: "connecting", since: Date.now(), attempts: 0, nextTryAt: null },
    updated: false,
  }));
}

/** Shows another view. While its head is not loaded the branch before it stays, so that nothing flickers. */
export function withView(held: Held, view: ConversationView): Held {
  return { ...held, view, status: "ready", error: null, branch: nextBranch(held, view) };
}

function nextBranch(held: Held, view: ConversationView): readonly string[] {
  const before = held.view;
  const still =
    before !== null &&
    before.state.head === view.state.head &&
    before.before === view.before &&
    before.messages.size === view.messages.size;
  if (still || view.incomplete) {
    return held.branch;
  }
  const names = branch(view);
  const same =
    names.length === held.branch.length && names.every((name, index) => name === held.branch[index]);
  return same ? held.branch : names;
}
