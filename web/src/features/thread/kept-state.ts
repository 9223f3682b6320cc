/**
 * What a person opened, folded and began to edit. It lives outside of the rows, because rows leave the page when they are
 * scrolled away and must come back as they were.
 */
import { useCallback } from "react";
import { create } from "zustand";
import { useThread } from "./thread-context";

interface Kept {
  /** By conversation and part: whether it is open, where a person said so. */
  folds: ReadonlyMap<string, boolean>;
  /** By conversation and message: the text as it is being edited. */
  edits: ReadonlyMap<string, string>;
}

const useKept = create<Kept>(() => ({ folds: new Map(), edits: new Map() }));

const nameOf = (conversationId: string, id: string) => `${conversationId} ${id}`;

export function setFold(conversationId: string, id: string, open: boolean): void {
  useKept.setState(({ folds }) => ({ folds: new Map(folds).set(nameOf(conversationId, id), open) }));
}

/** Whether something is open, and how to say so. */
export function useFold(id: string, openAtFirst = false): [boolean, (open: boolean) => void] {
  const { conversationId, holdPlace } = useThread();
  const open = useKept(({ folds }) => folds.get(nameOf(conversationId, id)) ?? openAtFirst);
  const change = useCallback(
    (next: boolean) => {
      holdPlace();
      setFold(conversationId, id, next);
    },
    [conversationId, id, holdPlace],
  );
  return [open, change];
}

/** The text of a message as it is being edited; null while it is not. */
export function useEdit(messageId: string): [string | null, (text: string | null) => void] {
  const { conversationId, holdPlace } = useThread();
  const name = nameOf(conversationId, messageId);
  const text = useKept(({ edits }) => edits.get(name) ?? null);
  const change = useCallback(
    (next: string | null) => {
      holdPlace();
      useKept.setState(({ edits }) => {
        const changed = new Map(edits);
        if (next === null) {
          changed.delete(name);
        } else {
          changed.set(name, next);
        }
        return { edits: changed };
      });
    },
    [name, holdPlace],
  );
  return [text, change];
}
