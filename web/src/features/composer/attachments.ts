/**
 * The files of a message that is being written: checked, sent to the server two at a time, and kept with the draft once
 * they are there.
 */
import { Problem, Unreachable } from "@/shared/api/client";
import { strings } from "@/shared/i18n";
import { byteSize } from "@/shared/lib/format";
import { announce } from "@/shared/ui/announcer";
import {
  type Attachment,
  type AttachmentState,
  type ComposerStore,
  isImage,
  keptPreview,
} from "./composer-store";
import { type AttachmentLimits, namedFile, type Refusal, refusalOf } from "./files";
import { uploadFile } from "./upload";

const AT_ONCE = 2;
/** The server takes few uploads at a time: so often, and after so long, a refused one is sent again. */
const BUSY_TRIES = 5;
const BUSY_WAIT = 1500;

interface Job {
  store: ComposerStore;
  key: string;
  file: File;
  tries: number;
}

const waiting: Job[] = [];
const running = new Map<string, AbortController>();
const files = new Map<string, File>();
let counted = 0;

function patch(store: ComposerStore, key: string, change: Partial<Attachment>): void {
  store.setState(({ attachments }) => ({
    attachments: attachments.map((item) => (item.key === key ? { ...item, ...change } : item)),
  }));
}

function setState(store: ComposerStore, key: string, state: AttachmentState): void {
  patch(store, key, { state });
}

function has(store: ComposerStore, key: string): boolean {
  return store.getState().attachments.some((item) => item.key === key);
}

function sentenceOf(refusal: Refusal): string {
  const text = strings().composer.files;
  switch (refusal.reason) {
    case "empty":
      return text.empty;
    case "kind":
      return text.wrongKind;
    case "size":
      return text.tooLarge(byteSize(refusal.largest));
    case "count":
      return text.tooMany(refusal.most);
    case "unreadable":
      return text.unreadable;
  }
}

function fail(store: ComposerStore, key: string, name: string, sentence: string, again: boolean): void {
  setState(store, key, { kind: "failed", sentence, again });
  announce(`${name}: ${sentence}`, "assertive");
}

async function run(job: Job): Promise<void> {
  const { store, key, file } = job;
  const control = new AbortController();
  running.set(key, control);
  setState(store, key, { kind: "uploading", share: 0 });
  try {
    const uploaded = await uploadFile(
      file,
      (share) => setState(store, key, { kind: "uploading", share }),
      control.signal,
    );
    const { id, name, media_type: mediaType, size } = uploaded;
    const preview = keptPreview({ id, name, mediaType, size });
    releasePreview(store, key);
    patch(store, key, { name, mediaType, size, preview, state: { kind: "ready", id } });
    files.delete(key);
    announce(strings().composer.files.uploaded(name));
  } catch (error) {
    if (has(store, key)) {
      stumble(job, error);
    }
  } finally {
    running.delete(key);
    advance();
  }
}

function stumble(job: Job, error: unknown): void {
  const { store, key, file } = job;
  if (error instanceof Problem && error.code === "too_many_uploads" && job.tries < BUSY_TRIES) {
    setState(store, key, { kind: "waiting" });
    setTimeout(() => enqueue({ ...job, tries: job.tries + 1 }), BUSY_WAIT);
    return;
  }
  const sentence =
    error instanceof Unreachable
      ? strings().composer.files.unreachable
      : error instanceof Error
        ? error.message
        : "";
  const again = !(error instanceof Problem) || error.status >= 500;
  fail(store, key, file.name, sentence || strings().common.failed, again);
}

function advance(): void {
  while (running.size < AT_ONCE) {
    const job = waiting.shift();
    if (!job) {
      return;
    }
    if (has(job.store, job.key)) {
      void run(job);
    }
  }
}

function enqueue(job: Job): void {
  waiting.push(job);
  advance();
}

function releasePreview(store: ComposerStore, key: string): void {
  const preview = store.getState().attachments.find((item) => item.key === key)?.preview;
  if (preview?.startsWith("blob:")) {
    URL.revokeObjectURL(preview);
  }
}

function describe(file: File): Attachment {
  counted += 1;
  return {
    key: `file-${counted}`,
    name: file.name,
    mediaType: file.type || "text/plain",
    size: file.size,
    preview: isImage(file.type) ? URL.createObjectURL(file) : null,
    state: { kind: "waiting" },
  };
}

/** Adds files to the message and begins to send them; what cannot be attached says why at its place. */
export async function attachFiles(
  store: ComposerStore,
  chosen: readonly File[],
  limits: AttachmentLimits,
): Promise<void> {
  const there = store.getState().attachments.filter(({ state }) => state.kind !== "failed").length;
  const added = chosen.map((file) => {
    const named = namedFile(file);
    return { file: named, item: describe(named) };
  });
  store.setState(({ attachments }) => ({
    attachments: [...attachments, ...added.map(({ item }) => item)],
    failure: null,
  }));
  let taken = there;
  for (const { file, item } of added) {
    const refusal: Refusal | null =
      taken >= limits.message_files
        ? { reason: "count", most: limits.message_files }
        : await refusalOf(file, limits);
    if (!has(store, item.key)) {
      continue;
    }
    if (refusal) {
      fail(store, item.key, item.name, sentenceOf(refusal), false);
    } else {
      taken += 1;
      files.set(item.key, file);
      enqueue({ store, key: item.key, file, tries: 0 });
    }
  }
}

/** Sends a file again that could not be sent. */
export function retryAttachment(store: ComposerStore, key: string): void {
  const file = files.get(key);
  if (file) {
    setState(store, key, { kind: "waiting" });
    enqueue({ store, key, file, tries: 0 });
  }
}

export function removeAttachment(store: ComposerStore, key: string): void {
  releasePreview(store, key);
  store.setState(({ attachments, failure }) => ({
    attachments: attachments.filter((item) => item.key !== key),
    failure: failure?.kind === "files" ? null : failure,
  }));
  running.get(key)?.abort();
  files.delete(key);
}

function isSettled({ state }: Attachment): boolean {
  return state.kind === "ready" || state.kind === "failed";
}

/** Waits until no file is on its way any more. */
export function attachmentsSettled(store: ComposerStore): Promise<void> {
  return new Promise((resolve) => {
    if (store.getState().attachments.every(isSettled)) {
      resolve();
      return;
    }
    const stop = store.subscribe(({ attachments }) => {
      if (attachments.every(isSettled)) {
        stop();
        resolve();
      }
    });
  });
}
