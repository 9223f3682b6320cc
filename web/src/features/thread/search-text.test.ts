import { describe, expect, it } from "vitest";
import { findMatches, foldsAround, MOST_MATCHES } from "./search-text";
import { call, message, result, text } from "./test-thread";

describe("search in the text of messages", () => {
  it("finds every place, whatever its letters' case, oldest first", () => {
    const messages = [
      message("1", "user", [text("a", "Plan the plan")]),
      message("2", "assistant", [text("b", "PLAN")]),
    ];
    expect(findMatches(messages, "plan")).toEqual([
      { messageId: "1", partId: "a", nth: 0 },
      { messageId: "1", partId: "a", nth: 1 },
      { messageId: "2", partId: "b", nth: 0 },
    ]);
  });

  it("finds what is folded: reasoning, calls, results, failures, file names", () => {
    const messages = [
      message("1", "user", [
        {
          type: "attachment",
          id: "f",
          attachment_id: "x",
          name: "needle.pdf",
          media_type: "application/pdf",
          size: 1,
          sha256: "",
        },
      ]),
      message("2", "assistant", [
        { type: "thinking", id: "h", text: "a needle?" },
        call("c", "read_file", { title: "Read hay", result: result(null, "the needle") }),
        { type: "error", id: "e", kind: "internal", title: "No needle", message: "", remedy: "" },
      ]),
    ];
    expect(findMatches(messages, "needle").map((match) => match.partId)).toEqual(["f", "h", "c", "e"]);
  });

  it("keeps places right where a small letter is longer than its capital", () => {
    const messages = [message("1", "user", [text("a", "İİ end")])];
    expect(findMatches(messages, "END")).toHaveLength(1);
  });

  it("stops at a number that nobody steps through", () => {
    const messages = [message("1", "user", [text("a", "x".repeat(MOST_MATCHES + 10))])];
    expect(findMatches(messages, "x")).toHaveLength(MOST_MATCHES);
  });

  it("finds nothing for nothing", () => {
    expect(findMatches([message("1", "user", [text("a", "b")])], "")).toEqual([]);
  });

  it("names the group and the card that hide a call", () => {
    const answer = message("1", "assistant", [call("a", "read_file"), call("b", "read_file")]);
    expect(foldsAround(answer, "b")).toEqual(["calls a", "b"]);
  });
});
