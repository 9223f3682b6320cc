/** A title while it is written: Enter and leaving keep it, Escape does not. */
import { useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { type Named, rename } from "./actions";

export function TitleField({ conversation, onDone }: { conversation: Named; onDone: () => void }) {
  const t = useStrings();
  const [title, setTitle] = useState(conversation.title ?? "");
  const finished = useRef(false);
  const finish = (keep: boolean) => {
    if (finished.current) {
      return;
    }
    finished.current = true;
    if (keep) {
      void rename(conversation, title);
    }
    onDone();
  };
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: whoever asked to rename writes next
      autoFocus
      aria-label={t.conversations.renameLabel}
      className="h-8 w-full min-w-0 rounded-sm border border-control bg-canvas px-2 text-ink text-sm"
      value={title}
      maxLength={200}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTitle(event.target.value)}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) {
          return;
        }
        if (event.key === "Enter" || event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          finish(event.key === "Enter");
        }
      }}
    />
  );
}
