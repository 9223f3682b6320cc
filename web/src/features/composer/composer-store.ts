/**
 * What is being written in one conversation (or in the one that is not there yet): its own small store, so that a key
 * press renders the text field and nothing else.
 *
 * Stores live as long as the tab: uploads go on while somebody looks at another conversation. What is worth keeping is
 * written to the browser's storage a moment after the last change, and at once when the page may go away.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import {
  type Attempt,
  type Draft,
  draftKey,
  type KeptFile,
  type ModelChoice,
  parseDraft,
  readDraft,
  writeDraft,
} from "./draft";

const WRITE_AFTER = 400;

export type AttachmentState =
  | { kind: "waiting" }
  | { kind: "uploading"; share: number }
  | { kind: "ready"; id: string }
  | { kind: "failed"; sentence: string; again: boolean };

export interface Attachment {
  key: string;
  name: string;
  mediaType: string;
  size: number;
  /** Where its picture is, for an image. */
  preview: string | null;
  state: AttachmentState;
}

export interface SendFailure {
  /** "unreachable": whether the server has it is not known, and asking again is harmless. */
  kind: "refused" | "unreachable" | "files";
  sentence: string;
}

export interface ComposerState {
  text: string;
  attachments: readonly Attachment[];
  attempt: Attempt | null;
  created: string | null;
  choice: ModelChoice;
  sending: boolean;
  failure: SendFailure | null;
  /** A long text that was just pasted: it could be a file instead. */
  longPaste: string | null;
  /** False where the browser does not keep the draft. */
  kept: boolean;
}

export type ComposerStore = StoreApi<ComposerState>;

const IMAGE = /^image\/(png|jpeg|gif|webp)$/;

export function isImage(mediaType: string): boolean {
  return IMAGE.test(mediaType);
}

export function keptPreview(file: KeptFile): string | null {
  return isImage(file.mediaType) ? `/api/attachments/${encodeURIComponent(file.id)}?inline=true` : null;
}

function attachmentOf(file: KeptFile): Attachment {
  const { id, name, mediaType, size } = file;
  return { key: id, name, mediaType, size, preview: keptPreview(file), state: { kind: "ready", id } };
}

function keptFiles(attachments: readonly Attachment[]): KeptFile[] {
  return attachments.flatMap(({ state, name, mediaType, size }) =>
    state.kind === "ready" ? [{ id: state.id, name, mediaType, size }] : [],
  );
}

function draftOf({ text, attachments, attempt, created, choice }: ComposerState): Draft {
  return { text, files: keptFiles(attachments), attempt, created, choice };
}

function stateOf(draft: Draft): ComposerState {
  return {
    text: draft.text,
    attachments: draft.files.map(attachmentOf),
    attempt: draft.attempt,
    created: draft.created,
    choice: draft.choice,
    sending: false,
    failure: null,
    longPaste: null,
    kept: true,
  };
}

interface Kept {
  store: ComposerStore;
  flush: () => void;
}

const kept = new Map<string, Kept>();

function sameDraft(one: ComposerState, other: ComposerState): boolean {
  return (
    one.text === other.text &&
    one.attachments === other.attachments &&
    one.attempt === other.attempt &&
    one.created === other.created &&
    one.choice === other.choice
  );
}

function open(key: string): Kept {
  const store = createStore<ComposerState>(() => stateOf(readDraft(key)));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    if (timer !== undefined) {
      clearTimeout(timer);
      timer = undefined;
      const written = writeDraft(key, draftOf(store.getState()));
      if (written !== store.getState().kept) {
        store.setState({ kept: written });
      }
    }
  };
  store.subscribe((now, before) => {
    if (!sameDraft(now, before)) {
      clearTimeout(timer);
      timer = setTimeout(flush, WRITE_AFTER);
    }
  });
  return { store, flush };
}

function keptFor(conversationId: string | null): Kept {
  const key = draftKey(conversationId);
  const there = kept.get(key);
  if (there) {
    return there;
  }
  const opened = open(key);
  kept.set(key, opened);
  return opened;
}

/** The store of what is written there; the same one each time. */
export function composerStore(conversationId: string | null): ComposerStore {
  return keptFor(conversationId).store;
}

/** Writes what waits to be written. */
export function flushDrafts(): void {
  for (const { flush } of kept.values()) {
    flush();
  }
}

/** Forgets what the tab holds, as a reload does. */
export function reopenDrafts(): void {
  flushDrafts();
  kept.clear();
}

/** Takes over what another tab wrote, unless somebody is writing here. */
function follow(event: StorageEvent): void {
  const there = event.key === null ? undefined : kept.get(event.key);
  if (there && !document.hasFocus() && !there.store.getState().sending) {
    const uploading = there.store.getState().attachments.some(({ state }) => state.kind !== "ready");
    if (!uploading) {
      there.store.setState(stateOf(parseDraft(event.newValue)));
    }
  }
}

let listening = false;

/** Keeps drafts when the page goes away, and follows those of other tabs. */
export function keepDrafts(): void {
  if (!listening) {
    listening = true;
    addEventListener("pagehide", flushDrafts);
    addEventListener("storage", follow);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") {
        flushDrafts();
      }
    });
  }
}
