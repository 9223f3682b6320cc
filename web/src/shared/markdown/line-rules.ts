/**
 * What a single line can begin, continue or end at the top level of a document, after CommonMark and GFM.
 *
 * Each question looks at one line of bounded length, with expressions that cannot backtrack over each other.
 * Raw HTML is absent on purpose: it never forms a block here, it is shown as the text that it is.
 */

const TAB_WIDTH = 4;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const BREAK = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/;
const QUOTE = /^ {0,3}>/;
const MARKER = /^( {0,3})([-+*]|\d{1,9}[.)])(?=[ \t]|$)/;
const FOOTNOTE = /^ {0,3}\[\^[^\]\s]{1,200}\]:/;
const DELIMITER = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const NESTING = /^[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t>]+)*/;
const CONTAINER = />|[-+*]|\d[.)]/g;

export interface Fence {
  marker: string;
  size: number;
  indent: number;
  info: string;
}

export interface Marker {
  /** The character that tells lists apart: `-`, `+`, `*`, `.` or `)`. */
  type: string;
  /** The number of an ordered item. */
  number: number | null;
  /** The column at which the content of the item begins. */
  offset: number;
  /** Whether nothing follows the marker. */
  empty: boolean;
}

export interface Formula {
  closer: "$$" | "\\]";
  /** Whether the formula ends on its first line. */
  complete: boolean;
  /** Whether the opening stands alone on its line, so that empty lines may follow. */
  bare: boolean;
}

/** The indentation of a line in columns. */
export function indentation(line: string): number {
  let columns = 0;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === " ") columns += 1;
    else if (character === "\t") columns += TAB_WIDTH - (columns % TAB_WIDTH);
    else break;
  }
  return columns;
}

/** The line without up to `columns` leading spaces. */
export function dedent(line: string, columns: number): string {
  let index = 0;
  while (index < columns && line[index] === " ") index += 1;
  return index === 0 ? line : line.slice(index);
}

export function isBlank(line: string): boolean {
  return line.trim() === "";
}

export function fenceOf(line: string): Fence | null {
  const match = FENCE.exec(line);
  if (match === null) return null;
  const [, run = "", info = ""] = match;
  const marker = run.slice(0, 1);
  if (marker === "`" && info.includes("`")) return null;
  return { marker, size: run.length, indent: indentation(line), info: info.trim() };
}

export function closesFence(line: string, fence: Fence): boolean {
  const text = line.trim();
  if (text.length < fence.size || indentation(line) > 3) return false;
  for (const character of text) if (character !== fence.marker) return false;
  return true;
}

export function markerOf(line: string): Marker | null {
  const match = MARKER.exec(line);
  if (match === null || BREAK.test(line)) return null;
  const [whole, , sign = ""] = match;
  const rest = line.slice(whole.length);
  const empty = rest.trim() === "";
  const gap = indentation(" ".repeat(whole.length) + rest) - whole.length;
  const number = sign.length > 1 ? Number.parseInt(sign, 10) : null;
  return { type: sign.slice(-1), number, offset: whole.length + (empty || gap > 4 ? 1 : gap), empty };
}

/** A displayed formula, `$$ … $$` or `\[ … \]`, that begins on this line and has it for itself. */
export function formulaOf(line: string): Formula | null {
  if (indentation(line) > 3) return null;
  const text = line.trim();
  const closer = text.startsWith("$$") ? "$$" : text.startsWith("\\[") ? "\\]" : null;
  if (closer === null) return null;
  const rest = text.slice(2);
  const end = rest.indexOf(closer);
  if (end === -1) return rest.startsWith("$") ? null : { closer, complete: false, bare: rest === "" };
  return end > 0 && end === rest.length - 2 ? { closer, complete: true, bare: false } : null;
}

export const isHeading = (line: string): boolean => HEADING.test(line);
export const isBreak = (line: string): boolean => BREAK.test(line);
export const isUnderline = (line: string): boolean => UNDERLINE.test(line);
export const isQuote = (line: string): boolean => QUOTE.test(line);
export const isFootnote = (line: string): boolean => FOOTNOTE.test(line);

/** Whether `delimiter` makes a table's header out of `head`: as many cells, and at least one pipe. */
export function isTableHead(head: string, delimiter: string): boolean {
  if (!delimiter.includes("|") || !DELIMITER.test(delimiter)) return false;
  return cells(head) === cells(delimiter);
}

/** Whether a line ends a paragraph (or, with `anyList`, a table) by beginning something else. */
export function interrupts(line: string, anyList = false): boolean {
  if (indentation(line) > 3) return false;
  if (isHeading(line) || isQuote(line) || isFootnote(line) || isBreak(line)) return true;
  if (fenceOf(line) !== null || formulaOf(line) !== null) return true;
  const marker = markerOf(line);
  if (marker === null) return false;
  return anyList || (!marker.empty && (marker.number === null || marker.number === 1));
}

/** How many containers (quotes, items) open at the beginning of a line. */
export function nesting(line: string): number {
  const prefix = NESTING.exec(line)?.[0] ?? "";
  return prefix.match(CONTAINER)?.length ?? 0;
}

function cells(row: string): number {
  const text = row.trim();
  let count = 1;
  for (let index = text.startsWith("|") ? 1 : 0; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === "|" && index < text.length - 1) count += 1;
  }
  return count;
}
