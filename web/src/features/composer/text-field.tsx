/**
 * The text field of the composer. It alone renders on a key press: the text is in the composer's store, and all that it
 * takes from outside stays the same while somebody types.
 */
import {
  type ClipboardEvent,
  type KeyboardEvent,
  memo,
  type RefObject,
  useLayoutEffect,
  useRef,
} from "react";
import { useStore } from "zustand";
import { useStrings } from "@/shared/i18n";
import { usePreference } from "@/shared/lib/preferences";
import { useMedia } from "@/shared/ui/use-media";
import { CompletionPopup } from "./completion-popup";
import type { ComposerStore } from "./composer-store";
import { isLongPaste } from "./files";
import { type HistoryStep, newer, older } from "./history";
import { enterMeaning } from "./keys";
import { type CompletionSource, useCompletion } from "./use-completion";

export interface TextFieldProps extends CompletionSource {
  field: RefObject<HTMLTextAreaElement | null>;
  store: ComposerStore;
  placeholder: string;
  describedBy: string | undefined;
  invalid: boolean;
  busy: boolean;
  /** Own messages, newest first; asked for only when somebody looks back. */
  history: () => readonly string[];
  onSubmit: (meaning: "send" | "other") => void;
  onStop: () => void;
  onFiles: (files: readonly File[]) => void;
}

const grows = typeof CSS !== "undefined" && CSS.supports?.("field-sizing", "content") === true;

/** For browsers in which a field does not grow by itself. */
function useGrowth(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const element = field.current;
    if (element && !grows) {
      element.style.height = "auto";
      element.style.height = `${element.scrollHeight}px`;
    }
  }, [field, text]);
}

function useHistory(store: ComposerStore, history: () => readonly string[]) {
  const at = useRef<HistoryStep | null>(null);
  return (key: string, element: HTMLTextAreaElement): boolean => {
    const { selectionStart, selectionEnd, value } = element;
    if (selectionStart !== selectionEnd || (selectionEnd !== value.length && selectionStart !== 0)) {
      return false;
    }
    const step =
      key === "ArrowUp"
        ? older(history(), at.current, value)
        : key === "ArrowDown"
          ? newer(history(), at.current, value)
          : null;
    if (step === null) {
      return false;
    }
    at.current = step === "present" ? null : step;
    store.setState({ text: step === "present" ? "" : step.text });
    requestAnimationFrame(() => element.setSelectionRange(element.value.length, element.value.length));
    return true;
  };
}

export const TextField = memo(function TextField({
  field,
  store,
  placeholder,
  describedBy,
  invalid,
  busy,
  history,
  onSubmit,
  onStop,
  onFiles,
  ...source
}: TextFieldProps) {
  const strings = useStrings().composer;
  const text = useStore(store, (state) => state.text);
  const sendWith = usePreference("sendWith");
  const touch = useMedia("(pointer: coarse) and (hover: none)");
  const completion = useCompletion(field, source);
  const lookBack = useHistory(store, history);
  useGrowth(field, text);

  function press(event: KeyboardEvent<HTMLTextAreaElement>) {
    // While an input method composes, enter and the arrows are its own (229: also in Safari's last key).
    if (event.nativeEvent.isComposing || event.keyCode === 229) {
      return;
    }
    if (completion.press(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Enter") {
      const { shiftKey, altKey, ctrlKey, metaKey } = event;
      const meaning = enterMeaning({ shiftKey, altKey, mod: ctrlKey || metaKey }, sendWith, touch);
      if (meaning !== "newline") {
        event.preventDefault();
        onSubmit(meaning);
      }
      return;
    }
    if (event.key === "Escape" && busy && text === "") {
      event.preventDefault();
      onStop();
      return;
    }
    const plain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    if (plain && lookBack(event.key, event.currentTarget)) {
      event.preventDefault();
    }
  }

  function paste(event: ClipboardEvent<HTMLTextAreaElement>) {
    const files = Array.from(event.clipboardData.files);
    const pasted = event.clipboardData.getData("text/plain");
    // Text copied from an office program comes with a picture of itself.
    if (files.length > 0 && pasted === "") {
      event.preventDefault();
      onFiles(files);
    } else if (isLongPaste(pasted)) {
      // A text field turns line ends into one character.
      store.setState({ longPaste: pasted.replace(/\r\n?/g, "\n") });
    }
  }

  return (
    <div className="relative">
      {completion.popup && <CompletionPopup {...completion.popup} />}
      <textarea
        ref={field}
        rows={1}
        value={text}
        onChange={({ currentTarget }) => {
          store.setState({ text: currentTarget.value });
          completion.look(currentTarget);
        }}
        onSelect={({ currentTarget }) => completion.look(currentTarget)}
        onBlur={completion.close}
        onKeyDown={press}
        onPaste={paste}
        placeholder={placeholder}
        aria-label={strings.label}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={completion.popup?.id}
        aria-activedescendant={completion.activeOption}
        enterKeyHint={touch || sendWith === "mod+enter" ? "enter" : "send"}
        autoComplete="off"
        spellCheck
        dir="auto"
        className="field-sizing-content block max-h-[min(45dvh,26rem)] min-h-11 w-full resize-none overflow-y-auto overscroll-contain bg-transparent px-3.5 pt-3 pb-1.5 text-ink text-prose leading-normal outline-none pointer-coarse:text-lg"
      />
    </div>
  );
});
