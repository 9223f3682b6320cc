import { readFileSync } from "node:fs";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { TooltipProvider } from "@/shared/ui/tooltip";
import { CodeBlock, type CodeBlockProps } from "./code-block";
import { CodeLines } from "./code-lines";
import { STYLES } from "./code-theme";

function draw(props: CodeBlockProps) {
  return render(
    <TooltipProvider>
      <CodeBlock {...props} />
    </TooltipProvider>,
  );
}

function lines(container: HTMLElement): HTMLElement[] {
  return [...container.querySelectorAll<HTMLElement>(".md-line")];
}

const HUNDRED = Array.from({ length: 100 }, (_, index) => `line ${index + 1}`).join("\n");

describe("CodeBlock", () => {
  it("is named after its file, else after its language", () => {
    draw({ code: "a", language: "py" });
    draw({ code: "a", fileName: "src/main.rs" });
    draw({ code: "a", language: "brainstorm" });
    expect(screen.getByRole("region", { name: "Code: Python" })).toBeDefined();
    expect(screen.getByRole("region", { name: "Code: src/main.rs" })).toBeDefined();
    expect(screen.getByRole("region", { name: "Code: brainstorm" })).toBeDefined();
  });

  it("numbers lines from the first one given and marks some of them", () => {
    const { container } = draw({
      code: "a\nb\nc",
      firstLine: 9,
      lineNumbers: true,
      highlightLines: [10, 11],
    });
    expect(lines(container).map((line) => line.dataset.line)).toEqual(["9", "10", "11"]);
    expect(lines(container).map((line) => line.dataset.marked)).toEqual([undefined, "true", "true"]);
  });

  it("copies the whole code, also what is folded", async () => {
    const user = userEvent.setup();
    draw({ code: HUNDRED, maxLines: 5 });
    await user.click(screen.getByRole("button", { name: "Copy code" }));
    expect(await navigator.clipboard.readText()).toBe(HUNDRED);
  });

  it("wraps lines when asked to", async () => {
    draw({ code: "a" });
    const button = screen.getByRole("button", { name: "Wrap lines" });
    expect(button.getAttribute("aria-pressed")).toBe("false");
    await userEvent.click(button);
    expect(button.getAttribute("aria-pressed")).toBe("true");
  });

  it("folds to a number of lines and unfolds", async () => {
    const { container } = draw({ code: HUNDRED, maxLines: 5 });
    expect(lines(container)).toHaveLength(5);
    await userEvent.click(screen.getByRole("button", { name: "Show 95 more lines" }));
    expect(lines(container)).toHaveLength(100);
    await userEvent.click(screen.getByRole("button", { name: "Show fewer lines" }));
    expect(lines(container)).toHaveLength(5);
  });

  it("draws only the beginning of very long lines", () => {
    const { container } = draw({ code: "x".repeat(1_000_000) });
    expect(container.textContent?.length).toBeLessThan(6_000);
    expect(screen.getByText(/995,000 more characters/)).toBeDefined();
  });

  it("keeps the lines that were there while code grows", () => {
    const { container, rerender } = draw({ code: "first\nsec" });
    const first = lines(container)[0];
    rerender(
      <TooltipProvider>
        <CodeBlock code={"first\nsecond\nthird"} />
      </TooltipProvider>,
    );
    expect(lines(container)[0]).toBe(first);
    expect(lines(container).map((line) => line.textContent)).toEqual(["first\n", "second\n", "third\n"]);
  });
});

describe("CodeLines", () => {
  it("gives the same chunks however the code arrives, and keeps the full ones", () => {
    const code = new CodeLines();
    let full: unknown;
    for (let end = 0; end <= HUNDRED.length; end += 7) {
      const [chunk] = code.read(HUNDRED.slice(0, end));
      if (chunk?.lines.length === 40 && code.count > 40) {
        full ??= chunk;
        expect(chunk).toBe(full);
      }
    }
    expect(code.read(HUNDRED)).toEqual(new CodeLines().read(HUNDRED));
    expect(code.from(98)).toEqual(["line 99", "line 100"]);
  });

  it("starts another generation for other code", () => {
    const code = new CodeLines();
    code.read("a\nb");
    const { generation } = code;
    expect(code.read("c").flatMap((chunk) => chunk.lines)).toEqual(["c"]);
    expect(code.generation).not.toBe(generation);
  });
});

describe("the colours of code", () => {
  const css = readFileSync("src/shared/markdown/markdown.css", "utf8");
  const theme = readFileSync("src/app/theme.css", "utf8");
  const pair = (source: string, name: string) =>
    new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(source)?.slice(1) ?? [];

  it.each(STYLES.flatMap((style) => [["light", style, 0] as const, ["dark", style, 1] as const]))(
    "stand out in %s: %s",
    (_, style, index) => {
      const ground = pair(theme, "color-sunken")[index] ?? "";
      const marked = pair(theme, "color-accent-soft")[index] ?? "";
      const colour = pair(css, `code-${style}`)[index] ?? "";
      expect(contrast(colour, ground)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colour, marked)).toBeGreaterThanOrEqual(4.5);
    },
  );
});

function contrast(left: string, right: string): number {
  const [dark = 0, light = 0] = [luminance(left), luminance(right)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
