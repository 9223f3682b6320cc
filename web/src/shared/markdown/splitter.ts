/**
 * Cuts text that is still arriving into top-level blocks, so that only its last block is worked on again.
 *
 * Invariants: what was cut depends on the text alone, never on how it arrived; the ranges of the blocks join to the
 * whole text; a block that ended keeps its identity; the work of a step depends on what is new and on the open block,
 * whose size is bounded. Beyond the bounds text stays text: such parts are `plain`.
 */
import {
  closesFence,
  dedent,
  type Fence,
  type Formula,
  fenceOf,
  formulaOf,
  indentation,
  interrupts,
  isBlank,
  isBreak,
  isFootnote,
  isHeading,
  isQuote,
  isTableHead,
  isUnderline,
  type Marker,
  markerOf,
  nesting,
} from "./line-rules";

/** The longest line that is read as Markdown, in characters. */
export const LINE_LIMIT = 8_192;
/** The size after which a paragraph, quote or item is continued as another one. */
export const BLOCK_LIMIT = 8_192;
const NESTING_LIMIT = 32;
const FORMULA_LIMIT = 4_096;
const GROUP_SIZE = 32;
const SECTION_BLOCKS = 24;
const SECTION_CHARACTERS = 6_000;

/** A part of a list, table or plain block: an item, some rows, some text. */
export interface Part {
  from: number;
  text: string;
  plain: boolean;
}

export type Group = readonly Part[];

export type BlockKind =
  | "text"
  | "quote"
  | "indented"
  | "footnote"
  | "code"
  | "formula"
  | "list"
  | "table"
  | "plain";

export interface Block {
  kind: BlockKind;
  /** Where the block begins and ends in the whole text; the former is its key. */
  from: number;
  to: number;
  /** Its Markdown; of code and formulas the content; of tables the head; empty for lists and plain text. */
  text: string;
  /** The words after an opening fence. */
  info: string;
  /** The first number of an ordered list. */
  start: number | null;
  /** Items, rows and pieces, in groups that keep their identity once full. */
  groups: readonly Group[];
  /** Whether the text ends in it, so that it may still change. */
  open: boolean;
  /** Whether a fence or formula is closed. */
  closed: boolean;
}

/** Some consecutive blocks: the unit in which the page skips what did not change or is out of sight. */
export interface Section {
  key: number;
  blocks: readonly Block[];
  characters: number;
}

interface Draft {
  block: Block;
  /** Whether an empty line came last. */
  blank: boolean;
  /** Whether nothing but empty lines can follow. */
  done: boolean;
  lines: number;
  fence: Fence | null;
  formula: Formula | null;
  marker: Marker | null;
}

interface State {
  full: readonly Section[];
  recent: readonly Block[];
  draft: Draft | null;
  /** The end of what was cut so far. */
  end: number;
  /** Whether `end` stands inside a line that is too long. */
  inLongLine: boolean;
}

const EMPTY: State = { full: [], recent: [], draft: null, end: 0, inLongLine: false };

/** Remembers the text that it saw last; a text that continues it costs only what is new. */
export class Splitter {
  #text = "";
  #state: State = EMPTY;
  #sections: readonly Section[] = [];

