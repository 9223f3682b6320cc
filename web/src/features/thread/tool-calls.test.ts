import { describe, expect, it } from "vitest";
import { call, text } from "./test-thread";
import { blocksOf } from "./tool-calls";

const names = (blocks: ReturnType<typeof blocksOf>) =>
  blocks.map((block) => (block.kind === "calls" ? block.parts.map((part) => part.id) : block.part.id));

describe("which calls are shown as one line", () => {
  it("puts neighbouring finished calls that only read together", () => {
    const parts = [call("a", "read_file"), call("b", "grep_files"), text("t", "So."), call("c", "list_dir")];
    expect(names(blocksOf(parts, 0))).toEqual([["a", "b"], "t", "c"]);
  });

  it("leaves a call by itself that is not finished", () => {
    const parts = [
      call("a", "read_file"),
      call("b", "read_file", { status: "running" }),
      call("c", "read_file"),
    ];
    expect(names(blocksOf(parts, 0))).toEqual(["a", "b", "c"]);
  });

  it("never hides a call that failed or that acts", () => {
    const parts = [
      call("a", "read_file"),
      call("b", "read_file", { status: "failed" }),
      call("c", "run_command"),
      call("d", "read_file"),
    ];
    expect(names(blocksOf(parts, 0))).toEqual(["a", "b", "c", "d"]);
  });

  it("sees through reasoning that a provider does not show", () => {
    const hidden = { type: "thinking", id: "h", text: "" } as const;
    expect(names(blocksOf([call("a", "read_file"), hidden, call("b", "read_file")], 0))).toEqual([
      ["a", "b"],
    ]);
  });

  it("keeps the part that is arriving although there is nothing in it yet", () => {
    expect(names(blocksOf([call("a", "read_file"), text("t", "")], 1))).toEqual(["a", "t"]);
  });
});
