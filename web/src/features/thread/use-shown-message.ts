/** Brings the message into view that somebody asked for, from wherever: older pages are loaded until it is there. */
import { useEffect, useState } from "react";
import { useWorkspace } from "@/shared/lib/workspace";
import { loadOlder, useOlder } from "@/shared/live/store";
import type { MessageListControls } from "./use-message-list";

const MARKED_MILLISECONDS = 2000;

/** Gives the message that was just shown, for as long as it is to be marked. */
export function useShownMessage(
  conversationId: string,
  rows: readonly string[],
  controls: MessageListControls,
): string | null {
  const target = useWorkspace((workspace) => workspace.target);
  const { more, loading, failed } = useOlder(conversationId);
  const [shown, setShown] = useState<string | null>(null);
  const wanted = target?.conversationId === conversationId ? target.messageId : null;

  useEffect(() => {
    if (wanted === null) {
      return;
    }
    if (rows.includes(wanted)) {
      controls.show(wanted, "start");
      setShown(wanted);
      useWorkspace.setState({ target: null });
      focusMessage(controls, wanted);
    } else if (more && !failed) {
      if (!loading) {
        void loadOlder(conversationId);
      }
    } else {
      useWorkspace.setState({ target: null });
    }
  }, [wanted, rows, more, loading, failed, conversationId, controls]);

  useEffect(() => {
    const timer = shown === null ? undefined : setTimeout(() => setShown(null), MARKED_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [shown]);
  return shown;
}

/** Reading goes on at a message: the focus moves there once its row is on the page. */
export function focusMessage(controls: MessageListControls, messageId: string, frames = 8): void {
  requestAnimationFrame(() => {
    const row = controls
      .scroller()
      ?.querySelector<HTMLElement>(`[data-message-id="${CSS.escape(messageId)}"]`);
    if (row) {
      row.focus({ preventScroll: true });
    } else if (frames > 0) {
      focusMessage(controls, messageId, frames - 1);
    }
  });
}
