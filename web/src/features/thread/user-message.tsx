/** What a person said: a quiet bubble at the end side, with its files above it. */
import { memo, useId, useMemo, useRef } from "react";
import type { AttachmentPart, Message, TextPart } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy-button";
import { Attachments } from "./attachments";
import { BranchSwitch } from "./branch-switch";
import { EditMessage } from "./edit-message";
import { useEdit, useFold } from "./kept-state";
import { EditButton, ForkButton, MessageTime, MessageToolbar } from "./message-actions";
import { useThread } from "./thread-context";

const FOLDED_LINES = 14;
const FOLDED_CHARACTERS = 1400;

/** The beginning of a text that is too long to be shown at once; null where it is not. */
export function beginning(text: string): string | null {
  let end = 0;
  for (let line = 0; line < FOLDED_LINES; line += 1) {
    const next = text.indexOf("\n", end);
    if (next < 0) {
      end = text.length;
      break;
    }
    end = next + 1;
  }
  const kept = text.slice(0, Math.min(end, FOLDED_CHARACTERS)).trimEnd();
  // Not worth a button for the last few words.
  return text.length - kept.length > 200 || end < text.trimEnd().length ? kept : null;
}

export const UserMessage = memo(function UserMessage({
  message,
  latest,
}: {
  message: Message;
  latest: boolean;
}) {
  const { thread } = useStrings();
  const { readOnly } = useThread();
  const [draft, setDraft] = useEdit(message.id);
  const block = useRef<HTMLDivElement>(null);
  const texts = message.parts.filter((part): part is TextPart => part.type === "text");
  const files = message.parts.filter((part): part is AttachmentPart => part.type === "attachment");
  const text = texts.map((part) => part.text).join("\n\n");
  const close = () => {
    // What had the focus goes away with the editor.
    block.current?.closest<HTMLElement>("article")?.focus({ preventScroll: true });
    setDraft(null);
  };
  return (
    <div ref={block} className="flex flex-col items-end gap-1.5">
      {files.length > 0 && <Attachments parts={files} />}
      {draft !== null && !readOnly ? (
        <EditMessage
          messageId={message.id}
          text={draft}
          onChange={setDraft}
          onClose={close}
          mayBeEmpty={files.length > 0}
        />
      ) : (
        <>
          {texts.map((part) => part.text !== "" && <Bubble key={part.id} part={part} />)}
          <MessageToolbar shown={latest} className="justify-end">
            {message.edited && <span className="px-1 text-muted text-xs">{thread.edited}</span>}
            <MessageTime message={message} />
            <CopyButton text={text} label={thread.copyMessage} />
            {!readOnly && <EditButton onEdit={() => setDraft(text)} />}
            {!readOnly && <ForkButton message={message} />}
            <BranchSwitch message={message} />
          </MessageToolbar>
        </>
      )}
    </div>
  );
});

function Bubble({ part }: { part: TextPart }) {
  const { thread } = useStrings();
  const [open, setOpen] = useFold(part.id);
  const textId = useId();
  const folded = useMemo(() => beginning(part.text), [part.text]);
  return (
    <div className="max-w-[min(100%,40rem)] rounded-2xl bg-surface px-4 py-2.5 text-prose ring-1 ring-line ring-inset forced-colors:border">
      <div id={textId} data-part-id={part.id} className="whitespace-pre-wrap break-words">
        {folded !== null && !open ? `${folded} …` : part.text}
      </div>
      {folded !== null && (
        <Button
          size="small"
          variant="ghost"
          aria-expanded={open}
          aria-controls={textId}
          className="-ms-2.5 mt-1 bg-transparent!"
          onClick={() => setOpen(!open)}
        >
          {open ? thread.showLess : thread.showAll}
        </Button>
      )}
    </div>
  );
}
