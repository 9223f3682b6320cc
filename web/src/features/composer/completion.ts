/**
 * What the text before the caret asks for: a command ("/" at the very beginning) or a file ("@" after a space).
 * Pure: places are counted as the text field counts them, in UTF-16 units.
 */

export interface Trigger {
  kind: "command" | "mention";
  /** What was typed after the sign, up to the caret. */
  query: string;
  /** The place of the sign, and the end of the word in which the caret stands. */
  start: number;
  end: number;
}

const OPENERS = new Set(["(", "[", "{", '"', "'", "`", ",", ";", ":"]);
const LONGEST_QUERY = 100;

function isSpace(character: string | undefined): boolean {
  return character === undefined || /\s/.test(character);
}

function wordEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && !isSpace(text[end])) {
    end += 1;
  }
  return end;
}

/** Looks back from the caret only as far as one word reaches, so that it costs the same in a long text. */
export function findTrigger(text: string, caret: number): Trigger | null {
  let start = caret;
  while (start > 0 && caret - start <= LONGEST_QUERY && !isSpace(text[start - 1])) {
    start -= 1;
    const before = text[start - 1];
    if (text[start] === "@" && (isSpace(before) || OPENERS.has(before ?? ""))) {
      return { kind: "mention", query: text.slice(start + 1, caret), start, end: wordEnd(text, caret) };
    }
  }
  if (start === 0 && caret > 0 && text.startsWith("/")) {
    return { kind: "command", query: text.slice(1, caret), start: 0, end: wordEnd(text, caret) };
  }
  return null;
}

export interface Completed {
  text: string;
  caret: number;
}

/**
 * Puts the completion in the place of the word. The caret comes to stand after a space, or right behind the completion
 * if `more` of it is to be typed.
 */
export function complete(text: string, trigger: Trigger, insertion: string, more = false): Completed {
  const rest = text.slice(trigger.end);
  const head = text.slice(0, trigger.start) + insertion;
  return more
    ? { text: head + rest, caret: head.length }
    : { text: head + (rest === "" ? " " : rest), caret: head.length + 1 };
}

/** "/rename A new name" as its command and what follows it; null for a text that is none. */
export function parseSlash(text: string): { name: string; argument: string } | null {
  const found = /^\/([a-z]+)(?:[ \t]+([^\n]*))?$/.exec(text.trimEnd());
  return found?.[1] ? { name: found[1], argument: (found[2] ?? "").trim() } : null;
}
