import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, isLongPaste, kindOf, namedFile, refusalOf } from "./files";

const bytes = (...values: number[]) => new Uint8Array(values);
const text = (value: string) => new TextEncoder().encode(value);

describe("the kind of a file", () => {
  it.each([
    ["PNG", bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0), "image"],
    ["JPEG", bytes(0xff, 0xd8, 0xff, 0xe0, 0), "image"],
    ["GIF", text("GIF89a"), "image"],
    ["WebP", text("RIFF____WEBP"), "image"],
    ["PDF", text("%PDF-1.7"), "pdf"],
    ["SVG", text("<svg/>"), "text"],
    ["ZIP", bytes(0x50, 0x4b, 3, 4, 0, 0), null],
  ])("%s", (_, head, kind) => {
    expect(kindOf(head)).toBe(kind);
  });
});

describe("what is refused before it is sent", () => {
  it("an empty file", async () => {
    expect(await refusalOf(new File([], "a.txt"), DEFAULT_LIMITS)).toEqual({ reason: "empty" });
  });

  it("what is neither image nor PDF nor text", async () => {
    expect(await refusalOf(new File([bytes(1, 0, 2)], "a.bin"), DEFAULT_LIMITS)).toEqual({ reason: "kind" });
  });

  it("what is larger than the settings allow", async () => {
    const limits = { ...DEFAULT_LIMITS, file_bytes: 3 };
    expect(await refusalOf(new File(["abcd"], "a.txt"), limits)).toEqual({ reason: "size", largest: 3 });
  });

  it("text larger than text may be", async () => {
    const large = new File([new Uint8Array(4 * 1024 * 1024 + 1).fill(65)], "a.txt");
    expect(await refusalOf(large, DEFAULT_LIMITS)).toEqual({ reason: "size", largest: 4 * 1024 * 1024 });
  });

  it("nothing else", async () => {
    expect(await refusalOf(new File(["abc"], "a.txt"), DEFAULT_LIMITS)).toBeNull();
  });
});

it("names a pasted picture by its time", () => {
  const pasted = new File(["x"], "image.png", { type: "image/png" });
  expect(namedFile(pasted, new Date("2026-03-04T05:06:07Z")).name).toBe("pasted-2026-03-04-05-06-07.png");
});

it("keeps a name that says something", () => {
  expect(namedFile(new File(["x"], "plan.png", { type: "image/png" })).name).toBe("plan.png");
});

it.each([
  ["many characters", "x".repeat(10_000), true],
  ["many lines", "x\n".repeat(200), true],
  ["a paragraph", "x".repeat(900), false],
])("tells by %s whether a paste is long", (_, pasted, long) => {
  expect(isLongPaste(pasted)).toBe(long);
});
