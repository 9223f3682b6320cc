/**
 * Waiting messages as they are being edited. They live outside of the rows, because a row goes when its message is sent
 * or another conversation is shown.
 */
const edits = new Map<string, string>();

const nameOf = (conversationId: string, itemId: string) => `${conversationId} ${itemId}`;

/** The text as it is being edited; null where nothing was changed yet. */
export function editOf(conversationId: string, itemId: string): string | null {
  return edits.get(nameOf(conversationId, itemId)) ?? null;
}

export function keepEdit(conversationId: string, itemId: string, text: string): void {
  edits.set(nameOf(conversationId, itemId), text);
}

export function endEdit(conversationId: string, itemId: string): void {
  edits.delete(nameOf(conversationId, itemId));
}

/** Takes out the texts whose messages do not wait any more. */
export function takeOrphans(conversationId: string, waiting: readonly { id: string }[]): string[] {
  const prefix = nameOf(conversationId, "");
  const there = new Set(waiting.map(({ id }) => nameOf(conversationId, id)));
  const orphans = [...edits].filter(([name]) => name.startsWith(prefix) && !there.has(name));
  for (const [name] of orphans) {
    edits.delete(name);
  }
  return orphans.map(([, text]) => text);
}
