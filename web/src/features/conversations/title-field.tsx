/** A title while it is written: Enter and leaving keep it, Escape does not. */
import { useEffect, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { type Named, rename } from "./actions";

/** Renaming in its place: what is renamed gets the focus back when the field was left by a key. */
export function useRenaming<Title extends HTMLElement>() {
  const [renaming, setRenaming] = useState(false);
  const title = useRef<Title>(null);
  const byKey = useRef(false);
  useEffect(() => {
    if (!renaming && byKey.current) {
      byKey.current = false;
      title.current?.focus();
    }
  }, [renaming]);
  return {
    renaming,
    title,
    begin: () => setRenaming(true),
    end: (key: boolean) => {
      byKey.current = key;
      setRenaming(false);
    },
  };
}

export interface TitleFieldProps {
  conversation: Named;
  onDone: (byKey: boolean) => void;
}

export function TitleField({ conversation, onDone }: TitleFieldProps) {
  const t = useStrings();
  const [title, setTitle] = useState(conversation.title ?? "");
  const finished = useRef(false);
  const finish = (keep: boolean, byKey: boolean) => {
    if (finished.current) {
      return;
    }
    finished.current = true;
    if (keep) {
      void rename(conversation, title);
    }
    onDone(byKey);
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
      onBlur={() => finish(true, false)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) {
          return;
        }
        if (event.key === "Enter" || event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          finish(event.key === "Enter", true);
        }
      }}
    />
  );
}
