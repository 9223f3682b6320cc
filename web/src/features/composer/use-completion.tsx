/**
 * Completion in the text field: finds out what is being typed, holds the list and its active item, and handles the keys
 * that belong to it. It costs nothing while no "/" or "@" is being typed.
 */
import { TerminalSquare } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { useAllCommands } from "@/shared/lib/commands";
import { mentionText } from "@/shared/lib/mention";
import { useLatest } from "@/shared/lib/use-latest";
import { announce } from "@/shared/ui/announcer";
import { complete, findTrigger, type Trigger } from "./completion";
import { type CompletionItem, type CompletionPopupProps, optionId } from "./completion-popup";
import { type Project, useMentions } from "./mentions";
import { type SlashCommand, type Suggestion, suggest } from "./slash";
import { typeOver } from "./typing";

const NOTHING: readonly CompletionItem[] = [];

export interface CompletionSource {
  commands: readonly SlashCommand[];
  project: Project;
}

export interface Completion {
  popup: CompletionPopupProps | null;
  activeOption: string | undefined;
  /** To be called after the text or the caret changed. */
  look: (field: HTMLTextAreaElement) => void;
  close: () => void;
  /** Gives true if the key was for the list. */
  press: (event: KeyboardEvent<HTMLTextAreaElement>) => boolean;
}

function sameTrigger(one: Trigger | null, other: Trigger | null): boolean {
  return (
    one === other ||
    (one !== null &&
      other !== null &&
      one.kind === other.kind &&
      one.start === other.start &&
      one.end === other.end &&
      one.query === other.query)
  );
}

function commandItem(suggestion: Suggestion): CompletionItem {
  if (suggestion.kind === "page") {
    const { id, title, icon } = suggestion.command;
    return { id, label: title, icon: icon ?? <TerminalSquare aria-hidden="true" /> };
  }
  const { name, description, argument } = suggestion.command;
  return { id: `/${name}`, label: `/${name}`, description, argument, monospace: true };
}

export function useCompletion(
  field: { readonly current: HTMLTextAreaElement | null },
  { commands, project }: CompletionSource,
): Completion {
  const text = useStrings().composer.completion;
  const listId = useId();
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const [activeId, setActiveId] = useState<string | null>(null);

  const shown = trigger !== null && trigger.start !== dismissed ? trigger : null;
  const mentions = useMentions(shown?.kind === "mention" ? shown.query : null, project);
  const pageCommands = useAllCommands();
  const commandQuery = shown?.kind === "command" ? shown.query : null;
  const suggestions = useMemo(
    () => (commandQuery === null ? [] : suggest(commandQuery, commands, pageCommands)),
    [commandQuery, commands, pageCommands],
  );
  const commandItems = useMemo(() => suggestions.map(commandItem), [suggestions]);
  const items = shown === null ? NOTHING : shown.kind === "command" ? commandItems : mentions.items;
  const note = shown?.kind === "mention" ? mentions.note : undefined;
  const open = items.length > 0 || note !== undefined;
  // By its name, not its place: better items may come while somebody is choosing.
  const active = Math.max(
    0,
    items.findIndex(({ id }) => id === activeId),
  );
  const point = useLatest((place: number) => setActiveId(items[place]?.id ?? null));

  // biome-ignore lint/correctness/useExhaustiveDependencies: when something else is asked for, the first is the active one
  useEffect(() => setActiveId(null), [shown?.kind, shown?.query]);

  useEffect(() => {
    if (shown !== null && items.length > 0) {
      announce(text.found(items.length));
    }
  }, [shown, items, text]);

  const look = useLatest((element: HTMLTextAreaElement) => {
    const { value, selectionStart, selectionEnd } = element;
    const next = selectionStart === selectionEnd ? findTrigger(value, selectionStart) : null;
    if (!sameTrigger(trigger, next)) {
      setTrigger(next);
    }
    if (dismissed !== null && next?.start !== dismissed) {
      setDismissed(null);
    }
  });

  const close = useLatest(() => setTrigger(null));

  function put(element: HTMLTextAreaElement, at: Trigger, insertion: string, more: boolean) {
    const done = complete(element.value, at, insertion, more);
    const added = done.text.length - element.value.length + (at.end - at.start);
    typeOver(element, at.start, at.end, done.text.slice(at.start, at.start + added));
    element.setSelectionRange(done.caret, done.caret);
    look(element);
  }

  function chooseCommand(element: HTMLTextAreaElement, at: Trigger, suggestion: Suggestion) {
    if (suggestion.kind === "own" && !suggestion.command.bare) {
      put(element, at, `/${suggestion.command.name}`, false);
      return;
    }
    typeOver(element, at.start, at.end, "");
    setTrigger(null);
    suggestion.command.run("");
  }

  const choose = useLatest((place: number) => {
    const element = field.current;
    if (!element || !shown) {
      return;
    }
    if (shown.kind === "command") {
      const suggestion = suggestions[place];
      if (suggestion) {
        chooseCommand(element, shown, suggestion);
      }
      return;
    }
    const file = mentions.files[place];
    if (file) {
      const mention = mentionText(file.path, file.kind);
      // Into a folder one goes on; a quoted path is closed already.
      put(element, shown, mention, file.kind === "directory" && !mention.endsWith('"'));
    }
  });

  function press(event: KeyboardEvent<HTMLTextAreaElement>): boolean {
    if (!open || event.altKey || event.ctrlKey || event.metaKey) {
      return false;
    }
    if (event.key === "Escape") {
      setDismissed(shown?.start ?? null);
      return true;
    }
    if (items.length === 0 || event.shiftKey) {
      return false;
    }
    switch (event.key) {
      case "ArrowDown":
        point((active + 1) % items.length);
        return true;
      case "ArrowUp":
        point((active - 1 + items.length) % items.length);
        return true;
      case "Enter":
      case "Tab":
        choose(active);
        return true;
      default:
        return false;
    }
  }

  const popup: CompletionPopupProps | null =
    open && shown
      ? {
          id: listId,
          label: shown.kind === "command" ? text.commands : text.files,
          items,
          active,
          note,
          onPoint: point,
          onChoose: choose,
        }
      : null;
  const activeOption = popup && items.length > 0 ? optionId(listId, active) : undefined;
  return { popup, activeOption, look, close, press };
}
