import { beforeAll, describe, expect, it } from "vitest";
import { STYLES } from "./code-theme";
import { LANGUAGES, languageOf, languageOfFile } from "./languages";
import { type LineTokens, Tokenizer } from "./tokenizer";

const SAMPLE = ["/* a", "b */ const text = one('two', 3);", "", "// end", "export default text;"];

async function tokenizerOf(id: string): Promise<Tokenizer> {
  const tokenizer = new Tokenizer();
  const grammars = await languageOf(id)?.load();
  tokenizer.addGrammars(grammars?.default ?? []);
  return tokenizer;
}

function lengthOf(tokens: LineTokens | undefined): number {
  return (tokens ?? []).reduce((sum, value, index) => (index % 2 === 0 ? sum + value : sum), 0);
}

function stylesOf(tokens: LineTokens | undefined): string[] {
  return (tokens ?? []).filter((_, index) => index % 2 === 1).map((style) => STYLES[style % 256] ?? "");
}

describe("Tokenizer", () => {
  let whole: LineTokens[];

  beforeAll(async () => {
    whole = (await tokenizerOf("typescript")).read(1, "typescript", 0, SAMPLE);
  });

  it("covers each line to its end", () => {
    expect(whole.map(lengthOf)).toEqual(SAMPLE.map((line) => line.length));
  });

  it("carries the state from line to line", () => {
    expect(stylesOf(whole[0])).toEqual(["comment"]);
    expect(stylesOf(whole[1])).toContain("keyword");
    expect(stylesOf(whole[1])[0]).toBe("comment");
  });

  it("gives the same line by line, also when a line is read again with more of it", async () => {
    const tokenizer = await tokenizerOf("typescript");
    const lines = SAMPLE.map((line, index) => {
      tokenizer.read(1, "typescript", index, [line.slice(0, line.length / 2)]);
      return tokenizer.read(1, "typescript", index, [line])[0];
    });
    expect(lines).toEqual(whole);
  });

  it("keeps documents apart and forgets them", async () => {
    const tokenizer = await tokenizerOf("typescript");
    tokenizer.read(1, "typescript", 0, ["/* open"]);
    expect(stylesOf(tokenizer.read(2, "typescript", 0, ["const a = 1"])[0])).toContain("keyword");
    tokenizer.forget(1);
    expect(stylesOf(tokenizer.read(1, "typescript", 0, ["const a = 1"])[0])).toContain("keyword");
  });

  it("leaves a line without measure plain", async () => {
    const tokenizer = await tokenizerOf("typescript");
    expect(tokenizer.read(1, "typescript", 0, [`const a = "${"x".repeat(50_000)}"`])[0]).toHaveLength(2);
  });
});

describe("languages", () => {
  it.each(LANGUAGES.map((language) => [language.id, language] as const))("reads %s", async (id, language) => {
    const { default: grammars } = await language.load();
    const tokenizer = new Tokenizer();
    tokenizer.addGrammars(grammars);
    expect(grammars.some((grammar) => grammar.name === id || grammar.aliases?.includes(id))).toBe(true);
    expect(lengthOf(tokenizer.read(1, id, 0, ["a = 1"])[0])).toBe(5);
  });

  it.each([
    ["ts", "typescript"],
    ["TSX", "tsx"],
    ["py", "python"],
    ["sh", "bash"],
    ["zsh", "bash"],
    ["yml", "yaml"],
    ["c++", "cpp"],
    ["cs", "csharp"],
    ["rs", "rust"],
    ["golang", "go"],
    ["console", "shellsession"],
    ["md", "markdown"],
    ["tf", "hcl"],
    ["patch", "diff"],
    ["svg", "xml"],
  ])("knows %s as %s", (alias, id) => {
    expect(languageOf(alias)?.id).toBe(id);
  });

  it("has no alias twice", () => {
    const names = LANGUAGES.flatMap((language) => [language.id, ...language.aliases]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it.each([
    ["src/main.py", "python"],
    ["web/Dockerfile", "dockerfile"],
    ["Makefile", "make"],
    ["a.test.tsx", "tsx"],
    [".env", "dotenv"],
  ])("knows the file %s as %s", (path, id) => {
    expect(languageOfFile(path)?.id).toBe(id);
  });

  it("knows no language for other names", () => {
    expect(languageOf("constructor")).toBeUndefined();
    expect(languageOfFile("LICENSE")).toBeUndefined();
  });
});
