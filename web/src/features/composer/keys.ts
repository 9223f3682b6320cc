/** What the enter key does in the text field. Pure. */
import type { Preferences } from "@/shared/lib/preferences";

export type EnterMeaning = "send" | "other" | "newline";

export interface EnterKey {
  shiftKey: boolean;
  altKey: boolean;
  /** Ctrl, or ⌘ on a Mac. */
  mod: boolean;
}

/**
 * "other" sends too, but does the other of queue and steer while a turn runs. On a touch screen a plain enter makes a
 * line: there is no other key for it, and the send button is under the thumb.
 */
export function enterMeaning(key: EnterKey, sendWith: Preferences["sendWith"], touch: boolean): EnterMeaning {
  if (key.shiftKey) {
    return "newline";
  }
  if (key.altKey) {
    return "other";
  }
  if (sendWith === "mod+enter") {
    return key.mod ? "send" : "newline";
  }
  if (key.mod) {
    return "other";
  }
  return touch ? "newline" : "send";
}
