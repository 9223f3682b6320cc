/**
 * What a person sees of a conversation: the fold of its events, the twin of `flowent.domain.conversation`.
 *
 * Invariants:
 *
 * - Pure: a view is never changed. What a batch does not touch keeps its identity; what it touches is copied once per
 *   batch, so a delta costs the same however long the answer and the conversation are.
 * - A view holds what was loaded of the tree. Its messages are up to date as of `state.seq`; a message that is not
 *   loaded is not guessed at: the event is passed over, and the page that brings the message has it.
 * - `incomplete` is true exactly while the head itself is not loaded: then the conversation must be loaded again.
 */
import type { ConversationDetails, ConversationState, Message, StreamEvent } from "@/shared/api/types";
import { Draft } from "./draft";
import { openOf } from "./parts";

/** Details as the server gives them; `open_parts` names the parts that are still arriving. */
export type LoadedDetails = ConversationDetails & { open_parts?: readonly string[] };

export interface ConversationView {
  readonly id: string;
  readonly state: ConversationState;
  readonly messages: ReadonlyMap<string, Message>;
  /** The parts of each message's open step. */
  readonly openParts: ReadonlyMap<string, readonly string[]>;
  /** The oldest loaded message of the branch, where older ones can be loaded; null where the branch is whole. */
  readonly before: string | null;
  /** The head is not loaded. */
  readonly incomplete: boolean;
  /** Present where only a page was loaded, so that there can be messages that this view has never seen. */
  readonly partial?: true;
}

const NO_USAGE = { input: 0, cached: 0, cache_written: 0, output: 0, reasoning: 0, estimated: false };

/** The view before the first event. */
export function emptyView(id: string): ConversationView {
  return {
    id,
    state: {
      seq: 0,
      status: "idle",
      title: null,
      pinned: false,
      archived: false,
      deleted: false,
      workdir: "",
      provider_id: null,
      model: null,
      reasoning_effort: null,
      mode: "ask",
      head: null,
      turn_id: null,
      queue: [],
      usage: NO_USAGE,
      cost: { amount: "0", complete: true },
      last_usage: null,
      context_window: null,
      plan: null,
      created_at: 0,
      updated_at: 0,
    },
    messages: new Map(),
    openParts: new Map(),
    before: null,
    incomplete: false,
  };
}

/** Folds committed events, in order. Those that the view has seen are passed over. */
export function applyEvents(view: ConversationView, events: readonly StreamEvent[]): ConversationView {
  const draft = new Draft(view);
  for (const event of events) {
    if (event.seq > draft.seq) {
      draft.fold(event);
    }
  }
  const next = draft.finish();
  return draft.moved ? settled(next) : next;
}

/** The view of a page that holds the newest messages of the branch. */
export function fromDetails(details: LoadedDetails): ConversationView {
  const { id, messages, open_parts, before: _, ...state } = details;
  const loaded = new Map(messages.map((message) => [message.id, message]));
  return settled({
    id,
    state,
    messages: loaded,
    openParts: openOf(messages, open_parts ?? []),
    before: null,
    incomplete: false,
    partial: true,
  });
}

/**
 * Adds a page of older messages. Both must be as of the same event: `details.seq` is the view's, or the view goes on
 * with a snapshot that was made after it. What is loaded already stays as it is.
 */
export function mergeOlder(view: ConversationView, details: LoadedDetails): ConversationView {
  const added = details.messages.filter((message) => !view.messages.has(message.id));
  const messages = new Map([...added.map((message) => [message.id, message] as const), ...view.messages]);
  const openParts = new Map([...view.openParts, ...openOf(added, details.open_parts ?? [])]);
  return settled({ ...view, messages, openParts });
}

/** Loads the newest page again, and keeps what else is loaded; as `mergeOlder`, both as of the same event. */
export function mergeNewest(view: ConversationView, details: LoadedDetails): ConversationView {
  const newest = fromDetails(details);
  const messages = new Map([...view.messages, ...newest.messages]);
  return settled({ ...newest, messages, openParts: openOf(messages.values(), details.open_parts ?? []) });
}

/** Names the loaded messages of the current branch, oldest first. */
export function branch(view: ConversationView): readonly string[] {
  const names: string[] = [];
  let at = view.state.head;
  while (at !== null) {
    const message = view.messages.get(at);
    if (!message) {
      break;
    }
    names.push(at);
    at = message.parent_id;
  }
  return names.reverse();
}

/** Finds out where the loaded part of the branch begins. */
function settled(view: ConversationView): ConversationView {
  const { head } = view.state;
  if (head !== null && !view.messages.has(head)) {
    return { ...view, before: null, incomplete: true };
  }
  const oldest = view.messages.get(branch(view)[0] ?? "");
  return { ...view, before: oldest && oldest.parent_id !== null ? oldest.id : null, incomplete: false };
}
