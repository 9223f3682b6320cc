import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { composerStore, flushDrafts, keepDrafts, reopenDrafts } from "./composer-store";
import { draftKey, EMPTY_DRAFT, readDraft, writeDraft } from "./draft";

beforeEach(() => {
  vi.useFakeTimers();
  reopenDrafts();
  localStorage.clear();
});

afterEach(() => {
  vi.useRealTimers();
});

it("begins with what was kept", () => {
  const file = { id: "att_1", name: "a.png", mediaType: "image/png", size: 3 };
  writeDraft(draftKey("kept"), { ...EMPTY_DRAFT, text: "half", files: [file] });
  expect(composerStore("kept").getState()).toMatchObject({
    text: "half",
    attachments: [
      { name: "a.png", preview: "/api/attachments/att_1?inline=true", state: { kind: "ready", id: "att_1" } },
    ],
  });
});

it("writes once, a moment after the last key", () => {
  const write = vi.spyOn(Storage.prototype, "setItem");
  const store = composerStore("c1");
  for (const text of ["h", "he", "hel"]) {
    store.setState({ text });
  }
  expect(write).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(write).toHaveBeenCalledTimes(1);
  expect(readDraft(draftKey("c1")).text).toBe("hel");
});

it("writes at once when the page goes away", () => {
  keepDrafts();
  composerStore("c1").setState({ text: "unfinished" });
  dispatchEvent(new Event("pagehide"));
  expect(readDraft(draftKey("c1")).text).toBe("unfinished");
});

it("keeps only files that the server has", () => {
  const item = { key: "k", name: "a.txt", mediaType: "text/plain", size: 3, preview: null };
  composerStore("c1").setState({ attachments: [{ ...item, state: { kind: "uploading", share: 0.2 } }] });
  flushDrafts();
  expect(readDraft(draftKey("c1")).files).toEqual([]);
});

it("says that nothing is kept where the browser refuses", () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  const store = composerStore("c1");
  store.setState({ text: "hello" });
  flushDrafts();
  expect(store.getState()).toMatchObject({ kept: false, text: "hello" });
});

it("takes over what another tab sent or wrote, while nobody writes here", () => {
  keepDrafts();
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
  const store = composerStore("c1");
  store.setState({ text: "hello" });
  dispatchEvent(new StorageEvent("storage", { key: draftKey("c1"), newValue: null }));
  expect(store.getState().text).toBe("");
});

it("leaves alone what is being written here", () => {
  keepDrafts();
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  const store = composerStore("c1");
  store.setState({ text: "hello" });
  dispatchEvent(new StorageEvent("storage", { key: draftKey("c1"), newValue: null }));
  expect(store.getState().text).toBe("hello");
});
