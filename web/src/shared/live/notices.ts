/**
 * What happened in conversations while nobody looked: derived from the list, so that it also holds for conversations
 * that this tab never opened.
 *
 * What is already so when a line is first seen is no news; a line that changed several times at once tells only how it
 * is now; nothing is told twice.
 */
import { isUnread, type Listed, type ListView } from "./list";
import { liveStore } from "./store";

export interface Notice {
  conversationId: string;
  kind: "done" | "failed" | "waiting";
  title: string | null;
}

/** Names what is new between two states of the list. */
export function noticesBetween(before: ListView, after: ListView): readonly Notice[] {
  const notices: Notice[] = [];
  for (const [id, line] of after.items) {
    const known = before.items.get(id);
    const kind = known && known !== line ? news(known, line) : null;
    if (kind) {
      notices.push({ conversationId: id, kind, title: line.title });
    }
  }
  return notices;
}

function news(before: Listed, after: Listed): Notice["kind"] | null {
  if (after.deleted || after.archived) {
    return null;
  }
  if (after.status === "waiting") {
    return before.status === "waiting" ? null : "waiting";
  }
  if (after.status === "idle" && after.answered_seq > before.answered_seq && isUnread(after)) {
    return after.outcome === "failed" ? "failed" : "done";
  }
  return null;
}

/** Whether nobody has seen it since, here or elsewhere. */
export function isStillNews(
  { conversationId, kind }: Notice,
  list: ListView = liveStore.getState().list,
): boolean {
  const line = list.items.get(conversationId);
  return line !== undefined && (kind === "waiting" ? line.status === "waiting" : isUnread(line));
}

/** Tells a listener what happens from now on, until what it gives is called. */
export function watchNotices(listener: (notice: Notice) => void): () => void {
  return liveStore.subscribe((state, before) => {
    if (state.list !== before.list) {
      for (const notice of noticesBetween(before.list, state.list)) {
        listener(notice);
      }
    }
  });
}
