/**
 * One bounded piece of Markdown to a tree (mdast): CommonMark with GFM's tables, tasks, strikethrough, footnotes and
 * bare links, and formulas. Raw HTML never forms a block and stays a leaf that holds its own text.
 */
import type { Definition, Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmAutolinkLiteralFromMarkdown } from "mdast-util-gfm-autolink-literal";
import { gfmFootnoteFromMarkdown } from "mdast-util-gfm-footnote";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTaskListItemFromMarkdown } from "mdast-util-gfm-task-list-item";
import { gfmAutolinkLiteral } from "micromark-extension-gfm-autolink-literal";
import { gfmFootnote } from "micromark-extension-gfm-footnote";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import { gfmTaskListItem } from "micromark-extension-gfm-task-list-item";
import { formulaSyntax, formulaTree } from "./formula-syntax";

const SYNTAX = [
  gfmAutolinkLiteral(),
  gfmFootnote(),
  gfmStrikethrough({ singleTilde: false }),
  gfmTable(),
  gfmTaskListItem(),
  formulaSyntax,
  { disable: { null: ["htmlFlow"] } },
];

// The second pass that looks for bare links in finished text is left out: it costs more than it finds.
const { transforms: _, ...autolinks } = gfmAutolinkLiteralFromMarkdown();
const TREE = [
  autolinks,
  gfmFootnoteFromMarkdown(),
  gfmStrikethroughFromMarkdown(),
  gfmTableFromMarkdown(),
  gfmTaskListItemFromMarkdown(),
  formulaTree,
];

export interface Parsed {
  nodes: Root["children"];
  /** What the positions in the tree count in. */
  source: string;
  definitions: ReadonlyMap<string, Definition>;
}

/** Reads `text`; `definitions` is Markdown that defines the links and footnotes to which it may refer. */
export function parseMarkdown(text: string, definitions = ""): Parsed {
  const prefix = definitions === "" ? "" : `${definitions}\n\n`;
  const source = prefix + text;
  const tree = fromMarkdown(source, { extensions: SYNTAX, mdastExtensions: TREE });
  const found = new Map<string, Definition>();
  if (source.includes("]:")) collect(tree, found);
  const nodes = tree.children.filter((node) => (node.position?.start.offset ?? 0) >= prefix.length);
  return { nodes, source, definitions: found };
}

function collect(node: Nodes, found: Map<string, Definition>): void {
  const pending: Nodes[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.type === "definition" && !found.has(next.identifier)) found.set(next.identifier, next);
    if ("children" in next) pending.push(...[...next.children].reverse());
  }
}
