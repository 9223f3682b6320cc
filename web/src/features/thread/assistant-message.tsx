/**
 * What the agent did and said, step by step. While it works, only the part that arrives is drawn again: parts that did
 * not change keep their identity.
 */
import { CircleSlash, Clock } from "lucide-react";
import { memo } from "react";
import type { Message, Part, TextPart } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { Markdown } from "@/shared/markdown/markdown";
import { CopyButton } from "@/shared/ui/copy-button";
import { BranchSwitch } from "./branch-switch";
import { Elapsed } from "./elapsed";
import { ErrorCard } from "./error-card";
import { MarkerView } from "./marker-view";
import { ForkButton, MessageTime, MessageToolbar, RegenerateButton } from "./message-actions";
import { Reasoning } from "./reasoning";
import { useThread } from "./thread-context";
import { TokenDetails } from "./token-details";
import { blocksOf } from "./tool-calls";
import { ToolCard } from "./tool-card";
import { ToolGroup } from "./tool-group";

/** The text of an answer as it was written, without reasoning and calls. */
export function answerText(message: Message): string {
  return message.parts
    .filter((part): part is TextPart => part.type === "text" && part.text !== "")
    .map((part) => part.text)
    .join("\n\n");
}

export const AssistantMessage = memo(function AssistantMessage({
  message,
  latest,
}: {
  message: Message;
  latest: boolean;
}) {
  const running = message.status === "running";
  const last = message.parts.at(-1);
  return (
    <div className="min-w-0">
      {blocksOf(message.parts, running ? 1 : 0).map((block) =>
        block.kind === "calls" ? (
          <ToolGroup key={block.parts[0]?.id} parts={block.parts} />
        ) : (
          <PartView
            key={block.part.id}
            part={block.part}
            messageId={message.id}
            arriving={running && block.part === last && message.retrying == null}
          />
        ),
      )}
      {running && <Waiting message={message} />}
      <EndLine message={message} />
      {!running && <AnswerToolbar message={message} latest={latest} />}
    </div>
  );
});

interface PartViewProps {
  part: Part;
  messageId: string;
  arriving: boolean;
}

const PartView = memo(function PartView({ part, messageId, arriving }: PartViewProps) {
  const { conversationId } = useThread();
  switch (part.type) {
    case "text":
      return part.text === "" ? null : (
        <div data-part-id={part.id} className="my-3 first:mt-0">
          <Markdown text={part.text} streaming={arriving} conversationId={conversationId} />
        </div>
      );
    case "thinking":
      return <Reasoning part={part} live={arriving} />;
    case "tool":
      return <ToolCard part={part} arriving={arriving} />;
    case "error":
      return <ErrorCard part={part} messageId={messageId} />;
    case "marker":
      return <MarkerView part={part} />;
    case "attachment":
      return null;
  }
});

/** Something is going on of which nothing is to be seen yet: the model was asked, or will be asked again. */
function Waiting({ message }: { message: Message }) {
  const { thread } = useStrings();
  const last = message.parts.at(-1);
  if (message.retrying != null) {
    return (
      <p className="my-2 flex items-start gap-2 text-sm text-warning">
        <Clock aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
        <span className="min-w-0 break-words">
          {message.retrying} <span className="text-muted">{thread.waitsToRetry}</span>
        </span>
      </p>
    );
  }
  const settled =
    last === undefined ||
    last.type === "marker" ||
    (last.type === "tool" && last.status !== "pending" && last.status !== "running");
  return settled ? (
    <p className="my-2 flex min-h-7 items-center gap-2 text-sm">
      <span className="thread-shimmer">{thread.waitingForModel}</span>
      <Elapsed id={`${message.id} ${message.parts.length}`} />
    </p>
  ) : null;
}

/** How an answer ended that is not whole. A failure has its own card where it is known. */
function EndLine({ message }: { message: Message }) {
  const { thread } = useStrings();
  const explained = message.parts.some((part) => part.type === "error");
  if (message.status !== "interrupted" && (message.status !== "failed" || explained)) {
    return null;
  }
  return (
    <p className="my-2 flex items-center gap-2 text-muted text-sm">
      <CircleSlash aria-hidden="true" className="size-4 shrink-0 text-faint" />
      {message.status === "interrupted" ? thread.stopped : thread.failedAnswer}
    </p>
  );
}

function AnswerToolbar({ message, latest }: { message: Message; latest: boolean }) {
  const { thread } = useStrings();
  const { readOnly } = useThread();
  return (
    <MessageToolbar shown={latest} className="-ms-1.5">
      <CopyButton text={() => answerText(message)} label={thread.copyMessage} />
      {!readOnly && <RegenerateButton message={message} />}
      {!readOnly && <ForkButton message={message} />}
      <BranchSwitch message={message} />
      <MessageTime message={message} />
      {message.model != null && (
        <span className="max-w-48 truncate px-1 text-muted text-xs">{message.model}</span>
      )}
      {message.usage && <TokenDetails usage={message.usage} />}
    </MessageToolbar>
  );
}
