import { beforeEach, describe, expect, it, vi } from "vitest";
import { attemptFor, draftKey, EMPTY_DRAFT, parseDraft, readDraft, restAfter, writeDraft } from "./draft";

beforeEach(() => localStorage.clear());

describe("keeping a draft", () => {
  it("gives back what was written", () => {
    const draft = {
      text: "half a thought",
      files: [{ id: "att_1", name: "a.png", mediaType: "image/png", size: 12 }],
      attempt: { id: "msg_1", text: "half", files: ["att_1"] },
      created: "conv_1",
      choice: { provider_id: "p", model: null },
    };
    writeDraft(draftKey("c1"), draft);
    expect(readDraft(draftKey("c1"))).toEqual(draft);
  });

  it("keeps each conversation's apart, and the new one's", () => {
    writeDraft(draftKey("c1"), { ...EMPTY_DRAFT, text: "one" });
    expect(readDraft(draftKey("c2"))).toEqual(EMPTY_DRAFT);
    expect(readDraft(draftKey(null))).toEqual(EMPTY_DRAFT);
  });

  it("leaves nothing behind when it is empty", () => {
    writeDraft(draftKey("c1"), { ...EMPTY_DRAFT, text: "one" });
    writeDraft(draftKey("c1"), EMPTY_DRAFT);
    expect(localStorage.length).toBe(0);
  });

  it.each([
    "nonsense",
    "[1]",
    "7",
    '{"text": 3, "files": [{"id": 1}, null], "attempt": {"id": "x"}, "choice": 4}',
  ])("takes %s for no draft", (stored) => {
    expect(parseDraft(stored)).toEqual(EMPTY_DRAFT);
  });

  it("says when the browser has no room", () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    expect(writeDraft(draftKey("c1"), { ...EMPTY_DRAFT, text: "one" })).toBe(false);
  });
});

describe("naming an attempt", () => {
  const last = { id: "msg_1", text: "hello", files: ["att_1", "att_2"] };

  it("sends the same words and files under the same name", () => {
    expect(attemptFor(last, "hello", ["att_1", "att_2"])).toBe(last);
  });

  it.each([
    ["other words", "hello!", ["att_1", "att_2"]],
    ["one file less", "hello", ["att_1"]],
    ["other files", "hello", ["att_1", "att_3"]],
  ])("gives %s a new name", (_, text, files) => {
    const next = attemptFor(last, text, files);
    expect(next).toMatchObject({ text, files });
    expect(next.id).not.toBe(last.id);
  });
});

describe("what stays after sending", () => {
  it.each([
    ["nothing where nothing was added", "sent", "sent", ""],
    ["what was written meanwhile", "sent", "sent\nand more", "and more"],
    ["everything where the text was changed", "sent", "something else", "something else"],
  ])("%s", (_, sent, now, rest) => {
    expect(restAfter(sent, now)).toBe(rest);
  });
});
