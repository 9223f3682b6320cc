import { describe, expect, it } from "vitest";
import { complete, findTrigger, parseSlash } from "./completion";

/** "|" is the caret. */
function at(marked: string) {
  const caret = marked.indexOf("|");
  return findTrigger(marked.replace("|", ""), caret);
}

describe("what is being typed", () => {
  it.each([
    ["/|", "command", ""],
    ["/st|", "command", "st"],
    ["@|", "mention", ""],
    ["look at @src/ma|", "mention", "src/ma"],
    ["first line\n@re|", "mention", "re"],
    ["(@re|)", "mention", "re"],
  ])("sees in %s a %s", (marked, kind, query) => {
    expect(at(marked)).toMatchObject({ kind, query });
  });

  it.each(["me@example.org|", "see /usr|", "/rename a|", "|/stop", "plain|", "a @b c|"])(
    "sees nothing in %s",
    (marked) => {
      expect(at(marked)).toBeNull();
    },
  );

  it("takes the whole word in which the caret stands", () => {
    expect(at("see @src/ma|in.py now")).toMatchObject({ start: 4, end: 16, query: "src/ma" });
  });

  it("looks back no further than a file's name can reach", () => {
    const text = `@${"x".repeat(5000)}`;
    expect(findTrigger(text, text.length)).toBeNull();
  });
});

describe("putting a completion in", () => {
  const trigger = { kind: "mention", query: "ma", start: 4, end: 7 } as const;

  it("puts a space after it at the end of the text", () => {
    expect(complete("see @ma", trigger, "@src/main.py")).toEqual({ text: "see @src/main.py ", caret: 17 });
  });

  it("uses the space that is there", () => {
    expect(complete("see @ma now", trigger, "@src/main.py")).toEqual({
      text: "see @src/main.py now",
      caret: 17,
    });
  });

  it("stays behind a folder, where more is to be typed", () => {
    expect(complete("see @ma", trigger, "@src/", true)).toEqual({ text: "see @src/", caret: 9 });
  });
});

describe("a whole command", () => {
  it.each([
    ["/stop", "stop", ""],
    ["/rename  A new name ", "rename", "A new name"],
  ])("reads %s", (text, name, argument) => {
    expect(parseSlash(text)).toEqual({ name, argument });
  });

  it.each(["/usr/bin", "/", "a /stop", "/stop\nand go on"])("takes %s for a message", (text) => {
    expect(parseSlash(text)).toBeNull();
  });
});
