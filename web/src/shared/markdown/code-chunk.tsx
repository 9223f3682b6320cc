/** Some lines of code: plain text at once, coloured when their tokens are there and they are near the screen. */
import { type CSSProperties, memo, type ReactNode, useEffect, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { STYLES } from "./code-theme";
import type { LineTokens } from "./tokenizer";
import { visibleText } from "./visible-text";

/** Characters of a line that are drawn. */
const DRAWN_CHARACTERS = 5_000;
const MARGIN = "600px 0px";
const FONTS = ["", "md-italic", "md-bold", "md-bold md-italic", "md-underline"] as const;

export interface CodeChunkProps {
  lines: readonly string[];
  tokens: readonly LineTokens[] | undefined;
  /** The number of the first of the lines. */
  firstLine: number;
  marked: readonly [number, number] | undefined;
  /** Whether the chunk is one of many: it is then drawn in full only near the screen. */
  deferred: boolean;
}

export const CodeChunk = memo(function CodeChunk({
  lines,
  tokens,
  firstLine,
  marked,
  deferred,
}: CodeChunkProps) {
  const element = useRef<HTMLSpanElement>(null);
  const near = useNear(element, deferred);
  const style: CSSProperties | undefined = deferred
    ? { containIntrinsicBlockSize: `auto ${lines.length}lh` }
    : undefined;
  return (
    <span ref={element} className={deferred ? "md-chunk md-deferred" : "md-chunk"} style={style}>
      {lines.map((line, index) => {
        const number = firstLine + index;
        return (
          <CodeLine
            key={number}
            line={line}
            tokens={near ? tokens?.[index] : undefined}
            number={number}
            marked={marked !== undefined && number >= marked[0] && number <= marked[1]}
          />
        );
      })}
    </span>
  );
});

interface CodeLineProps {
  line: string;
  tokens: LineTokens | undefined;
  number: number;
  marked: boolean;
}

const CodeLine = memo(function CodeLine({ line, tokens, number, marked }: CodeLineProps) {
  const { markdown } = useStrings();
  const drawn = line.length > DRAWN_CHARACTERS ? line.slice(0, DRAWN_CHARACTERS) : line;
  return (
    <span className="md-line" data-line={number} data-marked={marked || undefined}>
      {coloured(drawn, tokens)}
      {drawn !== line && (
        <span className="md-left-out">{markdown.charactersLeftOut(line.length - drawn.length)}</span>
      )}
      {"\n"}
    </span>
  );
});

function coloured(line: string, tokens: LineTokens | undefined): ReactNode {
  if (tokens === undefined) return visibleText(line);
  const parts: ReactNode[] = [];
  let start = 0;
  for (let index = 0; index + 1 < tokens.length && start < line.length; index += 2) {
    const end = start + (tokens[index] ?? 0);
    const style = tokens[index + 1] ?? 0;
    const text = visibleText(line.slice(start, end));
    parts.push(
      style === 0 ? (
        text
      ) : (
        <span
          key={start}
          className={`md-${STYLES[style % 256] ?? "text"} ${FONTS[style >> 8] ?? ""}`.trimEnd()}
        >
          {text}
        </span>
      ),
    );
    start = end;
  }
  // Tokens of an earlier state of the line may not reach its end.
  if (start < line.length) parts.push(visibleText(line.slice(start)));
  return parts;
}

function useNear(element: { current: Element | null }, deferred: boolean): boolean {
  const [near, setNear] = useState(!deferred || typeof IntersectionObserver === "undefined");
  useEffect(() => {
    if (near || element.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [near, element]);
  return near;
}
