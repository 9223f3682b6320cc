import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { useWorkspace } from "@/shared/lib/workspace";
import { TooltipProvider } from "@/shared/ui/tooltip";
import { Markdown } from "./markdown";

const ELEMENTS = new Set(
  (
    "div p h3 h4 h5 h6 hr blockquote ul ol li table thead tbody tr th td pre code em strong del br a sup span section header " +
    "button svg path rect circle"
  ).split(" "),
);
const OWN_ELEMENTS = new Set(["button", "svg", "path", "rect", "circle", "section", "header"]);
const PROTOCOLS = new Set(["http:", "https:", "mailto:"]);

function draw(text: string, streaming = false, conversationId?: string) {
  return render(
    <TooltipProvider>
      <Markdown text={text} streaming={streaming} conversationId={conversationId} />
    </TooltipProvider>,
  );
}

function htmlOf(text: string): string {
  const { container, unmount } = draw(text);
  const html = container.innerHTML.replace(/ (?:id|aria-describedby)="[^"]*"/g, "");
  unmount();
  return html;
}

/** Everything that a text has no business to bring about. */
function offences(container: HTMLElement): string[] {
  const found: string[] = [];
  for (const element of container.querySelectorAll("*")) {
    const name = element.tagName.toLowerCase();
    if (!ELEMENTS.has(name)) found.push(`<${name}>`);
    for (const { name: attribute, value } of element.attributes) {
      if (attribute.startsWith("on")) found.push(`${name} ${attribute}`);
      if (attribute === "src" || attribute === "srcset" || attribute === "action")
        found.push(`${name} ${attribute}=${value}`);
      if (attribute === "style" && !value.startsWith("contain-intrinsic"))
        found.push(`${name} style=${value}`);
      if (attribute === "id" && !OWN_ELEMENTS.has(name)) found.push(`${name} id=${value}`);
      if (attribute === "class" && value.includes("evil")) found.push(`${name} class=${value}`);
      if (attribute === "href" && !PROTOCOLS.has(new URL(value).protocol))
        found.push(`${name} href=${value}`);
    }
    if (name === "a" && element.getAttribute("rel") !== "noopener noreferrer nofollow")
      found.push("a without rel");
    if (name === "a" && element.getAttribute("target") !== "_blank") found.push("a without target");
  }
  return found;
}

