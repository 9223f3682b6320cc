/** What can be done with a message: a toolbar below it, there for the pointer, the focus and every touch screen. */
import { GitFork, Pencil, RefreshCw } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { forkConversation, regenerateAnswer } from "@/shared/api/commands";
import type { Message } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { fullTime, shortTime } from "@/shared/lib/format";
import { IconButton } from "@/shared/ui/button";
import { classNames } from "@/shared/ui/class-names";
import { problemSentence } from "@/shared/ui/feedback";
import { toast } from "@/shared/ui/toast";
import { useThread } from "./thread-context";

/** Arrow keys go from button to button, as in every toolbar. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") {
    return;
  }
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("button:not(:disabled)")];
  const at = document.activeElement instanceof HTMLElement ? buttons.indexOf(document.activeElement) : -1;
  const rightToLeft = getComputedStyle(event.currentTarget).direction === "rtl";
  const step = (event.key === "ArrowRight") !== rightToLeft ? 1 : -1;
  const next = buttons[(at + step + buttons.length) % buttons.length];
  if (at >= 0 && next) {
    event.preventDefault();
    next.focus();
  }
}

export interface MessageToolbarProps {
  /** Always seen, as below the latest message. */
  shown: boolean;
  className?: string | undefined;
  children: ReactNode;
}

export function MessageToolbar({ shown, className, children }: MessageToolbarProps) {
  const { thread } = useStrings();
  return (
    <div
      role="toolbar"
      aria-label={thread.actions}
      onKeyDown={moveFocus}
      className={classNames(
        "flex min-h-7 flex-wrap items-center gap-x-0.5 transition-opacity pointer-coarse:opacity-100",
        !shown &&
          "opacity-0 focus-within:opacity-100 group-hover/message:opacity-100 has-[[aria-expanded=true]]:opacity-100",
        className,
      )}
    >
      {children}
    </div>
  );
}

export function MessageTime({ message }: { message: Message }) {
  return (
    <time
      dateTime={new Date(message.created_at).toISOString()}
      title={fullTime(message.created_at)}
      className="px-1 text-muted text-xs tabular-nums"
    >
      {shortTime(message.created_at)}
    </time>
  );
}

export function EditButton({ onEdit }: { onEdit: () => void }) {
  const { thread } = useStrings();
  return <IconButton size="small" label={thread.edit} icon={<Pencil />} onClick={onEdit} />;
}

/** A command that is under way shows it; what the server refuses is said. */
function useAction(run: () => Promise<void>): [boolean, () => void] {
  const [busy, setBusy] = useState(false);
  return [
    busy,
    () => {
      setBusy(true);
      run()
        .catch((error: unknown) => toast({ title: problemSentence(error), tone: "danger" }))
        .finally(() => setBusy(false));
    },
  ];
}

export function ForkButton({ message }: { message: Message }) {
  const { thread } = useStrings();
  const { conversationId, onForked } = useThread();
  const [busy, fork] = useAction(async () => {
    const { id } = await forkConversation(conversationId, message.id);
    toast({ title: thread.forked, tone: "success" });
    onForked(id);
  });
  // An answer that is still being written cannot be forked: there is nothing whole to begin from.
  const running = message.status === "running";
  return (
    <IconButton
      size="small"
      label={thread.fork}
      icon={<GitFork />}
      busy={busy}
      aria-disabled={running}
      onClick={running ? undefined : fork}
    />
  );
}

export function RegenerateButton({ message }: { message: Message }) {
  const { thread } = useStrings();
  const { conversationId, busy: answering } = useThread();
  const [busy, regenerate] = useAction(() => regenerateAnswer(conversationId, message.id));
  return (
    <IconButton
      size="small"
      label={answering ? `${thread.regenerate}: ${thread.whileAnswering}` : thread.regenerate}
      icon={<RefreshCw />}
      busy={busy}
      aria-disabled={answering}
      onClick={answering ? undefined : regenerate}
    />
  );
}
