/** What kinds of calls there are, and which neighbouring ones are shown as one line. */
import type { Part, ToolPart } from "@/shared/api/types";

export type ReadingKind = "read" | "search" | "list";

/** Calls that only looked at something: of little interest once they are done. */
const READING: ReadonlyMap<string, ReadingKind> = new Map([
  ["read_file", "read"],
  ["grep_files", "search"],
  ["list_dir", "list"],
]);

export function readingKind(part: ToolPart): ReadingKind | undefined {
  return READING.get(part.name);
}

export type Block =
  | { readonly kind: "part"; readonly part: Part }
  | { readonly kind: "calls"; readonly parts: readonly ToolPart[] };

const isFinishedReading = (part: Part): part is ToolPart =>
  part.type === "tool" && part.status === "completed" && READING.has(part.name);

/** Reasoning and text that came without a word are nothing that stands between two calls. */
const isNothing = (part: Part) =>
  (part.type === "text" && part.text.trim() === "") ||
  (part.type === "thinking" && part.text === "" && part.duration_ms == null);

/**
 * Puts neighbouring finished calls that only read together. `tail` names how many parts at the end are still going on:
 * they are left as they are, also where they are nothing yet.
 */
export function blocksOf(parts: readonly Part[], tail: number): readonly Block[] {
  const blocks: Block[] = [];
  let calls: ToolPart[] = [];
  const close = () => {
    const [first] = calls;
    if (first) {
      blocks.push(calls.length === 1 ? { kind: "part", part: first } : { kind: "calls", parts: calls });
      calls = [];
    }
  };
  parts.forEach((part, index) => {
    if (isFinishedReading(part)) {
      calls.push(part);
    } else if (index >= parts.length - tail || !isNothing(part)) {
      close();
      blocks.push({ kind: "part", part });
    }
  });
  close();
  return blocks;
}

/** The name of a group's fold; the group keeps it while calls are added at its end. */
export function groupFold(parts: readonly ToolPart[]): string {
  return `calls ${parts[0]?.id ?? ""}`;
}
