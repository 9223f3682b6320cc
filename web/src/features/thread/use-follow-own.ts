/** Whoever sends a message wants to see it and its answer, wherever they were reading; other tabs stay where they are. */
import { useEffect, useRef } from "react";
import { useWorkspace } from "@/shared/lib/workspace";
import { useConversation } from "@/shared/live/store";
import type { MessageListControls } from "./use-message-list";

export function useFollowOwn(
  conversationId: string,
  rows: readonly string[],
  controls: MessageListControls,
): void {
  const sent = useWorkspace(({ sent }) => (sent?.conversationId === conversationId ? sent.messageId : null));
  const queued =
    useConversation(conversationId, (view) => view.state.queue.some(({ id }) => id === sent)) ?? false;
  const followed = useRef(sent);
  useEffect(() => {
    if (sent === null || sent === followed.current) {
      return;
    }
    if (queued) {
      // It goes off by itself, perhaps while its author reads something else.
      followed.current = sent;
    } else if (rows.includes(sent)) {
      followed.current = sent;
      controls.toEnd();
    }
  }, [sent, queued, rows, controls]);
}
