/** Search within the thread: a bar above it that steps through every match, also those that are not on the page. */
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useEffect, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { count } from "@/shared/lib/format";
import { useWorkspace } from "@/shared/lib/workspace";
import { loadOlder, useOlder } from "@/shared/live/store";
import { Button, IconButton } from "@/shared/ui/button";
import { MOST_MATCHES } from "./search-text";
import { useMatches } from "./use-matches";
import type { MessageListHandle } from "./use-message-list";
import { useSearchMarks } from "./use-search-marks";

export interface ThreadSearchProps {
  conversationId: string;
  list: MessageListHandle;
}

export function ThreadSearch(props: ThreadSearchProps) {
  const open = useWorkspace((workspace) => workspace.threadSearch);
  // A search belongs to the conversation in which it was begun.
  useEffect(() => () => closeSearch(), []);
  return open ? <SearchBar {...props} /> : null;
}

function closeSearch(): void {
  useWorkspace.setState({ threadSearch: false });
}

function SearchBar({ conversationId, list }: ThreadSearchProps) {
  const { thread } = useStrings();
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query);
  const { matches, refresh } = useMatches(conversationId, wanted);
  const [at, setAt] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const before = useRef<Element | null>(null);
  const current = matches[at];
  useSearchMarks(conversationId, list, wanted, current);

  useEffect(() => {
    before.current = document.activeElement;
    field.current?.focus();
  }, []);
  // A new search begins at its latest match: that is where people are.
  const [searched, setSearched] = useState(matches);
  if (searched !== matches) {
    setSearched(matches);
    setAt(continued(searched[at], matches));
  }

  function step(by: 1 | -1) {
    const found = refresh();
    if (found.length > 0) {
      setAt((at + by + found.length) % found.length);
    }
  }
  function close() {
    closeSearch();
    if (before.current instanceof HTMLElement && before.current.isConnected) {
      before.current.focus({ preventScroll: true });
    } else {
      list.controls.current?.scroller()?.focus({ preventScroll: true });
    }
  }
  function press(event: KeyboardEvent) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && event.target === field.current && !event.nativeEvent.isComposing) {
      event.preventDefault();
      step(event.shiftKey ? 1 : -1);
    } else if (event.key.toLowerCase() === "f" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      event.stopPropagation();
      field.current?.select();
    }
  }

  return (
    <search
      aria-label={thread.search}
      onKeyDown={press}
      className="absolute end-3 top-3 z-20 flex max-w-[calc(100%-1.5rem)] animate-appear flex-wrap items-center gap-1 rounded-lg border border-line-strong bg-raised p-1.5 shadow-md"
    >
      <input
        ref={field}
        type="search"
        aria-label={thread.searchFor}
        placeholder={thread.search}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        className="h-7 w-56 min-w-32 flex-1 rounded-sm bg-transparent px-2 text-sm outline-none focus-visible:ring-2 focus-visible:ring-accent [&::-webkit-search-cancel-button]:hidden"
      />
      <span role="status" className="min-w-16 px-1 empty:min-w-0 text-end text-muted text-xs tabular-nums">
        {wanted === ""
          ? ""
          : matches.length === 0
            ? thread.searchNothing
            : thread.searchCount(at + 1, amount(matches.length))}
      </span>
      <IconButton
        size="small"
        label={thread.searchPrevious}
        icon={<ChevronUp />}
        aria-disabled={matches.length === 0}
        onClick={() => step(-1)}
      />
      <IconButton
        size="small"
        label={thread.searchNext}
        icon={<ChevronDown />}
        aria-disabled={matches.length === 0}
        onClick={() => step(1)}
      />
      <IconButton size="small" label={thread.searchClose} icon={<X />} onClick={close} />
      <SearchOlder conversationId={conversationId} />
    </search>
  );
}

const amount = (matches: number) => `${count(matches)}${matches === MOST_MATCHES ? "+" : ""}`;

/** Where the same match is in a new list of matches, else its last one. */
function continued(
  match: { messageId: string; partId: string; nth: number } | undefined,
  matches: readonly { messageId: string; partId: string; nth: number }[],
): number {
  const same = match
    ? matches.findIndex(
        (other) =>
          other.messageId === match.messageId && other.partId === match.partId && other.nth === match.nth,
      )
    : -1;
  return same >= 0 ? same : matches.length - 1;
}

/** What is not loaded is not searched; this loads all of it, page by page, until somebody stops it. */
function SearchOlder({ conversationId }: { conversationId: string }) {
  const { thread, common } = useStrings();
  const { more, loading, failed } = useOlder(conversationId);
  const [wanted, setWanted] = useState(false);
  const going = wanted && more && !failed;
  useEffect(() => {
    if (going && !loading) {
      void loadOlder(conversationId);
    }
  }, [going, loading, conversationId]);
  if (!more) {
    return null;
  }
  return (
    <div className="flex w-full items-center justify-between gap-2 border-line border-t ps-2 pt-1 text-muted text-xs">
      <span>{going ? thread.searchingOlder : ""}</span>
      <Button size="small" variant="ghost" onClick={() => setWanted(!going)}>
        {going ? common.cancel : thread.searchOlder}
      </Button>
    </div>
  );
}
