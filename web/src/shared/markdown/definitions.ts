/**
 * The link and footnote definitions of a whole text, gathered from its blocks, so that a block can refer to one that
 * stands elsewhere. Only definitions at the top level are seen by other blocks.
 */

import { parseMarkdown } from "./parse";
import type { Block, Section } from "./splitter";

/** What each label defines, as Markdown. The first definition of a label counts. */
export type Definitions = ReadonlyMap<string, string>;

export const NO_DEFINITIONS: Definitions = new Map();

const CANDIDATE = /^ {0,3}\[[^\]]+\]:/;
const FOOTNOTE = /^ {0,3}\[(\^[^\]\s]+)\]:/;
const LABEL = /\[(\^?[^[\]\n]{1,200})\]/g;
const ofBlocks = new WeakMap<Block, Definitions>();
const ofSections = new WeakMap<Section, Definitions>();

/** Gathers definitions; the result keeps its identity while nothing was added. */
export class DefinitionIndex {
  #last: Definitions = NO_DEFINITIONS;

  read(sections: readonly Section[], streaming: boolean): Definitions {
    const found = new Map<string, string>();
    for (const section of sections) addAll(found, definitionsOf(section, streaming));
    if (!same(found, this.#last)) this.#last = found;
    return this.#last;
  }
}

/** The definitions that `text` may refer to, as Markdown to put in front of it. */
export function definitionsFor(text: string, definitions: Definitions): string {
  if (definitions.size === 0 || !text.includes("[")) return "";
  const needed = new Set<string>();
  for (const match of text.matchAll(LABEL)) {
    const definition = definitions.get(normalized(match[1] ?? ""));
    if (definition !== undefined) needed.add(definition);
  }
  return [...needed].join("\n\n");
}

function definitionsOf(section: Section, streaming: boolean): Definitions {
  const known = ofSections.get(section);
  if (known !== undefined) return known;
  const found = new Map<string, string>();
  let settled = true;
  for (const block of section.blocks) {
    // While it grows, the last block would give another definition with every batch.
    if (block.open) settled = false;
    if (!block.open || !streaming) addAll(found, definitionsOfBlock(block));
  }
  const definitions = found.size === 0 ? NO_DEFINITIONS : found;
  if (settled) ofSections.set(section, definitions);
  return definitions;
}

function definitionsOfBlock(block: Block): Definitions {
  if ((block.kind !== "text" && block.kind !== "footnote") || !CANDIDATE.test(block.text))
    return NO_DEFINITIONS;
  const known = ofBlocks.get(block);
  if (known !== undefined) return known;
  const found = new Map<string, string>();
  const footnote = FOOTNOTE.exec(block.text);
  if (footnote !== null) {
    found.set(normalized(footnote[1] ?? ""), `[${footnote[1] ?? ""}]: …`);
  } else {
    const { source, definitions } = parseMarkdown(block.text);
    for (const node of definitions.values()) {
      const { start, end } = node.position ?? {};
      found.set(normalized(node.identifier), source.slice(start?.offset ?? 0, end?.offset ?? 0));
    }
  }
  ofBlocks.set(block, found);
  return found;
}

function addAll(target: Map<string, string>, more: Definitions): void {
  for (const [label, definition] of more) if (!target.has(label)) target.set(label, definition);
}

function same(left: Definitions, right: Definitions): boolean {
  if (left.size !== right.size) return false;
  for (const [label, definition] of left) if (right.get(label) !== definition) return false;
  return true;
}

function normalized(label: string): string {
  return label.trim().replace(/\s+/g, " ").toLowerCase().toUpperCase();
}
