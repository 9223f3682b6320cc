import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repaired } from "./repair";

describe("repaired", () => {
  it.each([
    ["**bold", "**bold**"],
    ["**bold and *both", "**bold and *both***"],
    ["**bold and `code", "**bold and `code`**"],
    ["a *b* c", "a *b* c"],
    ["2 * 3", "2 * 3"],
    ["snake_case", "snake_case"],
    ["~~gone", "~~gone~~"],
    ["``a ` b", "``a ` b``"],
    ["see [the page](https://exa", "see the page"],
    ['see [the page](https://example.org "ti', "see the page"],
    ["see [the pa", "see the pa"],
    ["see ![a cat](https://exa", "see"],
    ["done [link](https://example.org)", "done [link](https://example.org)"],
    ["text <b onclick", "text"],
    ["1 < 2", "1 < 2"],
    ["escaped \\*star", "escaped \\*star"],
    ["text\n-", "text"],
    ["text\n1.", "text"],
    ["| a | b |\n|--", "| a | b |"],
    ["- item\n  ```py\n  code_", "- item\n  ```py\n  code_"],
    ["**first\n\nsecond", "**first\n\nsecond"],
  ])("makes of %j %j", (text, expected) => {
    expect(repaired(text)).toBe(expected);
  });

  it("adds and leaves out nothing but signs of Markdown and what is cut off", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", " ", "\n", "b") }),
        (text) => repaired(text).trimEnd() === text.trimEnd(),
      ),
    );
  });
});
