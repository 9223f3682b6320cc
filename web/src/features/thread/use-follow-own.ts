/** Whoever sends a message wants to see it and its answer, wherever they were reading. */
import { useEffect, useRef } from "react";
import { useConversation } from "@/shared/live/store";
import { messagesOf } from "./current-view";
import type { MessageListControls } from "./use-message-list";

const NO_QUEUE: readonly string[] = [];

export function useFollowOwn(
  conversationId: string,
  rows: readonly string[],
  controls: MessageListControls,
): void {
  const queued = useConversation(conversationId, (view) => view.state.queue.map((item) => item.id).join(" "));
  const before = useRef({ rows, queued: NO_QUEUE });
  useEffect(() => {
    const known = before.current;
    before.current = { rows, queued: queued ? queued.split(" ") : NO_QUEUE };
    if (known.rows === rows || known.rows.length === 0) {
      return;
    }
    const last = known.rows.at(-1);
    const added = rows.slice(last === undefined ? 0 : rows.lastIndexOf(last) + 1);
    const messages = messagesOf(conversationId);
    const own = added.find((id) => messages.get(id)?.author === "user");
    // One that waited in the queue goes off by itself, perhaps while its author reads something else.
    if (own !== undefined && !known.queued.includes(own) && isWriting(controls.scroller())) {
      controls.toEnd();
    }
  }, [conversationId, rows, queued, controls]);
}

/** The focus is where messages are written, and the person is here: another tab or device does not move this one. */
function isWriting(scroller: HTMLElement | null): boolean {
  const focused = document.activeElement;
  return (
    document.hasFocus() &&
    focused instanceof HTMLElement &&
    focused !== document.body &&
    !scroller?.contains(focused)
  );
}
