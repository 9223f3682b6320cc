/**
 * The list of conversations: the fold of its pages and its changes.
 *
 * Pure, and safe to repeat: of two versions of a line the one with the larger `list_seq` stays, whichever came first.
 */
import type { ConversationListed } from "@/shared/api/types";

/** A conversation's line. There is something unread while `answered_seq` is larger than `read_seq`. */
export interface Listed extends Omit<ConversationListed, "status"> {
  status: "idle" | "running" | "waiting" | "compacting";
  outcome: "completed" | "failed" | "stopped" | null;
  answered_seq: number;
  read_seq: number;
}

export interface ListPage {
  items: readonly Listed[];
  next: string | null;
}

export interface ListView {
  readonly items: ReadonlyMap<string, Listed>;
  /** The list's counter as of the newest change that was seen. */
  readonly seq: number;
  /** Where the next page begins; null where the list is whole. */
  readonly next: string | null;
  /** The last line of the newest page: what comes after it is not shown before its page is loaded. */
  readonly edge: Listed | null;
}

export type Dot = "running" | "waiting" | "failed" | "unread" | "idle";

export const EMPTY_LIST: ListView = { items: new Map(), seq: 0, next: null, edge: null };

/** Folds changed lines, also of conversations that no loaded page names. */
export function applyListed(view: ListView, changed: readonly Listed[]): ListView {
  const items = new Map(view.items);
  let seq = view.seq;
  let moved = false;
  for (const line of changed) {
    seq = Math.max(seq, line.list_seq);
    const known = items.get(line.id);
    if (!known || known.list_seq < line.list_seq) {
      items.set(line.id, line);
      moved = true;
    }
  }
  return moved || seq !== view.seq ? { ...view, items: moved ? items : view.items, seq } : view;
}

/** Adds the following page of the list. Only the first one moves `seq`: later changes come through the stream. */
export function addPage(view: ListView, page: ListPage): ListView {
  const known = applyListed(view, page.items);
  const edge = page.next === null ? null : (page.items.at(-1) ?? view.edge);
  return { ...known, seq: view.seq === 0 ? known.seq : view.seq, next: page.next, edge };
}

/** Adds lines of another list (archived, found) without moving where this one is. */
export function addLines(view: ListView, lines: readonly Listed[]): ListView {
  return { ...applyListed(view, lines), seq: view.seq };
}

/** Gives the lines of a list in order: pinned first, then the newest change. */
export function ordered(
  view: ListView,
  wanted: { archived: boolean } = { archived: false },
): readonly Listed[] {
  const { edge } = view;
  return [...view.items.values()]
    .filter((line) => !line.deleted && line.archived === wanted.archived)
    .filter((line) => wanted.archived || edge === null || compare(line, edge) <= 0)
    .sort(compare);
}

/** Whether there is something that nobody has seen yet. */
export function isUnread(line: Listed): boolean {
  return line.answered_seq > line.read_seq;
}

/** What a conversation's dot says. A failure is told until somebody has looked. */
export function dotOf(line: Listed): Dot {
  if (line.status === "waiting") {
    return "waiting";
  }
  if (line.status !== "idle") {
    return "running";
  }
  if (!isUnread(line)) {
    return "idle";
  }
  return line.outcome === "failed" ? "failed" : "unread";
}

/** How many conversations of the list hold something unread. */
export function unreadCount(view: ListView): number {
  let count = 0;
  for (const line of view.items.values()) {
    if (!line.deleted && !line.archived && isUnread(line)) {
      count += 1;
    }
  }
  return count;
}

function compare(left: Listed, right: Listed): number {
  return (
    Number(right.pinned) - Number(left.pinned) ||
    right.updated_at - left.updated_at ||
    (left.id === right.id ? 0 : left.id < right.id ? 1 : -1)
  );
}
