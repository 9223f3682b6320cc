/**
 * Going back through one's own messages with the arrow keys, newest first. Pure.
 *
 * It begins only in an empty field, and ends as soon as the shown text is changed: then it is a draft like any other.
 */
export interface HistoryStep {
  /** 0 is the newest message. */
  place: number;
  text: string;
}

/** One further back; null at the oldest, and where the field holds a draft. */
export function older(entries: readonly string[], at: HistoryStep | null, text: string): HistoryStep | null {
  if (at ? at.text !== text : text !== "") {
    return null;
  }
  for (let place = (at?.place ?? -1) + 1; place < entries.length; place += 1) {
    const entry = entries[place];
    if (entry && entry !== at?.text) {
      return { place, text: entry };
    }
  }
  return null;
}

/** One nearer to the present; "present" is the empty field again, null where nobody was looking back. */
export function newer(
  entries: readonly string[],
  at: HistoryStep | null,
  text: string,
): HistoryStep | "present" | null {
  if (!at || at.text !== text) {
    return null;
  }
  for (let place = Math.min(at.place, entries.length) - 1; place >= 0; place -= 1) {
    const entry = entries[place];
    if (entry && entry !== at.text) {
      return { place, text: entry };
    }
  }
  return "present";
}
