/** What the composer follows of its conversation. */
import { useEffect } from "react";
import { useStore } from "zustand";
import type { QueueItem } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { useConversation } from "@/shared/live/store";
import { announce } from "@/shared/ui/announcer";
import type { ComposerStore } from "./composer-store";
import { settleAttempt } from "./sending";

/** What is shown here of a conversation; it renders again when one of these is another. */
export function useFacts(id: string | null) {
  return useConversation(id ?? "", ({ state }) => ({
    busy: state.status !== "idle",
    queue: state.queue as readonly QueueItem[],
    head: state.head,
    provider_id: state.provider_id,
    model: state.model,
    reasoning_effort: state.reasoning_effort,
    context_window: state.context_window,
    last_usage: state.last_usage,
  }));
}

/** A message whose answer was lost is known to be sent when the conversation has it. */
export function useLateAcceptance(store: ComposerStore, id: string | null): void {
  const sent = useStrings().composer.send.sent;
  const doubtful = useStore(store, ({ attempt, sending }) => (sending ? null : attempt));
  const there = useConversation(
    id ?? "",
    ({ messages, state }) =>
      doubtful !== null && (messages.has(doubtful.id) || state.queue.some((item) => item.id === doubtful.id)),
  );
  useEffect(() => {
    if (there === true && doubtful !== null) {
      settleAttempt(store, doubtful);
      announce(sent);
    }
  }, [there, doubtful, store, sent]);
}
