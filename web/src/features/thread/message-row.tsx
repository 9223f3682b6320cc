/** One message of the thread. It follows its own message alone: while another one streams, it is not drawn again. */
import { memo } from "react";
import type { Message } from "@/shared/api/types";
import { locale, useStrings } from "@/shared/i18n";
import { daysAgo } from "@/shared/lib/days";
import { shortTime } from "@/shared/lib/format";
import { useMessage } from "@/shared/live/store";
import { classNames } from "@/shared/ui/class-names";
import { AssistantMessage } from "./assistant-message";
import { UserMessage } from "./user-message";

export interface MessageRowProps {
  conversationId: string;
  messageId: string;
  /** The message before it, for the line between two days. */
  previousId: string | undefined;
  latest: boolean;
  /** It was just brought into view. */
  shown: boolean;
}

export const MessageRow = memo(function MessageRow({
  conversationId,
  messageId,
  previousId,
  latest,
  shown,
}: MessageRowProps) {
  const { thread } = useStrings();
  const message = useMessage(conversationId, messageId);
  if (!message) {
    return null;
  }
  const author =
    message.author === "user"
      ? thread.you
      : message.author === "system"
        ? thread.system
        : [thread.assistant, message.model].filter(Boolean).join(", ");
  return (
    <>
      <DayLine conversationId={conversationId} previousId={previousId} at={message.created_at} />
      <article
        aria-label={thread.authorAt(author, shortTime(message.created_at))}
        data-message-id={messageId}
        tabIndex={-1}
        className={classNames(
          "group/message mx-auto w-full max-w-[48rem] overflow-x-clip px-4 py-1.5 outline-none focus-visible:ring-2 focus-visible:ring-accent sm:px-6",
          shown && "thread-shown",
        )}
      >
        <MessageBody message={message} latest={latest} />
      </article>
    </>
  );
});

function MessageBody({ message, latest }: { message: Message; latest: boolean }) {
  switch (message.author) {
    case "user":
      return <UserMessage message={message} latest={latest} />;
    case "assistant":
      return <AssistantMessage message={message} latest={latest} />;
    case "system":
      return <SystemMessage message={message} />;
  }
}

function SystemMessage({ message }: { message: Message }) {
  return (
    <div className="mx-auto max-w-prose whitespace-pre-wrap break-words text-center text-muted text-sm">
      {message.parts.map(
        (part) =>
          part.type === "text" && (
            <p key={part.id} data-part-id={part.id}>
              {part.text}
            </p>
          ),
      )}
    </div>
  );
}

function dayName(at: number, names: { today: string; yesterday: string }): string {
  const ago = daysAgo(at);
  if (ago === 0) {
    return names.today;
  }
  if (ago === 1) {
    return names.yesterday;
  }
  return new Intl.DateTimeFormat(locale(), { dateStyle: "full" }).format(at);
}

/** Stands above the first message of a day. */
function DayLine({
  conversationId,
  previousId,
  at,
}: {
  conversationId: string;
  previousId: string | undefined;
  at: number;
}) {
  const { thread } = useStrings();
  const before = useMessage(conversationId, previousId ?? "")?.created_at;
  if (before !== undefined && new Date(before).toDateString() === new Date(at).toDateString()) {
    return null;
  }
  return (
    <p className="mx-auto flex w-full max-w-[48rem] items-center justify-center px-4 py-3 font-medium text-muted text-xs">
      {dayName(at, thread)}
    </p>
  );
}
