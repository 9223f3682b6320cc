/**
 * Marks what a search found, in the rows that are on the page: with the browser's highlights, which leave the document as
 * it is. Without them the row of the current match has an outline.
 */
import type { Match } from "./search-text";
import { foldCase } from "./search-text";

const ALL = "thread-match";
const CURRENT = "thread-match-current";

const supported = () => typeof Highlight === "function" && typeof CSS !== "undefined" && "highlights" in CSS;

/** The places of the query in an element's text, also where it goes over several elements. */
export function rangesIn(element: Element, wanted: string): readonly Range[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: { node: Text; start: number }[] = [];
  const pieces: string[] = [];
  let length = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof Text) {
      nodes.push({ node, start: length });
      pieces.push(node.data);
      length += node.data.length;
    }
  }
  const text = foldCase(pieces.join(""));
  const found: Range[] = [];
  let at = 0;
  /** The place of a character; the search goes on from the last one, because places only grow. */
  const place = (offset: number, end: boolean) => {
    while (at + 1 < nodes.length && (nodes[at + 1]?.start ?? 0) < offset + (end ? 0 : 1)) {
      at += 1;
    }
    return nodes[at];
  };
  for (let start = text.indexOf(wanted); start >= 0; start = text.indexOf(wanted, start + wanted.length)) {
    const first = place(start, false);
    const last = place(start + wanted.length, true);
    if (first && last) {
      const range = document.createRange();
      range.setStart(first.node, start - first.start);
      range.setEnd(last.node, start + wanted.length - last.start);
      found.push(range);
    }
  }
  return found;
}

/** Marks every match in the scroller; gives the place of the current one, where it is on the page. */
export function markMatches(
  scroller: HTMLElement,
  query: string,
  current: Match | undefined,
): Range | Element | null {
  const wanted = foldCase(query);
  if (wanted === "") {
    clearMarks();
    return null;
  }
  const ranges: Range[] = [];
  let found: Range | Element | null = null;
  for (const element of scroller.querySelectorAll<HTMLElement>("[data-part-id]")) {
    const own = rangesIn(element, wanted);
    ranges.push(...own);
    if (current && element.dataset.partId === current.partId) {
      // What is shown can be less than what was searched; the nearest match stands for it then.
      found = own[Math.min(current.nth, own.length - 1)] ?? element;
    }
  }
  if (supported()) {
    CSS.highlights.set(ALL, new Highlight(...ranges));
    const marked = new Highlight(...(found instanceof Range ? [found] : []));
    marked.priority = 1;
    CSS.highlights.set(CURRENT, marked);
  }
  return found;
}

export function clearMarks(): void {
  if (supported()) {
    CSS.highlights.delete(ALL);
    CSS.highlights.delete(CURRENT);
  }
}
