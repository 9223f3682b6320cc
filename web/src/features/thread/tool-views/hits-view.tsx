/** What a search found, file by file; each line opens its file there. */
import { useMemo } from "react";
import { useStrings } from "@/shared/i18n";
import { openFile } from "@/shared/lib/workspace";
import { classNames } from "@/shared/ui/class-names";
import { asNumber, asText, type JsonRecord, readAll } from "../json";
import type { ToolViewProps } from "../tool-views";

interface HitLine {
  number: number;
  text: string;
  context: boolean;
}

interface FileHits {
  path: string;
  lines: readonly HitLine[];
}

function readLine(record: JsonRecord): HitLine | null {
  const number = asNumber(record.number);
  const text = asText(record.text);
  return number === null || text === null ? null : { number, text, context: record.context === true };
}

function readFile(record: JsonRecord): FileHits | null {
  const path = asText(record.path);
  return path === null ? null : { path, lines: readAll(record.lines ?? null, readLine) };
}

const SHOWN_MATCHES = 20;
const LONGEST_PATTERN = 200;
const MARKING_MILLISECONDS = 20;

/**
 * The search's pattern for this language's engine; null where it understands another dialect, or where running a
 * stranger's pattern could take for ever: repeated groups, and many repetitions one after the other.
 */
export function patternOf(pattern: string, wantedCase: string | null): RegExp | null {
  const repetitions = pattern.match(/(?<!\\)[*+{]/g)?.length ?? 0;
  if (pattern.length > LONGEST_PATTERN || repetitions > 2 || /\)[+*{]/.test(pattern)) {
    return null;
  }
  const ignoring = wantedCase === "insensitive" || (wantedCase === "smart" && !/\p{Lu}/u.test(pattern));
  try {
    return new RegExp(pattern, ignoring ? "gi" : "g");
  } catch {
    return null;
  }
}

/** Splits a line at what matches: every second piece is a match. */
export function pieces(text: string, pattern: RegExp | null): readonly string[] {
  if (!pattern) {
    return [text];
  }
  const found: string[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === "" || found.length >= SHOWN_MATCHES * 2) {
      break;
    }
    found.push(text.slice(at, match.index), match[0]);
    at = match.index + match[0].length;
  }
  found.push(text.slice(at));
  return found;
}

/** Finds the matches of every line that is a hit, as far as that is quick. */
function marked(files: readonly FileHits[], pattern: RegExp | null): ReadonlyMap<HitLine, readonly string[]> {
  const until = performance.now() + MARKING_MILLISECONDS;
  const found = new Map<HitLine, readonly string[]>();
  for (const line of files.flatMap((file) => file.lines)) {
    if (!line.context && performance.now() < until) {
      found.set(line, pieces(line.text, pattern));
    }
  }
  return found;
}

export function HitsView({ conversationId, part, data }: ToolViewProps) {
  const { thread } = useStrings();
  const files = useMemo(() => readAll(data.files ?? null, readFile), [data]);
  const source = asText(data.pattern) ?? "";
  const wantedCase = asText(part.arguments?.case ?? null);
  const matches = useMemo(() => marked(files, patternOf(source, wantedCase)), [files, source, wantedCase]);
  if (files.length === 0) {
    return <p className="text-muted text-sm">{thread.noHits}</p>;
  }
  return (
    <div className="space-y-1.5">
      <p className="text-muted text-xs">
        {thread.hits(asNumber(data.count) ?? 0, files.length)}
        {data.complete === false && ` · ${thread.hitsIncomplete}`}
      </p>
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={source}
        className="max-h-96 divide-y divide-line overflow-auto rounded-md border border-line bg-sunken"
      >
        {files.map((file) => (
          <li key={file.path} className="py-1.5">
            <p className="truncate px-3 pb-0.5 font-medium font-mono text-xs" title={file.path}>
              {file.path}
            </p>
            <ul>
              {file.lines.map((line) => (
                <li key={line.number}>
                  <button
                    type="button"
                    aria-label={`${thread.openFileAt(file.path, line.number)}: ${line.text.trim()}`}
                    onClick={() => openFile({ conversationId, path: file.path, line: line.number })}
                    className="flex min-h-6 w-full gap-3 px-3 text-start font-mono text-xs leading-6 -outline-offset-2 hover:bg-hover pointer-coarse:min-h-11"
                  >
                    <span className="w-10 shrink-0 text-end text-muted tabular-nums">{line.number}</span>
                    <span
                      className={classNames(
                        "min-w-0 whitespace-pre-wrap break-words",
                        line.context && "text-muted",
                      )}
                    >
                      <Marked pieces={matches.get(line) ?? [line.text]} />
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Marked({ pieces }: { pieces: readonly string[] }) {
  return pieces.map((piece, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one line have no other name
      <mark key={index} className="rounded-xs bg-warning-soft text-ink">
        {piece}
      </mark>
    ) : (
      piece
    ),
  );
}
