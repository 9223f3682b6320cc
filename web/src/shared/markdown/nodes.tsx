/**
 * A Markdown tree to React elements, one by one: there is no element, attribute or address that is not made here, and
 * nothing of the text becomes one. Raw HTML is shown as its text; `<br>` alone is the line break that it means.
 */
import type { Definition, Nodes, RootContent } from "mdast";
import { Fragment, type ReactNode } from "react";
import { useStrings } from "@/shared/i18n";
import { CodeBlock } from "./code-block";
import { Formula } from "./formula";
import { Image } from "./image";
import { Anchor } from "./link";
import { TableFrame, tableText } from "./table";
import { visibleText } from "./visible-text";

const DEPTH_LIMIT = 48;
const HARD_BREAK = /^<br[ \t]*\/?>$/i;

export interface NodeContext {
  /** What the positions of the nodes count in. */
  source: string;
  definitions: ReadonlyMap<string, Definition>;
  depth: number;
  /** Whether the nodes stand inside of a link, where no other link may be. */
  inLink: boolean;
}

export function rootContext(source: string, definitions: ReadonlyMap<string, Definition>): NodeContext {
  return { source, definitions, depth: 0, inLink: false };
}

/** The elements of some nodes, in their order. */
export function renderNodes(nodes: readonly Nodes[], context: NodeContext): ReactNode {
  return nodes.map((node, index) => {
    // Nodes have no identity but their place in the block.
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    return <Fragment key={index}>{renderNode(node, context)}</Fragment>;
  });
}

/** The words of a node without any markup. */
export function plainText(node: Nodes): string {
  if ("value" in node) return node.value;
  if ("alt" in node) return node.alt ?? "";
  return "children" in node ? node.children.map((child) => plainText(child)).join("") : "";
}

function renderNode(node: Nodes, outer: NodeContext): ReactNode {
  if (outer.depth >= DEPTH_LIMIT) return visibleText(sourceOf(node, outer));
  const context = { ...outer, depth: outer.depth + 1 };
  switch (node.type) {
    case "paragraph":
      return (
        <p className={node.children[0]?.type === "html" ? "md-source" : undefined}>
          {renderNodes(node.children, context)}
        </p>
      );
    case "heading":
      return <Heading depth={node.depth}>{renderNodes(node.children, context)}</Heading>;
    case "thematicBreak":
      return <hr />;
    case "blockquote":
      return <blockquote>{renderNodes(node.children, context)}</blockquote>;
    case "list":
      return node.ordered ? (
        <ol start={node.start ?? 1}>{renderNodes(node.children, context)}</ol>
      ) : (
        <ul>{renderNodes(node.children, context)}</ul>
      );
    case "listItem":
      return <Item checked={node.checked}>{itemContent(node.children, node.spread === true, context)}</Item>;
    case "table":
      return (
        <TableFrame
          text={() => tableText(node.children.map((row) => row.children.map((cell) => plainText(cell))))}
        >
          <table>
            <thead>{renderRow(node.children[0], node.align, "th", context)}</thead>
            <tbody>{renderRows(node.children.slice(1), node.align, context)}</tbody>
          </table>
        </TableFrame>
      );
    case "code":
      return <CodeBlock code={node.value} language={node.lang ?? undefined} />;
    case "footnoteDefinition":
      return (
        <FootnoteText label={node.label ?? node.identifier}>
          {renderNodes(node.children, context)}
        </FootnoteText>
      );
    default:
      return renderPhrase(node, context);
  }
}

function renderPhrase(node: Nodes, context: NodeContext): ReactNode {
  switch (node.type) {
    case "text":
      return visibleText(node.value);
    case "html":
      return HARD_BREAK.test(node.value) ? <br /> : visibleText(node.value);
    case "break":
      return <br />;
    case "emphasis":
      return <em>{renderNodes(node.children, context)}</em>;
    case "strong":
      return <strong>{renderNodes(node.children, context)}</strong>;
    case "delete":
      return <del>{renderNodes(node.children, context)}</del>;
    case "inlineCode":
      return <code>{visibleText(node.value)}</code>;
    case "inlineMath":
      return <Formula value={node.value} source={node.source} display={node.display} />;
    case "footnoteReference":
      return <FootnoteMark label={node.label ?? node.identifier} />;
    case "link":
      return renderLink(node.url, node.children, context);
    case "linkReference": {
      const definition = context.definitions.get(node.identifier);
      return renderLink(definition?.url ?? "", node.children, context);
    }
    case "image":
      return <Image address={node.url} description={node.alt ?? ""} inLink={context.inLink} />;
    case "imageReference": {
      const definition = context.definitions.get(node.identifier);
      return <Image address={definition?.url ?? ""} description={node.alt ?? ""} inLink={context.inLink} />;
    }
    default:
      return null;
  }
}

