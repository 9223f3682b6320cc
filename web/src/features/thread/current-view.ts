/** A conversation as the thread shows it, outside of rendering: as it was while somebody travels, else as it is. */
import type { Message } from "@/shared/api/types";
import { usePastViews } from "@/shared/live/past";
import { getView } from "@/shared/live/store";

export function messagesOf(conversationId: string): ReadonlyMap<string, Message> {
  const view = usePastViews.getState().views.get(conversationId)?.view ?? getView(conversationId);
  return view?.messages ?? new Map();
}
