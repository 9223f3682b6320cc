/** Which files the agent has looked at, out of its tool calls' results. */
import type { Message, ToolPart } from "@/shared/api/types";
import type { ConversationView } from "@/shared/live/conversation";
import { branch } from "@/shared/live/conversation";

/** Lines that were read, both ends included and counted from 1. */
export type LineRange = readonly [first: number, last: number];

export interface FileRead {
  path: string;
  /** What was read, in order, without overlaps. */
  ranges: readonly LineRange[];
  /** How many places a search found in it. */
  hits: number;
  /** The first line that was read or found. */
  firstLine: number;
}

interface Look {
  path: string;
  range: LineRange | null;
  hits: number;
  line: number;
}

// A message never changes, it is replaced: what was found in one holds as long as it lives.
const looksOf = new WeakMap<Message, readonly Look[]>();

/** The files of the loaded branch, the latest first. */
export function filesRead(view: ConversationView): readonly FileRead[] {
  const files = new Map<string, Look[]>();
  for (const id of branch(view)) {
    const message = view.messages.get(id);
    for (const look of message ? looks(message) : []) {
      const before = files.get(look.path) ?? [];
      // Told last is shown first.
      files.delete(look.path);
      files.set(look.path, [...before, look]);
    }
  }
  return [...files].reverse().map(([path, all]) => ({
    path,
    ranges: joined(all.flatMap((look) => (look.range ? [look.range] : []))),
    hits: all.reduce((sum, look) => sum + look.hits, 0),
    firstLine: Math.min(...all.map((look) => look.line)),
  }));
}

function looks(message: Message): readonly Look[] {
  let found = looksOf.get(message);
  if (!found) {
    found = message.parts.flatMap((part) => (part.type === "tool" ? looksOfCall(part) : []));
    looksOf.set(message, found);
  }
  return found;
}

function looksOfCall(part: ToolPart): Look[] {
  const data = record(part.result?.data);
  const path = text(data.path);
  if (data.kind === "file" && path !== null) {
    const [first, last] = [number(data.first_line), number(data.last_line)];
    return [{ path, range: last >= first ? [first, last] : null, hits: 0, line: first }];
  }
  if (data.kind !== "hits" || !Array.isArray(data.files)) {
    return [];
  }
  return data.files.flatMap((entry) => {
    const file = record(entry);
    const found = text(file.path);
    const all = Array.isArray(file.lines) ? file.lines.map(record) : [];
    const hits = all.filter((line) => line.context !== true);
    return found === null
      ? []
      : [{ path: found, range: null, hits: hits.length, line: number(hits[0]?.number) }];
  });
}

function joined(ranges: readonly LineRange[]): readonly LineRange[] {
  const result: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((left, right) => left[0] - right[0])) {
    const before = result.at(-1);
    if (before && first <= before[1] + 1) {
      before[1] = Math.max(before[1], last);
    } else {
      result.push([first, last]);
    }
  }
  return result;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 1;
}
