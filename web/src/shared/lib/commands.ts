/**
 * Everything that can be done by name or by keys: features register commands while they are on the page; the palette, the
 * shortcut sheet and the one keyboard listener read them. Of two commands with the same keys the latest registered wins.
 */
import { type ReactNode, useEffect, useRef } from "react";
import { create } from "zustand";

export type CommandGroup = "conversation" | "thread" | "composer" | "view" | "go" | "settings";

export interface Command {
  id: string;
  title: string;
  group: CommandGroup;
  /** "mod+k", "shift+mod+o", "alt+arrowup", "?", "escape"; mod is ⌘ on a Mac and Ctrl elsewhere. */
  shortcut?: string;
  /** Words by which it is found besides its title. */
  keywords?: readonly string[];
  icon?: ReactNode;
  /** Also while a text field has the focus; keys with mod always do. */
  whileTyping?: boolean;
  /** Listed on the shortcut sheet only, not in the palette. */
  keysOnly?: boolean;
  run: () => void;
}

interface Registry {
  commands: readonly Command[];
}

const useRegistry = create<Registry>(() => ({ commands: [] }));

export function registerCommands(commands: readonly Command[]): () => void {
  useRegistry.setState((registry) => ({ commands: [...registry.commands, ...commands] }));
  return () =>
    useRegistry.setState((registry) => ({
      commands: registry.commands.filter((command) => !commands.includes(command)),
    }));
}

/** Registers commands while the component is on the page. `make` runs again when one of `parts` changes. */
export function useCommands(make: () => readonly Command[], parts: readonly unknown[]): void {
  const latest = useRef(make);
  latest.current = make;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what the commands depend on
  useEffect(() => registerCommands(latest.current()), parts);
}

export function useAllCommands(): readonly Command[] {
  return useRegistry((registry) => registry.commands);
}

const isMac = /Mac|iP(hone|ad|od)/.test(navigator.platform);

/** Writes pressed keys down as a shortcut. Letters are taken as typed, so "?" needs no "shift". */
export function pressedKeys(event: KeyboardEvent): string {
  const key = event.key.toLowerCase();
  const printable = key.length === 1;
  const mod = isMac ? event.metaKey : event.ctrlKey;
  return [
    event.shiftKey && (!printable || mod || event.altKey || /[a-z]/.test(key)) ? "shift" : "",
    event.altKey ? "alt" : "",
    mod ? "mod" : "",
    key === " " ? "space" : key,
  ]
    .filter(Boolean)
    .join("+");
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

/** Runs commands by their keys. */
export function listenToKeys(): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) {
      return;
    }
    const keys = pressedKeys(event);
    const command = useRegistry.getState().commands.findLast((command) => command.shortcut === keys);
    if (!command || (isTyping(event.target) && !keys.includes("mod") && !command.whileTyping)) {
      return;
    }
    // A modal dialog keeps its keys: nothing behind it may be changed unseen.
    if (document.querySelector("dialog[open]") && command.id !== "palette.open") {
      return;
    }
    event.preventDefault();
    command.run();
  };
  addEventListener("keydown", press);
  return () => removeEventListener("keydown", press);
}
