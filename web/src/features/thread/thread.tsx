/** A conversation's messages: everything that was said and done, from the first to the one that is being written. */
import "./thread.css";
import { MessageSquareDashed, SearchX } from "lucide-react";
import { type ReactNode, useMemo, useRef } from "react";
import { useStrings } from "@/shared/i18n";
import { usePast } from "@/shared/live/past";
import {
  reload,
  useBranch,
  useConversation,
  useConversationError,
  useConversationStatus,
} from "@/shared/live/store";
import { Button } from "@/shared/ui/button";
import { EmptyState, ProblemText, Skeleton } from "@/shared/ui/feedback";
import { Announcements } from "./announcements";
import { MessageList } from "./message-list";
import { ThreadProvider, type ThreadSurroundings } from "./thread-context";
import { ThreadSearch } from "./thread-search";
import { useMessageListHandle } from "./use-message-list";

export interface ThreadProps {
  conversationId: string;
  /** A fork was made; it is to be shown. */
  onForked: (newId: string) => void;
  /** What stands where there are no messages yet. */
  emptyState?: ReactNode;
}

export function Thread({ conversationId, onForked, emptyState }: ThreadProps) {
  const status = useConversationStatus(conversationId);
  switch (status) {
    case "loading":
      return <LoadingThread />;
    case "missing":
      return <MissingThread />;
    case "failed":
      return <FailedThread conversationId={conversationId} />;
    case "ready":
      return (
        <ReadyThread
          key={conversationId}
          conversationId={conversationId}
          onForked={onForked}
          emptyState={emptyState}
        />
      );
  }
}

function ReadyThread({ conversationId, onForked, emptyState }: ThreadProps) {
  const past = usePast(conversationId) !== null;
  const busy = useConversation(conversationId, (view) => view.state.status !== "idle") ?? false;
  const empty = useBranch(conversationId).length === 0;
  const list = useMessageListHandle();
  const forked = useRef(onForked);
  forked.current = onForked;
  const surroundings = useMemo<ThreadSurroundings>(
    () => ({
      conversationId,
      readOnly: past,
      busy,
      onForked: (newId) => forked.current(newId),
      holdPlace: list.holdPlace,
    }),
    [conversationId, past, busy, list.holdPlace],
  );
  return (
    <ThreadProvider value={surroundings}>
      <div className="relative flex min-h-0 min-w-0 flex-1 flex-col">
        <ThreadSearch conversationId={conversationId} list={list} />
        {empty ? (
          <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">{emptyState ?? <EmptyThread />}</div>
        ) : (
          <MessageList conversationId={conversationId} handle={list} />
        )}
        {!past && <Announcements conversationId={conversationId} />}
      </div>
    </ThreadProvider>
  );
}

function EmptyThread() {
  const { thread } = useStrings();
  return (
    <EmptyState icon={<MessageSquareDashed />} title={thread.empty} className="m-auto">
      {thread.emptyHint}
    </EmptyState>
  );
}

function MissingThread() {
  const { thread } = useStrings();
  return (
    <EmptyState icon={<SearchX />} title={thread.missing} className="m-auto flex-1 justify-center">
      {thread.missingHint}
    </EmptyState>
  );
}

function FailedThread({ conversationId }: { conversationId: string }) {
  const { thread, common } = useStrings();
  const error = useConversationError(conversationId);
  return (
    <EmptyState
      title={thread.failed}
      className="m-auto flex-1 justify-center"
      action={<Button onClick={() => void reload(conversationId)}>{common.retry}</Button>}
    >
      <p>{thread.failedHint}</p>
      {error && <ProblemText error={error} className="mt-2 justify-center" />}
    </EmptyState>
  );
}

function LoadingThread() {
  const { thread } = useStrings();
  return (
    <div role="status" aria-label={thread.loading} className="min-h-0 flex-1 overflow-hidden">
      <div className="mx-auto flex w-full max-w-[48rem] flex-col gap-6 px-4 py-10 sm:px-6">
        {["w-1/2", "w-2/5"].map((width) => (
          <div key={width} className="space-y-5">
            <Skeleton className={`ms-auto h-11 rounded-2xl ${width}`} />
            <div className="space-y-2.5">
              <Skeleton className="h-4 w-11/12" />
              <Skeleton className="h-4 w-full" />
              <Skeleton className="h-4 w-3/5" />
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
