/** A failure: what happened, what to do, and where it can be done. */

import { useRouter } from "@tanstack/react-router";
import { CircleAlert, RotateCcw, Settings } from "lucide-react";
import { type MouseEvent, memo, useRef, useState } from "react";
import { retryError } from "@/shared/api/commands";
import type { ErrorPart } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { Disclosure } from "@/shared/ui/disclosure";
import { ProblemText } from "@/shared/ui/feedback";
import { useFold } from "./kept-state";
import { useThread } from "./thread-context";

/** What a person sets right in the settings of the providers. */
const IN_SETTINGS: ReadonlySet<ErrorPart["kind"]> = new Set([
  "bad_key",
  "no_model",
  "unknown_model",
  "forbidden",
]);

export const ErrorCard = memo(function ErrorCard({
  part,
  messageId,
}: {
  part: ErrorPart;
  messageId: string;
}) {
  const { thread } = useStrings();
  const { conversationId, readOnly, busy } = useThread();
  const [open, setOpen] = useFold(part.id);
  const [trying, setTrying] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const card = useRef<HTMLDivElement>(null);
  async function retry() {
    const message = card.current?.closest("article");
    setTrying(true);
    setProblem(null);
    try {
      await retryError(conversationId, messageId, part.id);
      // The card goes away with its button; reading goes on at the message.
      message?.focus({ preventScroll: true });
    } catch (error) {
      setProblem(error);
    } finally {
      setTrying(false);
    }
  }
  return (
    <div
      ref={card}
      data-part-id={part.id}
      className="my-3 flex gap-3 rounded-lg border border-danger/30 bg-danger-soft px-4 py-3 text-sm"
    >
      <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-danger" />
      <div className="min-w-0 flex-1 space-y-1.5 break-words">
        <p className="font-medium text-danger">{part.title}</p>
        <p>{part.message}</p>
        {part.remedy !== "" && <p className="text-ink">{part.remedy}</p>}
        {part.detail != null && part.detail !== "" && (
          <Disclosure
            summary={<span className="text-xs">{thread.errorDetail}</span>}
            open={open}
            onOpenChange={setOpen}
          >
            <pre className="max-h-64 overflow-auto whitespace-pre-wrap break-words rounded-sm bg-sunken p-2 font-mono text-xs">
              {part.detail}
            </pre>
          </Disclosure>
        )}
        {!readOnly && (
          <div className="flex flex-wrap items-center gap-2 pt-1">
            <Button
              size="small"
              icon={<RotateCcw />}
              busy={trying}
              disabled={busy && !trying}
              onClick={retry}
            >
              {thread.tryAgain}
            </Button>
            {IN_SETTINGS.has(part.kind) && <SettingsLink />}
          </div>
        )}
        {problem !== null && <ProblemText error={problem} />}
      </div>
    </div>
  );
});

function SettingsLink() {
  const { thread } = useStrings();
  const router = useRouter({ warn: false });
  const open = (event: MouseEvent) => {
    // A new tab or window is the browser's business.
    if (router && event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)) {
      event.preventDefault();
      void router.navigate({ to: "/settings/{-$section}", params: { section: "providers" } });
    }
  };
  return (
    <a
      href="/settings/providers"
      onClick={open}
      className="inline-flex min-h-7 items-center gap-1.5 rounded-sm px-2 text-ink text-xs underline underline-offset-2 hover:bg-hover pointer-coarse:min-h-11"
    >
      <Settings aria-hidden="true" className="size-3.5" />
      {thread.openSettings}
    </a>
  );
}
