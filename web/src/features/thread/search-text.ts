/** Finding words in what was said and done, as text: what is not on the page is found too. */
import type { Message, Part } from "@/shared/api/types";
import { blocksOf, groupFold } from "./tool-calls";

export interface Match {
  readonly messageId: string;
  readonly partId: string;
  /** Which of the part's matches it is, counted from 0. */
  readonly nth: number;
}

/** More than anybody steps through; a single letter in a long conversation would fill the memory. */
export const MOST_MATCHES = 5000;

/** Each part's text in small letters: parts never change, they are replaced. */
const folded = new WeakMap<Part, string>();

function textOf(part: Part): string {
  switch (part.type) {
    case "text":
    case "thinking":
      return part.text;
    case "tool":
      return [part.title ?? part.name, part.result?.content ?? part.result?.model_text ?? ""].join("\n");
    case "error":
      return [part.title, part.message, part.remedy].join("\n");
    case "attachment":
      return part.name;
    case "marker":
      return "";
  }
}

/** Small letters that take as many places as the letters did, so that places in both are the same. */
export function foldCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length
    ? lower
    : Array.from(text, (letter) =>
        letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter,
      ).join("");
}

function foldedText(part: Part): string {
  const known = folded.get(part);
  if (known !== undefined) {
    return known;
  }
  const text = foldCase(textOf(part));
  folded.set(part, text);
  return text;
}

/** Every place of the query, oldest message first. */
export function findMatches(messages: Iterable<Message | undefined>, query: string): readonly Match[] {
  const wanted = foldCase(query);
  const found: Match[] = [];
  if (wanted === "") {
    return found;
  }
  for (const message of messages) {
    for (const part of message?.parts ?? []) {
      const text = foldedText(part);
      let nth = 0;
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
        found.push({ messageId: message?.id ?? "", partId: part.id, nth });
        nth += 1;
        if (found.length === MOST_MATCHES) {
          return found;
        }
      }
    }
  }
  return found;
}

/** What has to be open for a part to be seen: its own fold, and that of the group that it is in. */
export function foldsAround(message: Message, partId: string): readonly string[] {
  const part = message.parts.find((other) => other.id === partId);
  if (!part || (part.type === "text" && message.author !== "user")) {
    return [];
  }
  const group = blocksOf(message.parts, message.status === "running" ? 1 : 0).find(
    (block) => block.kind === "calls" && block.parts.some((other) => other.id === partId),
  );
  return group?.kind === "calls" ? [groupFold(group.parts), partId] : [partId];
}
