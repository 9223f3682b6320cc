/** The queue as it is to be, after one change: what the server takes. Pure. */
import type { QueueItemChange } from "@/shared/api/commands";
import type { QueueItem } from "@/shared/api/types";

export function textOf({ parts }: QueueItem): string {
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

export function filesOf({ parts }: QueueItem) {
  return parts.flatMap((part) => (part.type === "attachment" ? [part] : []));
}

export function asChanges(items: readonly Pick<QueueItem, "id">[]): QueueItemChange[] {
  return items.map(({ id }) => ({ id }));
}

/** With one item changed; null where it does not wait any more. */
export function changed(items: readonly QueueItem[], change: QueueItemChange): QueueItemChange[] | null {
  return items.some(({ id }) => id === change.id)
    ? items.map(({ id }) => (id === change.id ? change : { id }))
    : null;
}

/** With one item at another place; null where that is not possible. */
export function moved(items: readonly QueueItem[], id: string, to: number): QueueItemChange[] | null {
  const item = items.find((other) => other.id === id);
  if (!item || to < 0 || to >= items.length) {
    return null;
  }
  const rest = items.filter((other) => other.id !== id);
  return asChanges([...rest.slice(0, to), item, ...rest.slice(to)]);
}

export function without(items: readonly QueueItem[], id: string): QueueItemChange[] {
  return asChanges(items.filter((other) => other.id !== id));
}
