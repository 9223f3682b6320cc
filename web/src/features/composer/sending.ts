/**
 * Sends what was written. Nothing is lost on the way: the draft stays until the server has accepted it, a conversation
 * that was made for it is used again, and the same words go out under the same name however often they are sent.
 */
import { call, client, Problem, Unreachable } from "@/shared/api/client";
import {
  type ConversationChanges,
  changeConversation,
  createConversation,
  type SendMode,
  sendMessage,
} from "@/shared/api/commands";
import type { ReasoningEffort } from "@/shared/api/types";
import { strings } from "@/shared/i18n";
import { noteSent } from "@/shared/lib/workspace";
import { isEffort } from "@/shared/providers/efforts";
import { attachmentsSettled } from "./attachments";
import {
  type ComposerState,
  type ComposerStore,
  composerStore,
  flushDrafts,
  type SendFailure,
} from "./composer-store";
import { type Attempt, attemptFor, type ModelChoice, restAfter } from "./draft";

export function canSend({ text, attachments, sending }: ComposerState): boolean {
  return !sending && (text.trim() !== "" || attachments.some(({ state }) => state.kind !== "failed"));
}

function readyFiles({ attachments }: ComposerState): string[] {
  return attachments.flatMap(({ state }) => (state.kind === "ready" ? [state.id] : []));
}

function failureOf(error: unknown): SendFailure {
  if (error instanceof Unreachable) {
    return { kind: "unreachable", sentence: strings().composer.send.unreachable };
  }
  return { kind: "refused", sentence: error instanceof Error ? error.message : strings().common.failed };
}

/** Whether the server may have it all the same. */
function isInDoubt(error: unknown): boolean {
  return !(error instanceof Problem) || error.status >= 500;
}

export function changesOf(choice: ModelChoice): ConversationChanges {
  const { reasoning_effort: effort, ...rest } = choice;
  const known: ReasoningEffort | null | undefined =
    effort === null ? null : isEffort(effort) ? effort : undefined;
  return known === undefined ? rest : { ...rest, reasoning_effort: known };
}

const creating = new WeakMap<ComposerStore, Promise<string>>();
/** The folder that a draft's conversation was last given, in this tab. */
const folders = new WeakMap<ComposerStore, string>();

/** Whether what was meant is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof Problem && (error.status === 404 || error.status === 409);
}

/** Whether nobody has written in a conversation that was made ahead, which others see in their lists too. */
async function isUntouched(id: string): Promise<boolean> {
  const { head, queue, deleted } = await call(
    client.GET("/api/conversations/{conversation_id}", {
      params: { path: { conversation_id: id }, query: { limit: 1 } },
    }),
  );
  return head === null && queue.length === 0 && !deleted;
}

async function makeConversation(
  store: ComposerStore,
  workdir: string | undefined,
  usable: (id: string) => Promise<boolean>,
): Promise<string> {
  const { created } = store.getState();
  if (created !== null) {
    try {
      if (!(await usable(created))) {
        return await newConversation(store, workdir);
      }
      if (workdir !== undefined && folders.get(store) !== workdir) {
        await changeConversation(created, { workdir });
        folders.set(store, workdir);
      }
      return created;
    } catch (error) {
      if (!isGone(error)) {
        throw error;
      }
    }
  }
  return newConversation(store, workdir);
}

async function newConversation(store: ComposerStore, workdir: string | undefined): Promise<string> {
  const { id } = await createConversation(workdir === undefined ? {} : { workdir });
  if (workdir !== undefined) {
    folders.set(store, workdir);
  }
  store.setState({ created: id });
  flushDrafts();
  return id;
}

/**
 * The conversation that the draft goes to, made if there is none; never two for one draft. One that was made before is
 * used again if it is `usable`.
 */
export function ensureConversation(
  store: ComposerStore,
  workdir: string | undefined,
  usable: (id: string) => Promise<boolean> = async () => true,
): Promise<string> {
  const begun = creating.get(store);
  if (begun) {
    return begun;
  }
  const making = makeConversation(store, workdir, usable).finally(() => creating.delete(store));
  creating.set(store, making);
  return making;
}

/** Takes out of the draft what the server has; what was written since stays. */
export function settleAttempt(store: ComposerStore, attempt: Attempt): void {
  store.setState(({ text, attachments }) => ({
    text: restAfter(attempt.text, text),
    attachments: attachments.filter(
      ({ state }) => state.kind !== "ready" || !attempt.files.includes(state.id),
    ),
    attempt: null,
    created: null,
    choice: {},
    sending: false,
    failure: null,
    longPaste: null,
  }));
  flushDrafts();
}

/** What was written on while the first message was sent goes along to the conversation that was made for it. */
export function carryOver(store: ComposerStore, conversationId: string): void {
  const { text, attachments } = store.getState();
  const ready = attachments.filter(({ state }) => state.kind === "ready");
  if (text === "" && ready.length === 0) {
    return;
  }
  store.setState({ text: "", attachments: attachments.filter(({ state }) => state.kind !== "ready") });
  composerStore(conversationId).setState((there) => ({
    text: [there.text, text].filter(Boolean).join("\n\n"),
    attachments: [...there.attachments, ...ready],
  }));
  flushDrafts();
}

function fail(store: ComposerStore, failure: SendFailure): null {
  store.setState({ sending: false, failure });
  flushDrafts();
  return null;
}

export interface Sent {
  conversationId: string;
  messageId: string;
}

export interface Destination {
  /** null makes a conversation. */
  conversationId: string | null;
  workdir?: string | undefined;
  mode: SendMode;
}

/** Gives what was sent; null where nothing was, and then the store says why. */
export async function sendDraft(store: ComposerStore, to: Destination): Promise<Sent | null> {
  if (!canSend(store.getState())) {
    return null;
  }
  store.setState({ sending: true, failure: null });
  await attachmentsSettled(store);
  const state = store.getState();
  if (state.attachments.some(({ state: { kind } }) => kind === "failed")) {
    return fail(store, { kind: "files", sentence: strings().composer.send.filesFailed });
  }
  const attempt = attemptFor(state.attempt, state.text, readyFiles(state));
  store.setState({ attempt });
  flushDrafts();
  try {
    // What may have arrived already is sent to the same place again; everything else begins in an empty conversation.
    const usable = attempt === state.attempt ? async () => true : isUntouched;
    const conversationId = await deliver(store, to, attempt, usable);
    settleAttempt(store, attempt);
    return { conversationId, messageId: attempt.id };
  } catch (error) {
    if (!isInDoubt(error)) {
      store.setState({ attempt: null });
    }
    return fail(store, failureOf(error));
  }
}

/** Gives the conversation that took the message. */
async function deliver(
  store: ComposerStore,
  to: Destination,
  attempt: Attempt,
  usable: (id: string) => Promise<boolean>,
): Promise<string> {
  const message = { id: attempt.id, content: attempt.text, attachments: attempt.files, mode: to.mode };
  if (to.conversationId !== null) {
    noteSent(to.conversationId, message.id);
    await sendMessage(to.conversationId, message);
    return to.conversationId;
  }
  const reused = store.getState().created !== null;
  const id = await ensureConversation(store, to.workdir, usable);
  try {
    const changes = changesOf(store.getState().choice);
    if (Object.keys(changes).length > 0) {
      await changeConversation(id, changes);
    }
    await sendMessage(id, message);
    return id;
  } catch (error) {
    if (!reused || !isGone(error)) {
      throw error;
    }
    // Somebody deleted it meanwhile: the draft gets another one.
    store.setState({ created: null });
    return deliver(store, to, attempt, usable);
  }
}
