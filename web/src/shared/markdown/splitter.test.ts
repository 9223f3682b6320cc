import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Block, LINE_LIMIT, type Section, Splitter } from "./splitter";

const LINES = [
  "",
  "",
  "text",
  "more *text*",
  "# Heading",
  "Title",
  "===",
  "---",
  "- item",
  "  - nested",
  "  more of the item",
  "- [ ] task",
  "* other",
  "1. one",
  "2. two",
  "7) seven",
  "> quote",
  "lazy",
  "```ts",
  "```",
  "  ```",
  "~~~~",
  "~~~",
  "    indented",
  "$$",
  "$$x$$",
  "\\[",
  "\\]",
  "x^2 $$",
  "| a | b |",
  "|---|---|",
  "| 1 | 2 |",
  "[label]: https://example.org",
  "[^1]: a note",
  "    of two parts",
  "<div>",
  "</div>",
  "<!-- comment",
  "-->",
  "\tcode",
  "-",
  "1.",
  "***",
  "> - deep",
  "> ```",
  "x\r",
  "[label] and [^1]",
];
const text = fc.array(fc.constantFrom(...LINES), { maxLength: 30 }).map((lines) => lines.join("\n"));
const arrival = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 60 });

function blocksOf(sections: readonly Section[]): readonly Block[] {
  return sections.flatMap((section) => section.blocks);
}

function split(whole: string): readonly Block[] {
  return blocksOf(new Splitter().read(whole));
}

function kinds(whole: string): string[] {
  return split(whole).map((block) => block.kind);
}

describe("Splitter", () => {
  it("gives the same blocks however the text arrives", () => {
    fc.assert(
      fc.property(text, arrival, (whole, sizes) => {
        const splitter = new Splitter();
        let sections: readonly Section[] = [];
        for (let end = 0, step = 0; end < whole.length; step += 1) {
          end = Math.min(whole.length, end + (sizes[step % sizes.length] ?? 1));
          sections = splitter.read(whole.slice(0, end));
        }
        expect(sections).toEqual(new Splitter().read(whole));
      }),
      { numRuns: 300 },
    );
  });

  it("cuts the text into ranges that join to the whole", () => {
    fc.assert(
      fc.property(text, (whole) => {
        const blocks = split(whole);
        if (blocks.length === 0) return whole.trim() === "";
        return blocks.map((block) => whole.slice(block.from, block.to)).join("") === whole;
      }),
      { numRuns: 300 },
    );
  });

  it("keeps the blocks that ended", () => {
    const splitter = new Splitter();
    const before = blocksOf(splitter.read("First.\n\nSecond.\n\nThi"));
    const after = blocksOf(splitter.read("First.\n\nSecond.\n\nThird."));
    expect(after.slice(0, 2).every((block, index) => block === before[index])).toBe(true);
    expect(after[2]).not.toBe(before[2]);
  });

  it("keeps full sections and groups while the text goes on", () => {
    const splitter = new Splitter();
    const list = Array.from({ length: 100 }, (_, index) => `- item ${index}`).join("\n");
    const before = blocksOf(splitter.read(`${list}\n`))[0];
    const after = blocksOf(splitter.read(`${list}\n- one more`))[0];
    expect(after?.groups[0]).toBe(before?.groups[0]);
    expect(after?.groups.flat()).toHaveLength(101);
  });

  it("starts again when the text is another one", () => {
    const splitter = new Splitter();
    splitter.read("# One\n\ntext");
    expect(splitter.read("Two")).toEqual(new Splitter().read("Two"));
  });

  it.each([
    [
      "a paragraph and a fence without an empty line",
      "text\n```\ncode\n\n# code\n```\nmore",
      ["text", "code", "text"],
    ],
    ["a fence that never ends", "```\na\n\nb\n\n# c", ["code"]],
    ["a longer fence around a shorter one", "````\n```\n````\nafter", ["code", "text"]],
    [
      "a list with paragraphs and code in its items",
      "- a\n\n  b\n\n  ```\n  c\n\n  d\n  ```\n- e\n\nafter",
      ["list", "text"],
    ],
    ["two lists with other markers", "- a\n* b", ["list", "list"]],
    ["a number that only continues a paragraph", "It was\n1986. A year.", ["text"]],
    ["a heading with its underline", "Title\n---\ntext", ["text", "text"]],
    ["a table and what follows", "| a | b |\n|---|---|\n| 1 | 2 |\n\ntext", ["table", "text"]],
    ["a line that only looks like a table", "a | b | c\n---|---", ["text"]],
    ["formulas", "$$\nx\n\ny\n$$\n\\[ z \\]\ntext", ["formula", "formula", "text"]],
    ["a formula that never ends before an empty line", "$$ x\n\ntext", ["text", "text"]],
    ["quotes", "> a\nlazy\n\n> b", ["quote", "quote"]],
    ["a footnote of two paragraphs", "[^1]: a\n\n    b\n\nc", ["footnote", "text"]],
    ["HTML, which is text", "<div>\n\n**a**\n\n</div>", ["text", "text", "text"]],
  ])("tells %s apart", (_, whole, expected) => {
    expect(kinds(whole)).toEqual(expected);
  });

  it("cuts a line that is too long into plain pieces, and goes on after it", () => {
    const blocks = split(`start\n${"x".repeat(LINE_LIMIT * 3)}\n\n# end`);
    expect(blocks.map((block) => block.kind)).toEqual(["text", "plain", "text"]);
    expect(blocks[1]?.groups.flat().map((part) => part.text.length)).toEqual([
      LINE_LIMIT,
      LINE_LIMIT,
      LINE_LIMIT,
      1,
    ]);
  });

  it("gives the same pieces of a long line however it arrives", () => {
    const whole = `a\n${"word ".repeat(LINE_LIMIT)}\nend\n\n\`\`\`\n${"y".repeat(LINE_LIMIT + 5)}\n\`\`\`\n`;
    const splitter = new Splitter();
    for (let end = 1; end < whole.length; end += 1_777) splitter.read(whole.slice(0, end));
    expect(splitter.read(whole)).toEqual(new Splitter().read(whole));
  });

  it("leaves nesting without measure plain", () => {
    expect(kinds(`${">".repeat(200)} deep\n\ntext`)).toEqual(["plain", "text"]);
    expect(kinds(`${"- ".repeat(200)}deep`)).toEqual(["plain"]);
  });
});
