/**
 * Code with its language, line numbers, colours and a copy button: in messages, tool cards and the file viewer.
 *
 * Plain text comes first and colours when they are ready. Code that grows costs what is new. Code over a limit stays
 * plain, and of very many lines only the first are drawn until more are asked for.
 */
import { WrapText } from "lucide-react";
import { memo, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { Button, IconButton } from "@/shared/ui/button";
import { classNames } from "@/shared/ui/class-names";
import { CopyButton } from "@/shared/ui/copy-button";
import "./markdown.css";
import { CodeChunk } from "./code-chunk";
import { type Chunk, CodeLines } from "./code-lines";
import { CHUNK_LINES } from "./highlight";
import { languageOf, languageOfFile } from "./languages";
import { useHighlighting } from "./use-highlighting";

/** The most code that is coloured, in characters. */
const COLOURED_CHARACTERS = 100_000;
/** The most lines that are drawn at first, and how many more each time. */
const DRAWN_LINES = 4_000;
/** From here on chunks out of sight are left plain. */
const DEFERRED_LINES = 240;

export interface CodeBlockProps {
  code: string;
  /** A language's name or alias as in a fence; without it, it follows from the file's name. */
  language?: string | undefined;
  fileName?: string | undefined;
  /** The number of the first line. */
  firstLine?: number | undefined;
  lineNumbers?: boolean | undefined;
  /** The lines to mark, first and last, by their numbers. */
  highlightLines?: readonly [from: number, to: number] | undefined;
  /** Whether lines are wrapped at first; a button changes it. */
  wrap?: boolean | undefined;
  /** Fold the code to this many lines. */
  maxLines?: number | undefined;
  className?: string | undefined;
}

export const CodeBlock = memo(function CodeBlock({
  code,
  language,
  fileName,
  firstLine = 1,
  lineNumbers = false,
  highlightLines,
  wrap = false,
  maxLines,
  className,
}: CodeBlockProps) {
  const { markdown } = useStrings();
  const [lines] = useState(() => new CodeLines());
  const [wrapped, setWrapped] = useState(wrap);
  const [unfolded, setUnfolded] = useState(0);
  const known = languageFor(language, fileName);
  const chunks = lines.read(code);
  const tokens = useHighlighting(lines, chunks, code.length > COLOURED_CHARACTERS ? undefined : known);
  const base = maxLines ?? DRAWN_LINES;
  const shown = Math.min(lines.count, unfolded === 0 ? base : Math.max(base, unfolded));
  const label = fileName ?? known?.name ?? (language || markdown.plainText);
  const deferred = lines.count > DEFERRED_LINES && !wrapped;
  const digits = String(firstLine + lines.count - 1).length;

  return (
    <section className={classNames("md-code", className)} aria-label={markdown.codeOf(label)}>
      <header className="md-code-head">
        <span className="md-code-name" title={label}>
          {label}
        </span>
        <IconButton
          label={markdown.wrapLines}
          icon={<WrapText />}
          size="small"
          pressed={wrapped}
          onClick={() => setWrapped(!wrapped)}
        />
        <CopyButton text={code} label={markdown.copyCode} />
      </header>
      <pre
        className={classNames("md-pre", wrapped && "md-wrapped")}
        data-digits={lineNumbers ? Math.min(digits, 7) : undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
        tabIndex={0}
      >
        <code>
          {chunks.slice(0, Math.ceil(shown / CHUNK_LINES)).map((chunk, index) => (
            <CodeChunk
              key={chunk.first}
              lines={cut(chunk, shown)}
              tokens={tokens(index)}
              firstLine={firstLine + chunk.first}
              marked={markedIn(chunk, firstLine, highlightLines)}
              deferred={deferred}
            />
          ))}
        </code>
      </pre>
      {lines.count > base && (
        <div className="md-code-foot">
          {shown < lines.count && (
            <Button
              variant="ghost"
              size="small"
              onClick={() => setUnfolded(Math.min(shown + DRAWN_LINES, lines.count))}
            >
              {markdown.showMoreLines(Math.min(DRAWN_LINES, lines.count - shown))}
            </Button>
          )}
          {shown > base && (
            <Button variant="ghost" size="small" onClick={() => setUnfolded(0)}>
              {markdown.showFewerLines}
            </Button>
          )}
        </div>
      )}
    </section>
  );
});

function languageFor(language: string | undefined, fileName: string | undefined) {
  return (
    (language && languageOf(language)) || (fileName === undefined ? undefined : languageOfFile(fileName))
  );
}

function cut(chunk: Chunk, shown: number): readonly string[] {
  return chunk.first + chunk.lines.length <= shown ? chunk.lines : chunk.lines.slice(0, shown - chunk.first);
}

/** The marked lines if any of them is in the chunk, so that the others need not be drawn again. */
function markedIn(
  chunk: Chunk,
  firstLine: number,
  marked: readonly [from: number, to: number] | undefined,
): readonly [number, number] | undefined {
  if (marked === undefined) return undefined;
  const first = firstLine + chunk.first;
  return marked[0] < first + chunk.lines.length && marked[1] >= first ? marked : undefined;
}
