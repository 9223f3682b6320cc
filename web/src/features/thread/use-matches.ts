/**
 * The matches of a search over all loaded messages. They are found anew for another query and when messages come or go,
 * not while one streams: `refresh` looks again when somebody steps on.
 */
import { useCallback, useMemo, useState } from "react";
import { useBranch } from "@/shared/live/store";
import { messagesOf } from "./current-view";
import { findMatches, type Match } from "./search-text";

export interface Matches {
  matches: readonly Match[];
  refresh: () => readonly Match[];
}

export function useMatches(conversationId: string, query: string): Matches {
  const rows = useBranch(conversationId);
  const [looked, lookAgain] = useState(0);
  const find = useCallback(() => {
    const messages = messagesOf(conversationId);
    return findMatches(
      rows.map((id) => messages.get(id)),
      query,
    );
  }, [conversationId, rows, query]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `looked` counts when somebody wants it done again
  const matches = useMemo(find, [find, looked]);
  const refresh = useCallback(() => {
    const now = find();
    const same =
      now.length === matches.length && now.every((match, index) => sameMatch(match, matches[index]));
    if (!same) {
      lookAgain((count) => count + 1);
    }
    return now;
  }, [find, matches]);
  return { matches, refresh };
}

function sameMatch(match: Match, other: Match | undefined): boolean {
  return match.messageId === other?.messageId && match.partId === other.partId && match.nth === other.nth;
}