  /** The sections of `text`. Reading the same text again gives the same objects. */
  read(text: string): readonly Section[] {
    if (text === this.#text) return this.#sections;
    if (!text.startsWith(this.#text)) this.#state = EMPTY;
    this.#text = text;
    this.#state = advance(this.#state, text);
    this.#sections = finish(this.#state, text);
    return this.#sections;
  }
}

/** Takes every complete line (and every full piece of a line that is too long). */
function advance(from: State, text: string): State {
  let state = from;
  for (;;) {
    const newline = text.indexOf("\n", state.end);
    const length = (newline === -1 ? text.length : newline + 1) - state.end;
    if (state.inLongLine || length > LINE_LIMIT) {
      if (newline === -1 && length <= LINE_LIMIT) return state;
      const piece = text.slice(state.end, state.end + Math.min(length, LINE_LIMIT));
      const added = addPiece(state, piece);
      state = { ...added, inLongLine: length > LINE_LIMIT };
    } else {
      if (newline === -1) return state;
      state = addLine(state, text.slice(state.end, newline + 1));
    }
  }
}

/** What stands there if the text ends here. */
function finish(state: State, text: string): readonly Section[] {
  let last = state;
  if (state.end < text.length) {
    const rest = text.slice(state.end);
    last = state.inLongLine ? addPiece(state, rest) : addLine(state, rest);
  }
  const blocks = last.draft === null ? last.recent : [...last.recent, { ...last.draft.block, open: true }];
  return blocks.length === 0 ? last.full : [...last.full, sectionOf(blocks)];
}

function sectionOf(blocks: readonly Block[]): Section {
  const first = blocks[0]?.from ?? 0;
  return { key: first, blocks, characters: (blocks.at(-1)?.to ?? first) - first };
}

function addLine(state: State, raw: string): State {
  const line = raw.replace(/\r?\n$/, "");
  const end = state.end + raw.length;
  const { draft } = state;
  if (draft !== null && isBlank(line)) {
    return { ...state, draft: withBlank(draft, raw, end), end };
  }
  if (draft === null && isBlank(line)) return { ...state, end };
  const continued = draft === null || draft.done ? null : continueWith(draft, line, raw, end);
  if (continued !== null) return { ...state, draft: continued, end };
  const closed = close(state);
  return { ...closed, draft: begin(closed, line, raw, end), end };
}

function addPiece(state: State, raw: string): State {
  const end = state.end + raw.length;
  if (state.draft?.fence && !state.draft.done) {
    const { block, fence } = state.draft;
    const text = block.text + (state.inLongLine ? raw : dedent(raw, fence.indent));
    return { ...state, draft: { ...state.draft, block: { ...block, text, to: end } }, end };
  }
  const part = partOf(state.end, raw, true);
  if (state.inLongLine && state.draft?.block.kind === "plain") {
    const { block } = state.draft;
    return {
      ...state,
      draft: { ...state.draft, block: { ...block, groups: withPart(block.groups, part), to: end } },
      end,
    };
  }
  const closed = close(state);
  const draft = draftOf(closed, "plain", end, "");
  return { ...closed, draft: { ...draft, done: true, block: { ...draft.block, groups: [[part]] } }, end };
}

// A line that is still arriving ends the block before it again and again: always as the same object.
const endedBlocks = new WeakMap<Block, Block>();

function ended(block: Block): Block {
  const known = endedBlocks.get(block);
  if (known !== undefined) return known;
  const end = { ...block, text: detached(block.text) };
  endedBlocks.set(block, end);
  return end;
}

/** Ends the open block; its strings are cut loose from the text that they came from. */
function close(state: State): State {
  if (state.draft === null) return state;
  const recent = [...state.recent, ended(state.draft.block)];
  const section = sectionOf(recent);
  if (recent.length < SECTION_BLOCKS && section.characters < SECTION_CHARACTERS)
    return { ...state, recent, draft: null };
  return { ...state, full: [...state.full, section], recent: [], draft: null };
}

/** A copy that does not keep the string alive of which it was a slice. */
function detached(text: string): string {
  return ` ${text}`.slice(1);
}

function withBlank(draft: Draft, raw: string, to: number): Draft {
  const { block, formula } = draft;
  if (draft.done) return { ...draft, blank: true, block: { ...block, to } };
  if (formula !== null && !formula.bare)
    return { ...asText(draft), blank: true, done: true, block: { ...asText(draft).block, to } };
  if (block.kind === "list")
    return { ...draft, blank: true, block: { ...block, groups: withLine(block.groups, raw), to } };
  if (block.kind === "table" || block.kind === "plain")
    return { ...draft, blank: true, block: { ...block, to } };
  return { ...draft, blank: true, block: { ...block, text: block.text + raw, to } };
}

function continueWith(draft: Draft, line: string, raw: string, to: number): Draft | null {
  const { block, blank, fence, formula } = draft;
  const appended = (changes: Partial<Draft> = {}): Draft => ({
    ...draft,
    blank: false,
    lines: draft.lines + 1,
    block: { ...block, text: block.text + raw, to },
    ...changes,
  });
  if (fence !== null) return continueCode(draft, fence, line, raw, to);
  if (formula !== null) return continueFormula(draft, formula, line, raw, to);
  if (block.kind === "list") return continueList(draft, line, raw, to);
  if (block.kind === "indented") return indentation(line) > 3 && !isFull(block) ? appended() : null;
  if (block.kind === "footnote" && indentation(line) > 3 && !isFull(block)) return appended();
  if (blank || isFull(block) || nesting(line) > NESTING_LIMIT) return null;
  if (block.kind === "quote" && isQuote(line)) return appended();
  if (block.kind === "table") {
    if (interrupts(line, true)) return null;
    const part = partOf(to - raw.length, raw, false);
    return { ...draft, block: { ...block, groups: withPart(block.groups, part), to } };
  }
  if (block.kind === "text" && draft.lines === 1 && isTableHead(block.text, line)) {
    return appended({ block: { ...block, kind: "table", text: block.text + raw, to } });
  }
  if (block.kind === "text" && isUnderline(line)) return appended({ done: true });
  return interrupts(line) ? null : appended();
}

function continueCode(draft: Draft, fence: Fence, line: string, raw: string, to: number): Draft {
  if (closesFence(line, fence)) return { ...draft, done: true, block: { ...draft.block, closed: true, to } };
  return { ...draft, block: { ...draft.block, text: draft.block.text + dedent(raw, fence.indent), to } };
}

function continueFormula(draft: Draft, formula: Formula, line: string, raw: string, to: number): Draft {
  const text = draft.block.text + raw;
  const ends = line.trimEnd().endsWith(formula.closer);
  const block: Block = { ...draft.block, text, to, closed: ends };
  if (ends) return { ...draft, done: true, block };
  return text.length > FORMULA_LIMIT ? { ...asText({ ...draft, block }), done: true } : { ...draft, block };
}

function continueList(draft: Draft, line: string, raw: string, to: number): Draft | null {
  const { block, marker } = draft;
  if (marker === null) return null;
  const appended = (next: Marker = marker): Draft => ({
    ...draft,
    blank: false,
    marker: next,
    block: { ...block, groups: withLine(block.groups, raw), to },
  });
  const added = (next: Marker, plain: boolean): Draft => ({
    ...draft,
    blank: false,
    marker: next,
    block: { ...block, groups: withPart(block.groups, partOf(to - raw.length, raw, plain)), to },
  });
  const indent = indentation(line);
  const last = lastPart(block.groups);
  const full = (last?.text.length ?? 0) > BLOCK_LIMIT || nesting(line) > NESTING_LIMIT;
  if (
    indent >= marker.offset &&
    !(marker.empty && draft.blank && last !== undefined && isOneLine(last.text))
  ) {
    return full || (last?.plain === true && !isShort(last)) ? added(marker, true) : appended();
  }
  const next = markerOf(line);
  if (next !== null && next.type === marker.type && nesting(line) <= NESTING_LIMIT) return added(next, false);
  if (draft.blank || interrupts(line)) return null;
  return full ? added(marker, true) : appended();
}

/** A formula that never ends is text after all. */
function asText(draft: Draft): Draft {
  return { ...draft, formula: null, block: { ...draft.block, kind: "text" } };
}

function begin(state: State, line: string, raw: string, end: number): Draft {
  const draft = (kind: BlockKind, changes: Partial<Draft> = {}): Draft => ({
    ...draftOf(state, kind, end, raw),
    ...changes,
  });
  if (nesting(line) > NESTING_LIMIT) {
    const plain = draftOf(state, "plain", end, "");
    const part = partOf(state.end, raw, true);
    return { ...plain, done: true, block: { ...plain.block, groups: [[part]] } };
  }
  if (indentation(line) > 3) return draft("indented");
  const fence = fenceOf(line);
  if (fence !== null) {
    const code = draftOf(state, "code", end, "");
    return { ...code, fence, block: { ...code.block, info: detached(fence.info) } };
  }
  const formula = formulaOf(line);
  if (formula !== null) {
    const math = draft("formula", { formula, done: formula.complete });
    return { ...math, block: { ...math.block, closed: formula.complete } };
  }
  if (isHeading(line) || isBreak(line)) return draft("text", { done: true });
  if (isQuote(line)) return draft("quote");
  if (isFootnote(line)) return draft("footnote");
  const marker = markerOf(line);
  if (marker === null) return draft("text");
  const list = draftOf(state, "list", end, "");
  const part = partOf(state.end, raw, false);
  return { ...list, marker, block: { ...list.block, start: marker.number, groups: [[part]] } };
}

function draftOf(state: State, kind: BlockKind, to: number, text: string): Draft {
  const before = state.recent.at(-1)?.to ?? state.full.at(-1)?.blocks.at(-1)?.to ?? 0;
  const block: Block = {
    kind,
    from: before,
    to,
    text,
    info: "",
    start: null,
    groups: [],
    open: false,
    closed: false,
  };
  return { block, blank: false, done: false, lines: 1, fence: null, formula: null, marker: null };
}

function partOf(from: number, text: string, plain: boolean): Part {
  return { from, text: detached(text), plain };
}

function isFull(block: Block): boolean {
  return block.text.length > BLOCK_LIMIT;
}

function isShort(part: Part): boolean {
  return part.text.length < BLOCK_LIMIT;
}

function isOneLine(text: string): boolean {
  return text.trimEnd().indexOf("\n") === -1;
}

function lastPart(groups: readonly Group[]): Part | undefined {
  return groups.at(-1)?.at(-1);
}

function withPart(groups: readonly Group[], part: Part): readonly Group[] {
  const last = groups.at(-1);
  if (last === undefined || last.length >= GROUP_SIZE) return [...groups, [part]];
  return [...groups.slice(0, -1), [...last, part]];
}

function withLine(groups: readonly Group[], raw: string): readonly Group[] {
  const last = groups.at(-1);
  const part = last?.at(-1);
  if (last === undefined || part === undefined) return groups;
  return [...groups.slice(0, -1), [...last.slice(0, -1), { ...part, text: part.text + raw }]];
}
