/** The colours of a piece of code, as they arrive. */
import { useEffect, useState } from "react";
import type { Chunk, CodeLines } from "./code-lines";
import { Highlighting } from "./highlight";
import type { Language } from "./languages";
import type { LineTokens } from "./tokenizer";

type TokensOfChunk = (index: number) => readonly LineTokens[] | undefined;

const NONE: TokensOfChunk = () => undefined;

/** Gives the tokens of each chunk; without a language, none. */
export function useHighlighting(
  code: CodeLines,
  chunks: readonly Chunk[],
  language: Language | undefined,
): TokensOfChunk {
  const [highlighting, setHighlighting] = useState<Highlighting | null>(null);
  const [, setVersion] = useState(0);
  const { generation } = code;

  // A new generation is other code: its lines are read from the beginning.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (language === undefined) return;
    const created = new Highlighting(language, () => setVersion((version) => version + 1));
    setHighlighting(created);
    return () => {
      created.close();
      setHighlighting(null);
    };
  }, [language, generation]);

  useEffect(() => {
    if (highlighting === null || chunks.length === 0) return;
    void highlighting.update(code.count, (first) => code.from(first));
  }, [highlighting, chunks, code]);

  return highlighting === null ? NONE : (index) => highlighting.chunk(index);
}
