/** A model's reasoning, folded; while it runs, the time runs with it. */
import { Brain } from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";
import type { ThinkingPart } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { duration } from "@/shared/lib/format";
import { Markdown } from "@/shared/markdown/markdown";
import { Disclosure } from "@/shared/ui/disclosure";
import { Elapsed, endOf, sinceFirstSeen } from "./elapsed";
import { useFold } from "./kept-state";
import { useThread } from "./thread-context";

/** Milliseconds below which the time says nothing. */
const WORTH_SAYING = 100;

export interface ReasoningProps {
  part: ThinkingPart;
  /** It is still arriving. */
  live: boolean;
}

export const Reasoning = memo(function Reasoning({ part, live }: ReasoningProps) {
  const { thread } = useStrings();
  const { conversationId } = useThread();
  const [open, setOpen] = useFold(part.id);
  const took = useDuration(part, live);
  if (!live && part.text === "" && took === null) {
    return null;
  }
  const summary = (
    <span className="flex items-center gap-2 text-muted text-sm">
      <Brain aria-hidden="true" className="size-4 shrink-0 text-faint" />
      {live ? (
        <>
          <span className="thread-shimmer">{thread.thinking}</span>
          <Elapsed id={part.id} />
        </>
      ) : (
        <span>
          {took === null || took < WORTH_SAYING ? thread.thought : thread.thoughtFor(duration(took))}
        </span>
      )}
    </span>
  );
  return (
    <Disclosure className="my-1" summary={summary} open={open} onOpenChange={setOpen}>
      <div
        data-part-id={part.id}
        className="my-1.5 ms-2 border-line border-s-2 ps-4 text-muted [&_.markdown]:text-sm [&_.markdown]:leading-relaxed"
      >
        {part.text === "" ? (
          <p className="text-sm">{thread.reasoningHidden}</p>
        ) : (
          <Markdown text={part.text} streaming={live} conversationId={conversationId} />
        )}
      </div>
    </Disclosure>
  );
});

/** In milliseconds: what the journal says, else what this page saw; null while it runs and where nobody knows. */
function useDuration(part: ThinkingPart, live: boolean): number | null {
  const [seen, setSeen] = useState<number | null>(null);
  const began = useRef(false);
  useEffect(() => {
    if (live) {
      // It goes on while its row is scrolled away: only its end forgets it.
      began.current = true;
      sinceFirstSeen(part.id);
      return;
    }
    const took = endOf(part.id);
    if (began.current && took !== null) {
      setSeen(took);
    }
  }, [live, part.id]);
  return live ? null : (part.duration_ms ?? seen);
}
