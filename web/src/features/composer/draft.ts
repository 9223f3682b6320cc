/**
 * What somebody has begun to write, kept in the browser until the server has it.
 *
 * A draft outlives reloads and crashes of the page. It remembers the last attempt to send it: the same words with the
 * same files are sent again under the same name, so that an answer that was lost never makes two messages.
 */
import { newMessageId } from "@/shared/api/commands";

/** A file that the server has already. */
export interface KeptFile {
  id: string;
  name: string;
  mediaType: string;
  size: number;
}

export interface Attempt {
  id: string;
  text: string;
  files: readonly string[];
}

/** What answers a conversation that is not there yet; absent is what the workspace says. */
export interface ModelChoice {
  provider_id?: string | null;
  model?: string | null;
  reasoning_effort?: string | null;
}

export interface Draft {
  text: string;
  files: readonly KeptFile[];
  attempt: Attempt | null;
  /** The conversation that was made for this draft, if it could not be sent afterwards. */
  created: string | null;
  choice: ModelChoice;
}

export const EMPTY_DRAFT: Draft = { text: "", files: [], attempt: null, created: null, choice: {} };

const PREFIX = "flowent.draft.";

export function draftKey(conversationId: string | null): string {
  return `${PREFIX}${conversationId ?? "new"}`;
}

export function isEmptyDraft(draft: Draft): boolean {
  return (
    draft.text === "" &&
    draft.files.length === 0 &&
    draft.attempt === null &&
    draft.created === null &&
    Object.keys(draft.choice).length === 0
  );
}

/** The attempt under which that text with those files is to be sent: the last one if it was the same. */
export function attemptFor(last: Attempt | null, text: string, files: readonly string[]): Attempt {
  const same =
    last !== null &&
    last.text === text &&
    last.files.length === files.length &&
    last.files.every((id, place) => id === files[place]);
  return same ? last : { id: newMessageId(), text, files };
}

/** What stays in the field when `sent` was accepted while somebody went on writing. */
export function restAfter(sent: string, now: string): string {
  return now.startsWith(sent) ? now.slice(sent.length).trimStart() : now;
}

type Stored = Record<string, unknown>;

function isRecord(value: unknown): value is Stored {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOr<Fallback>(value: unknown, fallback: Fallback): string | Fallback {
  return typeof value === "string" ? value : fallback;
}

function parseFile(value: unknown): KeptFile[] {
  if (!isRecord(value) || typeof value.id !== "string" || typeof value.name !== "string") {
    return [];
  }
  return [
    {
      id: value.id,
      name: value.name,
      mediaType: textOr(value.mediaType, "text/plain"),
      size: typeof value.size === "number" ? value.size : 0,
    },
  ];
}

function parseAttempt(value: unknown): Attempt | null {
  if (!isRecord(value) || typeof value.id !== "string" || typeof value.text !== "string") {
    return null;
  }
  const files = Array.isArray(value.files) ? value.files.filter((id) => typeof id === "string") : [];
  return { id: value.id, text: value.text, files };
}

function parseChoice(value: unknown): ModelChoice {
  const choice: ModelChoice = {};
  if (isRecord(value)) {
    for (const name of ["provider_id", "model", "reasoning_effort"] as const) {
      const chosen = value[name];
      if (typeof chosen === "string" || chosen === null) {
        choice[name] = chosen;
      }
    }
  }
  return choice;
}

/** Reads what was stored; whatever cannot be read is no draft. */
export function parseDraft(stored: string | null): Draft {
  let value: unknown;
  try {
    value = JSON.parse(stored ?? "null");
  } catch {
    return EMPTY_DRAFT;
  }
  if (!isRecord(value)) {
    return EMPTY_DRAFT;
  }
  return {
    text: textOr(value.text, ""),
    files: Array.isArray(value.files) ? value.files.flatMap(parseFile) : [],
    attempt: parseAttempt(value.attempt),
    created: textOr(value.created, null),
    choice: parseChoice(value.choice),
  };
}

export function readDraft(key: string): Draft {
  try {
    return parseDraft(localStorage.getItem(key));
  } catch {
    return EMPTY_DRAFT;
  }
}

/** Gives false where the browser has no room for it: the draft then lives as long as the tab. */
export function writeDraft(key: string, draft: Draft): boolean {
  try {
    if (isEmptyDraft(draft)) {
      localStorage.removeItem(key);
    } else {
      localStorage.setItem(key, JSON.stringify(draft));
    }
    return true;
  } catch {
    return false;
  }
}