describe("what Markdown becomes", () => {
  it("draws text, emphasis, code and breaks", () => {
    draw("One *two* **three** ~~four~~ `five`<br>six");
    expect(screen.getByText("two").tagName).toBe("EM");
    expect(screen.getByText("three").tagName).toBe("STRONG");
    expect(screen.getByText("four").tagName).toBe("DEL");
    expect(screen.getByText("five").tagName).toBe("CODE");
    expect(screen.getByText(/six/).querySelector("br")).not.toBeNull();
  });

  it("loses no word of any text", () => {
    const line = fc.constantFrom(
      ..."- @|  - @|1. @|> @|# @|@|    @|  @|| @ | @ |||---|---||```|~~~ js|$$|@ $$|\\[|[@]: https://x.example|[^@]: @|***|- - @|<p>@|>     @|- ```|10) @|\t@".split(
        "|",
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 14 }), (lines) => {
        let count = 0;
        const word = () => `w${String(count++).padStart(3, "0")}`;
        const whole = lines
          .map((each) => (each.startsWith("[@]") ? "" : each.replace(/@/g, word)))
          .join("\n");
        const { container, unmount } = draw(whole);
        const shown = container.textContent ?? "";
        const missing = (whole.match(/w\d{3}/g) ?? []).filter((each) => !shown.includes(each));
        unmount();
        expect(missing).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("puts headings below those of the page", () => {
    draw("# One\n\n###### Six");
    expect(screen.getByRole("heading", { name: "One", level: 3 })).toBeDefined();
    expect(screen.getByRole("heading", { name: "Six", level: 6 })).toBeDefined();
  });

  it("draws a long list as one, from its first number", () => {
    draw(Array.from({ length: 80 }, (_, index) => `${index + 5}. item ${index}`).join("\n"));
    const list = screen.getByRole("list");
    expect(list.getAttribute("start")).toBe("5");
    expect(within(list).getAllByRole("listitem")).toHaveLength(80);
  });

  it("says which tasks are done", () => {
    draw("- [x] one\n- [ ] two");
    expect(screen.getByRole("img", { name: "Done" })).toBeDefined();
    expect(screen.getByRole("img", { name: "Not done" })).toBeDefined();
  });

  it("draws a table of many rows as one, with alignment and code in cells", () => {
    draw(
      `| a | b |\n|---|--:|\n${Array.from({ length: 100 }, (_, index) => `| \`x\\|y\` | ${index} |`).join("\n")}`,
    );
    const table = screen.getByRole("table");
    expect(within(table).getAllByRole("row")).toHaveLength(101);
    const cell = within(table).getByRole("cell", { name: "99" });
    expect(cell.dataset.align).toBe("right");
    expect(within(table).getAllByText("x|y")).toHaveLength(100);
  });

  it("lets tables and code scroll by key", () => {
    draw("| a |\n|---|\n| b |\n\n```ts\ncode\n```");
    expect(screen.getByRole("region", { name: "Table" }).tabIndex).toBe(0);
    expect(within(screen.getByRole("region", { name: "Code: TypeScript" })).getByText("code")).toBeDefined();
  });

  it("follows references to definitions in other blocks, before and after", () => {
    draw(
      "[early]: https://example.org/early\n\n[one][early] and [late]\n\ntext\n\n[late]: https://example.org/late",
    );
    expect(screen.getByRole("link", { name: "one" }).getAttribute("href")).toBe("https://example.org/early");
    expect(screen.getByRole("link", { name: "late" }).getAttribute("href")).toBe("https://example.org/late");
  });

  it("leads from a footnote's mark to its text", async () => {
    draw("Text[^a].\n\n[^a]: The *note*.");
    await userEvent.click(screen.getByRole("button", { name: "Footnote a" }));
    expect(document.activeElement).toBe(screen.getByRole("note", { name: "Footnote a" }));
  });

  it("opens paths of the project in the panel", async () => {
    draw("See [the code](src/main.py#L10-L12).", false, "conversation");
    await userEvent.click(screen.getByRole("button", { name: "the code" }));
    const { file } = useWorkspace.getState();
    expect(file).toEqual({ conversationId: "conversation", path: "src/main.py", line: 10, lastLine: 12 });
  });
});

describe("text that is still arriving", () => {
  it("shows unfinished emphasis and code as if they were finished", () => {
    const { unmount } = draw("This is **bold", true);
    expect(screen.getByText("bold").tagName).toBe("STRONG");
    unmount();
    draw("This is `code", true);
    expect(screen.getByText("code").tagName).toBe("CODE");
  });

  it("shows the words of an unfinished link without an address", () => {
    draw("See [the page](https://exa", true);
    expect(screen.queryByRole("link")).toBeNull();
    expect(screen.getByText(/the page/)).toBeDefined();
  });

  it("does not take a paragraph for a heading while a list begins", () => {
    draw("A paragraph\n-", true);
    expect(screen.queryByRole("heading")).toBeNull();
  });

  it("ends as the whole text at once", () => {
    const pieces = [
      "# a\n",
      "- b\n",
      "  - c\n",
      "\n",
      "**d** `e` ",
      "[f](https://g.example) ",
      "> h\n",
      "```js\ni\n```\n",
      "| j |\n|---|\n| k |\n",
      "1. l\n",
      "[^1]",
      "\n\n[^1]: m\n\n",
      "text ",
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...pieces), { maxLength: 12 }),
        fc.integer({ min: 1, max: 11 }),
        (parts, size) => {
          const text = parts.join("");
          const { container, rerender, unmount } = draw("", true);
          const show = (shown: string, streaming: boolean) =>
            rerender(
              <TooltipProvider>
                <Markdown text={shown} streaming={streaming} />
              </TooltipProvider>,
            );
          for (let end = size; end < text.length; end += size) show(text.slice(0, end), true);
          show(text, false);
          const streamed = container.innerHTML.replace(/ (?:id|aria-describedby)="[^"]*"/g, "");
          unmount();
          expect(streamed).toBe(htmlOf(text));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("keeps the elements of what ended", () => {
    const { rerender } = draw("First.\n\nSec", true);
    const first = screen.getByText("First.");
    rerender(
      <TooltipProvider>
        <Markdown text={"First.\n\nSecond.\n\nThird."} streaming />
      </TooltipProvider>,
    );
    expect(screen.getByText("First.")).toBe(first);
  });
});

describe("hostile text", () => {
  it.each([
    ["a script", "<script>alert(1)</script>"],
    ["a script across lines", "<script>\n\nalert(1)\n\n</script>"],
    ["an event handler", '<img src=x onerror="alert(1)">'],
    ["an event handler in text", 'a <b onmouseover="alert(1)">b</b>'],
    ["a tracking image in HTML", '<img src="https://evil.example/track.png">'],
    ["a tracking image", "![x](https://evil.example/track.png)"],
    ["a tracking image by reference", "![x][y]\n\n[y]: https://evil.example/track.png"],
    ["an image of a dangerous type", "![x](data:image/svg+xml;base64,PHN2Zz4=)"],
    ["a frame", '<iframe src="https://evil.example"></iframe>'],
    ["a frame's document", '<iframe srcdoc="<script>alert(1)</script>"></iframe>'],
    ["an object", '<object data="https://evil.example"></object><embed src="x">'],
    ["a drawing with a script", "<svg onload=alert(1)><script>alert(1)</script></svg>"],
    ["a drawing with a link", '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>'],
    ["mathematical markup", '<math><mi xlink:href="javascript:alert(1)">x</mi></math>'],
    ["a form", '<form action="https://evil.example"><input name=a><button>Log in</button></form>'],
    ["a refresh", '<meta http-equiv="refresh" content="0;url=https://evil.example">'],
    ["another base", '<base href="https://evil.example">'],
    ["a style sheet", "<style>body{background:url(https://evil.example)}</style>"],
    ["a style sheet from elsewhere", '<link rel=stylesheet href="https://evil.example/a.css">'],
    [
      "a style",
      '<p style="position:fixed;inset:0;background:url(https://evil.example)" class="evil" id="root">x</p>',
    ],
    ["a template", "<template><script>alert(1)</script></template>"],
    ["a broken comment", "<!--><img src=x onerror=alert(1)>-->"],
    ["a processing instruction", "<?xml-stylesheet href='javascript:alert(1)'?>"],
    ["character data", "<![CDATA[<script>alert(1)</script>]]>"],
    ["a tag within a tag", "<scr<script>ipt>alert(1)</scr</script>ipt>"],
    ["HTML in a table", "| a |\n|---|\n| <img src=x onerror=alert(1)> |"],
    ["HTML in a heading", "# <svg onload=alert(1)>"],
    ["a fence with a hostile name", '```"><img/src=x/onerror=alert(1)>\ncode\n```'],
    ["a fence with attributes", "```js {.evil #root onclick=alert(1)}\ncode\n```"],
    ["a label with HTML", '[^"><img src=x onerror=alert(1)>]\n\n[^"><img]: x'],
    ["a link in a link", "[a [b](https://evil.example) c](https://good.example)"],
    ["an image in a link", "[![a](https://evil.example/a.png)](https://good.example)"],
  ])("does nothing with %s", (_, text) => {
    const { container } = draw(text);
    expect(offences(container)).toEqual([]);
  });

  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A;avascript&#x3A;alert(1)",
    "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "&#1;javascript:alert(1)",
    "%6Aavascript:alert(1)",
    "javascript%3Aalert(1)",
    "\\javascript:alert(1)",
    "java\u200bscript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "file:///etc/passwd",
    "blob:https://evil.example/x",
    "view-source:https://evil.example",
    "//evil.example",
    "https:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "#root",
    "?logout",
    "/api/conversations",
    "../../etc/passwd",
    "http://",
  ])("makes no link of %s", (address) => {
    for (const text of [
      `[words](${address})`,
      `[words](<${address}>)`,
      `[words][x]\n\n[x]: <${address}>`,
      `<${address}>`,
    ]) {
      const { container, unmount } = draw(text, false, "conversation");
      expect(offences(container)).toEqual([]);
      for (const link of container.querySelectorAll("a")) expect(new URL(link.href).protocol).toBe("https:");
      expect(container.querySelector(".md-file")).toBeNull();
      unmount();
    }
  });

  it("keeps the words of a link that it does not make", () => {
    draw("[words](javascript:alert(1))");
    expect(screen.getByText("words")).toBeDefined();
    expect(screen.queryByRole("link")).toBeNull();
  });

  it("shows HTML as the text that it is", () => {
    const { container } = draw('<script>alert(1)</script>\n\nand <b class="x">this</b>');
    expect(container.textContent).toContain("<script>alert(1)</script>");
    expect(container.textContent).toContain('<b class="x">this</b>');
  });

  it("names the host of an image and loads nothing", () => {
    draw("![a cat](https://evil.example/cat.png?user=1)");
    expect(screen.getByText("Image: a cat")).toBeDefined();
    expect(screen.getByText("Not loaded from evil.example")).toBeDefined();
    expect(screen.queryByRole("img")).toBeNull();
    expect(screen.getByRole("link", { name: "Open in a new tab" })).toBeDefined();
  });

  it("shows an image that is part of the text when asked for", async () => {
    const address = "data:image/png;base64,iVBORw0KGgo=";
    draw(`![dot](${address})`);
    expect(screen.queryByRole("img")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Show image" }));
    expect(screen.getByRole("img", { name: "dot" }).getAttribute("src")).toBe(address);
  });

  it.each([
    ["[https://bank.example](https://evil.example)", "evil.example"],
    ["[bank.example/login](https://evil.example)", "evil.example"],
    ["[www.bank.example](https://bank.example.evil.example)", "bank.example.evil.example"],
    ["[click](https://bank.example@evil.example)", "evil.example"],
    ["[click](https://аpple.example)", "xn--pple-43d.example"],
    ["[a@bank.example](mailto:b@evil.example)", "b@evil.example"],
  ])("says where %s leads", (text, host) => {
    const { container } = draw(text);
    expect(container.textContent).toContain(`(leads to ${host})`);
  });

  it.each([
    "[the docs](https://docs.example/a)",
    "<https://docs.example>",
    "https://docs.example/a?b=c",
    "[www.docs.example](https://docs.example)",
  ])("adds nothing to the honest link %s", (text) => {
    const { container } = draw(text);
    expect(container.textContent).not.toContain("leads to");
    expect(screen.getByRole("link")).toBeDefined();
  });

  it("shows characters that change the order of text, in prose and in code", () => {
    const { container } = draw("a\u202eb `c\u2066d`\n\n```\ne\u202ef\n```");
    expect(container.textContent).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(screen.getAllByText("U+202E")).toHaveLength(2);
    expect(screen.getByText("U+2066")).toBeDefined();
  });

  it.each([
    ["200 nested quotes", `${">".repeat(200)} deep`],
    [
      "200 nested lists",
      Array.from({ length: 200 }, (_, index) => `${"  ".repeat(index)}- ${index}`).join("\n"),
    ],
    ["200 nested items in a line", `${"- ".repeat(200)}deep`],
    ["10,000 quotes in a line", `${">".repeat(10_000)}x`],
    ["16,000 open brackets", "[".repeat(16_000)],
    ["8,000 open images", "![".repeat(8_000)],
    ["16,000 stars", `${"*".repeat(16_000)}a`],
    ["stars and letters", "*a **a ".repeat(2_000)],
    ["underscores", "_a__".repeat(4_000)],
    ["runs of backticks", Array.from({ length: 170 }, (_, index) => "`".repeat(index)).join(" ")],
    ["dollars", "$a ".repeat(5_000)],
    ["open formulas", "\\(".repeat(8_000)],
    ["open tags", "<a ".repeat(5_000)],
    ["tildes", "~~a".repeat(5_000)],
    ["pipes", `${"|a".repeat(3_000)}\n${"|-".repeat(3_000)}\n${"|".repeat(3_000)}`],
    ["addresses", "www.a.b@c.d_".repeat(1_300)],
    ["colons and brackets", "[a]: ".repeat(3_000)],
    ["spaces in a link", `[a](${" ".repeat(15_000)}`],
  ])("takes %s without choking", (_, text) => {
    const start = performance.now();
    const { container } = draw(text);
    const streamed = draw(text.slice(0, -1), true);
    expect(container.textContent).not.toBe("");
    expect(offences(container)).toEqual([]);
    streamed.unmount();
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  it("shows the beginning of a line of 10 MB and offers the rest", () => {
    const { container } = draw("word ".repeat(2_000_000));
    expect(container.textContent?.length).toBeLessThan(100_000);
    expect(screen.getByRole("button", { name: /more characters/ })).toBeDefined();
  });
});

describe("formulas", () => {
  beforeAll(async () => {
    await import("./typeset");
  });

  it.each([
    ["Euler: $e^{i\\pi}+1=0$.", 1],
    ["$$\n\\int_0^1 x\\,dx\n$$", 1],
    ["Inline \\(a+b\\) and displayed \\[a=b\\] ones", 2],
    ["- in an item: $x_1$", 1],
  ])("typesets %s", async (text, count) => {
    const { container } = draw(text);
    await waitFor(() => expect(container.querySelectorAll(".katex")).toHaveLength(count));
    expect(container.querySelectorAll("script, style, img, a")).toHaveLength(0);
  });

  it.each(["It costs $5 and then $10.", "$HOME and $PATH", "\\[x\\] is a box", "a \\$5 note"])(
    "leaves %s alone",
    (text) => {
      const { container } = draw(text);
      expect(container.querySelector(".katex, .md-formula-source")).toBeNull();
    },
  );

  it.each(["$\\frac{a$", "$\\def\\a{\\a\\a}\\a$"])(
    "shows %s, which has an error, as its source",
    async (text) => {
      draw(text);
      expect(await screen.findByText(text, { selector: ".md-formula-source" })).toBeDefined();
    },
  );

  it.each([
    "\\href{javascript:alert(1)}{x}",
    "\\url{https://evil.example}",
    "\\includegraphics{https://evil.example/a.png}",
    "\\htmlClass{evil}{x}",
    "\\htmlStyle{position:fixed}{x}",
    "\\htmlId{root}{x}",
  ])("does nothing with %s", async (formula) => {
    const { container } = draw(`$${formula}$`);
    await waitFor(() => expect(container.querySelector(".katex")).not.toBeNull());
    expect(container.querySelector("a, img, [id], [class*=evil], [style*=fixed]")).toBeNull();
  });
});
