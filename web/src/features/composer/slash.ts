/** The commands that can be typed: which of them fit what was typed, the composer's own before those of the page. */
import type { Command } from "@/shared/lib/commands";
import { parseSlash } from "./completion";

export interface SlashCommand {
  name: string;
  description: string;
  /** What it takes, in a word; such a command waits for it after it was chosen. */
  argument?: string;
  /** Whether it can do something without its argument. */
  bare: boolean;
  run: (argument: string) => void;
}

export type Suggestion = { kind: "own"; command: SlashCommand } | { kind: "page"; command: Command };

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function hasWord(text: string, query: string): boolean {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .some((word) => word.startsWith(query));
}

/** The composer's own commands fit by their name, those of the page by a word of their title. */
export function suggest(
  query: string,
  own: readonly SlashCommand[],
  page: readonly Command[],
): readonly Suggestion[] {
  const wanted = fold(query);
  const named = own.filter(({ name }) => name.startsWith(wanted));
  const others =
    wanted === ""
      ? []
      : page.filter(
          ({ id, keysOnly, title, keywords = [] }) =>
            keysOnly !== true &&
            !id.startsWith("composer.") &&
            [title, ...keywords].some((text) => hasWord(text, wanted)),
        );
  return [
    ...named.map((command): Suggestion => ({ kind: "own", command })),
    ...others.map((command): Suggestion => ({ kind: "page", command })),
  ];
}

/** The command that a whole text is, with its argument; null where it is a message like any other. */
export function typedCommand(
  text: string,
  own: readonly SlashCommand[],
): { command: SlashCommand; argument: string } | null {
  const parsed = parseSlash(text);
  const command = parsed && own.find(({ name }) => name === parsed.name);
  if (!command) {
    return null;
  }
  const fits = parsed.argument === "" ? command.bare : command.argument !== undefined;
  return fits ? { command, argument: parsed.argument } : null;
}
