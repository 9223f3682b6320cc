import { describe, expect, it } from "vitest";
import { rangesIn } from "./highlights";

function element(...content: (string | Node)[]): HTMLElement {
  const made = document.createElement("div");
  made.append(...content);
  return made;
}

function bold(content: string): HTMLElement {
  const made = document.createElement("b");
  made.textContent = content;
  return made;
}

describe("places of a word in the page", () => {
  it("finds a word that goes over several elements", () => {
    const ranges = rangesIn(element("one ", bold("ne"), "edle two"), "needle");
    expect(ranges.map(String)).toEqual(["needle"]);
  });

  it("finds every place in order", () => {
    const ranges = rangesIn(element("aba ", bold("Aba"), " ab"), "ab");
    expect(ranges.map(String)).toEqual(["ab", "Ab", "ab"]);
  });

  it("begins and ends within the text that matches", () => {
    const inner = bold("word");
    const [range] = rangesIn(element("before ", inner, " after"), "word");
    expect(range?.startContainer).toBe(inner.firstChild);
    expect(range?.endContainer).toBe(inner.firstChild);
  });
});
