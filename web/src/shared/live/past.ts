/**
 * A conversation as it was: while somebody travels through its journal, the thread shows that view instead of the live
 * one, and nothing can be changed. The live fold goes on underneath.
 */
import { create } from "zustand";
import { branch, type ConversationView } from "./conversation";

interface Shown {
  view: ConversationView;
  branch: readonly string[];
}

interface Past {
  views: ReadonlyMap<string, Shown>;
}

export const usePastViews = create<Past>(() => ({ views: new Map() }));

/** Shows a conversation as that view; null returns to the present. */
export function setPast(conversationId: string, view: ConversationView | null): void {
  usePastViews.setState(({ views }) => {
    const next = new Map(views);
    if (view) {
      next.set(conversationId, { view, branch: branch(view) });
    } else {
      next.delete(conversationId);
    }
    return { views: next };
  });
}

/** The view that is shown instead of the present, if any. */
export function usePast(conversationId: string): ConversationView | null {
  return usePastViews(({ views }) => views.get(conversationId)?.view ?? null);
}
