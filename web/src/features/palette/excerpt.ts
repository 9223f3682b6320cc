/** The words of a message around what was searched. */
import type { Message } from "@/shared/api/types";

const AROUND = 40;

/** Gives the first place in the message's text where the words stand; undefined where they do not. */
export function excerpt(message: Message, search: string): string | undefined {
  const wanted = search.toLowerCase();
  for (const part of message.parts) {
    const text = part.type === "text" ? part.text : "";
    const at = text.toLowerCase().indexOf(wanted);
    if (at >= 0) {
      const from = Math.max(0, at - AROUND);
      const to = Math.min(text.length, at + wanted.length + AROUND * 2);
      const words = text.slice(from, to).replace(/\s+/g, " ").trim();
      return `${from > 0 ? "…" : ""}${words}${to < text.length ? "…" : ""}`;
    }
  }
  return undefined;
}
