/**
 * Reads code line by line with the grammars of editors. Runs in the worker: no line is read twice unless it changed,
 * and a line costs the same wherever it stands, since the state after each line is kept.
 */
import {
  createHighlighterCoreSync,
  type GrammarState,
  type HighlighterCore,
  type LanguageRegistration,
} from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { codeTheme, styleOf } from "./code-theme";

/** A line as pairs: how many characters, and their style (its number, plus 256 times the bits of its font). */
export type LineTokens = readonly number[];

const LINE_LIMIT = 2_000;
const LINE_MILLISECONDS = 1_000;

export class Tokenizer {
  readonly #highlighter: HighlighterCore = createHighlighterCoreSync({
    themes: [codeTheme],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  /** For each document the state after each of its lines. */
  readonly #states = new Map<number, (GrammarState | undefined)[]>();

  addGrammars(grammars: LanguageRegistration[]): void {
    this.#highlighter.loadLanguageSync(grammars);
  }

  /** Reads `lines`, which replace those of the document from `first` on. */
  read(document: number, language: string, first: number, lines: readonly string[]): LineTokens[] {
    const states = this.#states.get(document) ?? [];
    this.#states.set(document, states);
    states.length = Math.min(states.length, first);
    return lines.map((line) => {
      const before = states.at(-1);
      const tokens = this.#highlighter.codeToTokensBase(line, {
        lang: language,
        theme: "flowent",
        tokenizeMaxLineLength: LINE_LIMIT,
        tokenizeTimeLimit: LINE_MILLISECONDS,
        ...(before !== undefined && { grammarState: before }),
      });
      states.push(this.#highlighter.getLastGrammarState(tokens));
      return encoded(tokens[0] ?? []);
    });
  }

  forget(document: number): void {
    this.#states.delete(document);
  }
}

function encoded(tokens: readonly { content: string; color?: string; fontStyle?: number }[]): LineTokens {
  const result: number[] = [];
  for (const token of tokens) {
    const style = styleOf(token.color) + 256 * Math.max(token.fontStyle ?? 0, 0);
    const last = result.length - 1;
    if (result[last] === style) result[last - 1] = (result[last - 1] ?? 0) + token.content.length;
    else result.push(token.content.length, style);
  }
  return result;
}
