/** The blocks of a text, each drawn again only when it changed, and only as far as it changed. */

import { createContext, memo, useContext, useMemo, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { CodeBlock } from "./code-block";
import { type Definitions, definitionsFor, NO_DEFINITIONS } from "./definitions";
import { Formula } from "./formula";
import { Item, itemContent, plainText, renderNodes, renderRow, renderRows, rootContext } from "./nodes";
import { type Parsed, parseMarkdown } from "./parse";
import { repaired } from "./repair";
import type { Block, Group, Part } from "./splitter";
import { TableFrame, tableText } from "./table";
import { visibleText } from "./visible-text";

export const DefinitionsContext = createContext<Definitions>(NO_DEFINITIONS);

const DRAWN_PARTS = 4;
const TABLE_GROUPS = 8;
export interface BlockViewProps {
  block: Block;
  /** Whether the block's end is still arriving: what is unfinished there is then shown as if it were finished. */
  arriving: boolean;
}

export const BlockView = memo(function BlockView({ block, arriving }: BlockViewProps) {
  switch (block.kind) {
    case "code":
      return <CodeBlock code={withoutLastBreak(block.text)} language={block.info.split(/\s/, 1)[0] ?? ""} />;
    case "formula":
      return <FormulaBlock block={block} />;
    case "list":
      return <ListBlock block={block} arriving={arriving} />;
    case "table":
      return <TableBlock block={block} arriving={arriving} />;
    case "plain":
      return <PlainBlock groups={block.groups} />;
    default:
      return <TextBlock text={block.text} arriving={arriving} />;
  }
});

function TextBlock({ text, arriving }: { text: string; arriving: boolean }) {
  const parsed = useParsed(text, arriving);
  return renderNodes(parsed.nodes, rootContext(parsed.source, parsed.definitions));
}

function FormulaBlock({ block }: { block: Block }) {
  const source = block.text.trim();
  if (!block.closed) return <pre className="md-formula-source">{visibleText(source)}</pre>;
  return <Formula value={source.slice(2, -2).trim()} source={source} display />;
}

function ListBlock({ block, arriving }: BlockViewProps) {
  const items = block.groups.map((group, index) => (
    <ItemGroup key={group[0]?.from} group={group} arriving={arriving && index === block.groups.length - 1} />
  ));
  return block.start === null ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
}

const ItemGroup = memo(function ItemGroup({ group, arriving }: { group: Group; arriving: boolean }) {
  return group.map((part, index) =>
    part.plain ? (
      <li key={part.from} className="md-plain">
        {visibleText(part.text)}
      </li>
    ) : (
      <ListItem key={part.from} text={part.text} arriving={arriving && index === group.length - 1} />
    ),
  );
});

const ListItem = memo(function ListItem({ text, arriving }: { text: string; arriving: boolean }) {
  const { nodes, source, definitions } = useParsed(text, arriving);
  const context = rootContext(source, definitions);
  const [list, ...others] = nodes;
  // A marker without anything after it is no item yet for the parser.
  if (list?.type !== "list") return <Item>{renderNodes(nodes, context)}</Item>;
  const [item, ...more] = list.children;
  return (
    <Item checked={item?.checked}>
      {itemContent(item?.children ?? [], item?.spread === true, context)}
      {more.length > 0 && renderNodes([{ ...list, children: more }], context)}
      {renderNodes(others, context)}
    </Item>
  );
});

function TableBlock({ block, arriving }: BlockViewProps) {
  const { nodes, source, definitions } = useParsed(block.text, false);
  const table = nodes[0]?.type === "table" ? nodes[0] : undefined;
  const text = () =>
    tableText([block.text, ...block.groups.map((group) => block.text + joined(group))].flatMap(rowsOf));
  if (table === undefined)
    return <TextBlock text={block.text + block.groups.map(joined).join("")} arriving={arriving} />;
  return (
    <TableFrame text={text}>
      {tablesOf(block.groups).map((groups, part, parts) => (
        <table key={groups[0]?.[0]?.from ?? block.from}>
          <thead>{renderRow(table.children[0], table.align, "th", rootContext(source, definitions))}</thead>
          {groups.map((group, index) => (
            <RowGroup
              key={group[0]?.from}
              head={block.text}
              group={group}
              arriving={arriving && part === parts.length - 1 && index === groups.length - 1}
            />
          ))}
        </table>
      ))}
    </TableFrame>
  );
}

/** The groups of each table: a browser lays out a table as a whole, so a very long one is drawn as several. */
function tablesOf(groups: readonly Group[]): readonly (readonly Group[])[] {
  const tables: (readonly Group[])[] = [groups.slice(0, TABLE_GROUPS)];
  for (let index = TABLE_GROUPS; index < groups.length; index += TABLE_GROUPS) {
    tables.push(groups.slice(index, index + TABLE_GROUPS));
  }
  return tables;
}

interface RowGroupProps {
  head: string;
  group: Group;
  arriving: boolean;
}

const RowGroup = memo(function RowGroup({ head, group, arriving }: RowGroupProps) {
  const { nodes, source, definitions } = useParsed(withoutLastBreak(head + joined(group)), arriving);
  const table = nodes[0];
  if (table?.type !== "table" || nodes.length > 1) {
    return (
      <tbody>
        {group.map((part) => (
          <tr key={part.from}>
            <td>{visibleText(part.text)}</td>
          </tr>
        ))}
      </tbody>
    );
  }
  return <tbody>{renderRows(table.children.slice(1), table.align, rootContext(source, definitions))}</tbody>;
});

/** Text that is too much of one thing to be read as Markdown: shown as it is, the beginning first. */
function PlainBlock({ groups }: { groups: readonly Group[] }) {
  const { markdown } = useStrings();
  const [shown, setShown] = useState(DRAWN_PARTS);
  const parts = groups.flat();
  const hidden = parts.slice(shown).reduce((sum, part) => sum + part.text.length, 0);
  return (
    <div className="md-plain">
      {parts.slice(0, shown).map((part) => (
        <PlainPart key={part.from} part={part} />
      ))}
      {hidden > 0 && (
        <Button variant="ghost" size="small" onClick={() => setShown(shown * 4)}>
          {markdown.charactersHidden(hidden)}
        </Button>
      )}
    </div>
  );
}

const PlainPart = memo(function PlainPart({ part }: { part: Part }) {
  return <div>{visibleText(part.text)}</div>;
});

function useParsed(text: string, arriving: boolean): Parsed {
  const definitions = definitionsFor(text, useContext(DefinitionsContext));
  return useMemo(
    () => parseMarkdown(arriving ? repaired(text) : text, definitions),
    [text, arriving, definitions],
  );
}

function joined(group: Group): string {
  return group.map((part) => part.text).join("");
}

function rowsOf(text: string, index: number): string[][] {
  const table = parseMarkdown(text).nodes[0];
  if (table?.type !== "table") return [];
  return table.children.slice(index === 0 ? 0 : 1).map((row) => row.children.map((cell) => plainText(cell)));
}

function withoutLastBreak(text: string): string {
  return text.replace(/\r?\n$/, "");
}
