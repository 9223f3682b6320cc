/** The worker in which code is read, so that no grammar, however slow, holds up the page. */
import type { LanguageRegistration } from "shiki/core";
import { type LineTokens, Tokenizer } from "./tokenizer";

export type Request =
  | { kind: "grammars"; grammars: LanguageRegistration[] }
  | { kind: "lines"; document: number; language: string; first: number; lines: readonly string[] }
  | { kind: "forget"; document: number };

export interface Answer {
  document: number;
  first: number;
  tokens: LineTokens[];
}

/** Lines per answer: the first colours come soon, and no answer is much work for the page. */
const ANSWER_LINES = 200;
const tokenizer = new Tokenizer();

self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  if (data.kind === "grammars") tokenizer.addGrammars(data.grammars);
  else if (data.kind === "forget") tokenizer.forget(data.document);
  else {
    for (let index = 0; index < data.lines.length; index += ANSWER_LINES) {
      const first = data.first + index;
      const tokens = tokenizer.read(
        data.document,
        data.language,
        first,
        data.lines.slice(index, index + ANSWER_LINES),
      );
      const answer: Answer = { document: data.document, first, tokens };
      self.postMessage(answer);
    }
  }
});
