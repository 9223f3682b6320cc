/** Which of several versions of a message is shown, and the way to the others. */
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { selectBranch } from "@/shared/api/commands";
import type { Message } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { announce } from "@/shared/ui/announcer";
import { IconButton } from "@/shared/ui/button";
import { problemSentence } from "@/shared/ui/feedback";
import { toast } from "@/shared/ui/toast";
import { useThread } from "./thread-context";

/** The other version's switch takes the focus over: the row that had it leaves the page. */
let heir: { messageId: string; direction: "previous" | "next" } | null = null;

export function BranchSwitch({ message }: { message: Message }) {
  const { thread } = useStrings();
  const { conversationId, readOnly, busy } = useThread();
  const [switching, setSwitching] = useState(false);
  const { siblings } = message;
  const index = siblings.indexOf(message.id);
  const place = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    if (heir?.messageId === message.id && place.current) {
      const [previous, next] = place.current.querySelectorAll("button");
      (heir.direction === "previous" ? previous : next)?.focus({ preventScroll: true });
      heir = null;
    }
  }, [message.id]);
  if (siblings.length < 2 || index < 0) {
    return null;
  }
  async function show(next: number) {
    const sibling = siblings[next];
    if (sibling === undefined) {
      return;
    }
    setSwitching(true);
    heir = { messageId: sibling, direction: next < index ? "previous" : "next" };
    try {
      await selectBranch(conversationId, sibling);
      announce(thread.versions(next + 1, siblings.length));
    } catch (error) {
      heir = null;
      toast({ title: problemSentence(error), tone: "danger" });
    } finally {
      setSwitching(false);
    }
  }
  const locked = readOnly || busy || switching;
  return (
    <fieldset
      ref={place}
      className="inline-flex items-center"
      aria-label={thread.versions(index + 1, siblings.length)}
    >
      <IconButton
        size="small"
        label={thread.previousVersion}
        icon={<ChevronLeft />}
        aria-disabled={locked || index === 0}
        onClick={locked || index === 0 ? undefined : () => show(index - 1)}
      />
      <span aria-hidden="true" className="px-0.5 text-muted text-xs tabular-nums">
        {index + 1}/{siblings.length}
      </span>
      <IconButton
        size="small"
        label={thread.nextVersion}
        icon={<ChevronRight />}
        aria-disabled={locked || index === siblings.length - 1}
        onClick={locked || index === siblings.length - 1 ? undefined : () => show(index + 1)}
      />
    </fieldset>
  );
}
