/** Editing a message in its place. Saving keeps the answer; resending asks again, on a new branch. */
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { editMessage } from "@/shared/api/commands";
import { useStrings } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { ProblemText } from "@/shared/ui/feedback";
import { useThread } from "./thread-context";

export interface EditMessageProps {
  messageId: string;
  text: string;
  onChange: (text: string) => void;
  onClose: () => void;
  /** A message with attachments may have no text. */
  mayBeEmpty: boolean;
}

export function EditMessage({ messageId, text, onChange, onClose, mayBeEmpty }: EditMessageProps) {
  const { thread, common } = useStrings();
  const { conversationId, busy } = useThread();
  const field = useRef<HTMLTextAreaElement>(null);
  const [working, setWorking] = useState<"save" | "resend" | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const empty = text.trim() === "" && !mayBeEmpty;
  useEffect(() => {
    const area = field.current;
    area?.focus({ preventScroll: true });
    area?.setSelectionRange(area.value.length, area.value.length);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: its height is that of the text
  useLayoutEffect(() => {
    const area = field.current;
    if (area) {
      area.style.height = "auto";
      area.style.height = `${Math.min(area.scrollHeight + 2, 480)}px`;
    }
  }, [text]);

  async function finish(action: "save" | "resend") {
    if (empty || working !== null || (action === "resend" && busy)) {
      return;
    }
    setWorking(action);
    setProblem(null);
    try {
      await editMessage(conversationId, messageId, text, action);
      onClose();
    } catch (error) {
      setProblem(error);
      setWorking(null);
    }
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.nativeEvent.isComposing) {
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    } else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      void finish("resend");
    }
  }

  return (
    <div className="w-full rounded-xl border border-line-strong bg-raised p-2 shadow-sm focus-within:border-accent">
      <textarea
        ref={field}
        aria-label={thread.editMessage}
        aria-invalid={empty || undefined}
        aria-describedby={empty ? `empty-${messageId}` : undefined}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        readOnly={working !== null}
        onKeyDown={press}
        rows={2}
        className="block w-full resize-none bg-transparent px-2 py-1 text-prose outline-none"
      />
      {empty && (
        <p id={`empty-${messageId}`} className="px-2 text-danger text-xs">
          {thread.emptyEdit}
        </p>
      )}
      {problem !== null && <ProblemText error={problem} className="px-2 py-1" />}
      <div className="flex flex-wrap justify-end gap-2 pt-1">
        <Button size="small" variant="ghost" onClick={onClose}>
          {common.cancel}
        </Button>
        <Button
          size="small"
          title={thread.saveOnlyHint}
          busy={working === "save"}
          disabled={empty}
          onClick={() => finish("save")}
        >
          {thread.saveOnly}
        </Button>
        <Button
          size="small"
          variant="primary"
          title={busy ? thread.whileAnswering : thread.saveAndResendHint}
          busy={working === "resend"}
          disabled={empty || busy}
          onClick={() => finish("resend")}
        >
          {thread.saveAndResend}
        </Button>
      </div>
    </div>
  );
}