function renderLink(address: string, children: RootContent[], context: NodeContext): ReactNode {
  if (context.inLink) return renderNodes(children, context);
  return (
    <Anchor address={address} text={children.map((child) => plainText(child)).join("")}>
      {renderNodes(children, { ...context, inLink: true })}
    </Anchor>
  );
}

/** The content of an item: paragraphs are only set apart if an empty line stands between the item's parts. */
export function itemContent(
  children: readonly RootContent[],
  spread: boolean,
  context: NodeContext,
): ReactNode {
  return children.map((child, index) => {
    const tight = child.type === "paragraph" && !spread;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: nodes have no identity but their place
      <Fragment key={index}>
        {tight
          ? renderNodes(child.children, { ...context, depth: context.depth + 1 })
          : renderNode(child, context)}
      </Fragment>
    );
  });
}

type Alignment = "left" | "right" | "center" | null;
type Row = Extract<Nodes, { type: "tableRow" }>;

export function renderRows(
  rows: readonly Row[],
  align: readonly Alignment[] | null | undefined,
  context: NodeContext,
): ReactNode {
  return rows.map((row, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: nodes have no identity but their place
    <Fragment key={index}>{renderRow(row, align, "td", context)}</Fragment>
  ));
}

export function renderRow(
  row: Row | undefined,
  align: readonly Alignment[] | null | undefined,
  Cell: "th" | "td",
  context: NodeContext,
): ReactNode {
  if (row === undefined) return null;
  return (
    <tr>
      {row.children.map((cell, index) => (
        <Cell
          // biome-ignore lint/suspicious/noArrayIndexKey: nodes have no identity but their place
          key={index}
          scope={Cell === "th" ? "col" : undefined}
          data-align={align?.[index] ?? undefined}
        >
          {renderNodes(cell.children, context)}
        </Cell>
      ))}
    </tr>
  );
}

/** Headings begin two levels down: the page and the message have the first two. */
function Heading({ depth, children }: { depth: number; children: ReactNode }) {
  const Level = (["h3", "h4", "h5", "h6"] as const)[depth - 1] ?? "h6";
  return <Level data-level={depth}>{children}</Level>;
}

export function Item({ checked, children }: { checked?: boolean | null | undefined; children: ReactNode }) {
  const { markdown } = useStrings();
  if (checked === null || checked === undefined) return <li>{children}</li>;
  return (
    <li className="md-task">
      <span
        role="img"
        aria-label={checked ? markdown.done : markdown.notDone}
        data-checked={checked}
        className="md-box"
      />
      {children}
    </li>
  );
}

function FootnoteMark({ label }: { label: string }) {
  const { markdown } = useStrings();
  return (
    <sup>
      <button
        type="button"
        className="md-footnote-mark"
        aria-label={markdown.footnote(label)}
        onClick={(event) => {
          const root = event.currentTarget.closest(".markdown");
          const notes = root?.querySelectorAll<HTMLElement>("[data-footnote]") ?? [];
          const note = [...notes].find((candidate) => candidate.dataset.footnote === label.toLowerCase());
          note?.focus();
        }}
      >
        {label}
      </button>
    </sup>
  );
}

function FootnoteText({ label, children }: { label: string; children: ReactNode }) {
  const { markdown } = useStrings();
  return (
    <div
      role="note"
      aria-label={markdown.footnote(label)}
      className="md-footnote"
      data-footnote={label.toLowerCase()}
      tabIndex={-1}
    >
      <span aria-hidden="true" className="md-footnote-label">
        {label}
      </span>
      <div>{children}</div>
    </div>
  );
}

function sourceOf(node: Nodes, context: NodeContext): string {
  const { start, end } = node.position ?? {};
  return context.source.slice(start?.offset ?? 0, end?.offset ?? 0);
}
