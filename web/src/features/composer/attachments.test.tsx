import { beforeEach, expect, it, vi } from "vitest";
import { Problem, Unreachable } from "@/shared/api/client";
import { attachFiles, attachmentsSettled, removeAttachment, retryAttachment } from "./attachments";
import { composerStore, reopenDrafts } from "./composer-store";
import { DEFAULT_LIMITS } from "./files";
import * as upload from "./upload";

const text = (name: string) => new File(["hello"], name, { type: "text/plain" });
const uploaded = (name: string) => ({ id: `att_${name}`, name, media_type: "text/plain", size: 5 });

beforeEach(() => {
  reopenDrafts();
  localStorage.clear();
  reopenDrafts();
});

it("uploads what was chosen", async () => {
  vi.spyOn(upload, "uploadFile").mockImplementation(async (file) => uploaded(file.name));
  const store = composerStore("c1");
  await attachFiles(store, [text("a.txt"), text("b.txt")], DEFAULT_LIMITS);
  await attachmentsSettled(store);
  expect(store.getState().attachments.map(({ state }) => state)).toEqual([
    { kind: "ready", id: "att_a.txt" },
    { kind: "ready", id: "att_b.txt" },
  ]);
});

it("sends two at a time", async () => {
  const done: (() => void)[] = [];
  const send = vi
    .spyOn(upload, "uploadFile")
    .mockImplementation((file) => new Promise((resolve) => done.push(() => resolve(uploaded(file.name)))));
  const store = composerStore("c1");
  await attachFiles(store, [text("a"), text("b"), text("c")], DEFAULT_LIMITS);
  expect(send).toHaveBeenCalledTimes(2);
  done.shift()?.();
  await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(3));
  for (const finish of done) {
    finish();
  }
  await attachmentsSettled(store);
});

it("tells how far a file got", async () => {
  let finish = () => {};
  vi.spyOn(upload, "uploadFile").mockImplementation((file, progress) => {
    progress(0.5);
    return new Promise((resolve) => {
      finish = () => resolve(uploaded(file.name));
    });
  });
  const store = composerStore("c1");
  await attachFiles(store, [text("a")], DEFAULT_LIMITS);
  expect(store.getState().attachments[0]?.state).toEqual({ kind: "uploading", share: 0.5 });
  finish();
  await attachmentsSettled(store);
});

it("sends nothing that cannot be attached, and says why at its place", async () => {
  const send = vi.spyOn(upload, "uploadFile");
  const store = composerStore("c1");
  await attachFiles(store, [new File([new Uint8Array([1, 0])], "a.zip")], DEFAULT_LIMITS);
  expect(send).not.toHaveBeenCalled();
  expect(store.getState().attachments[0]).toMatchObject({
    name: "a.zip",
    state: { kind: "failed", again: false, sentence: expect.stringContaining("PDF") },
  });
});

it("takes as many as a message may have", async () => {
  vi.spyOn(upload, "uploadFile").mockImplementation(async (file) => uploaded(file.name));
  const store = composerStore("c1");
  await attachFiles(store, [text("a"), text("b")], { ...DEFAULT_LIMITS, message_files: 1 });
  await attachmentsSettled(store);
  const [first, second] = store.getState().attachments;
  expect(first?.state.kind).toBe("ready");
  expect(second?.state).toEqual({
    kind: "failed",
    again: false,
    sentence: "A message takes at most 1 file.",
  });
});

it("tells what the server refused", async () => {
  const details = {
    type: "about:blank",
    title: "No",
    status: 415,
    code: "unsupported_file",
    detail: "It is not text.",
    remedy: "Convert it.",
  };
  vi.spyOn(upload, "uploadFile").mockRejectedValue(new Problem(415, details));
  const store = composerStore("c1");
  await attachFiles(store, [text("a")], DEFAULT_LIMITS);
  await attachmentsSettled(store);
  expect(store.getState().attachments[0]?.state).toEqual({
    kind: "failed",
    sentence: "It is not text. Convert it.",
    again: false,
  });
});

it("sends a file again that could not be sent", async () => {
  const send = vi.spyOn(upload, "uploadFile").mockRejectedValueOnce(new Unreachable(undefined));
  const store = composerStore("c1");
  await attachFiles(store, [text("a")], DEFAULT_LIMITS);
  await attachmentsSettled(store);
  const failed = store.getState().attachments[0];
  expect(failed?.state).toMatchObject({ kind: "failed", again: true });
  send.mockResolvedValueOnce(uploaded("a"));
  retryAttachment(store, failed?.key ?? "");
  await attachmentsSettled(store);
  expect(store.getState().attachments[0]?.state).toEqual({ kind: "ready", id: "att_a" });
});

it("gives up the upload of a file that is removed", async () => {
  let given: AbortSignal | undefined;
  vi.spyOn(upload, "uploadFile").mockImplementation(
    (_, __, signal) =>
      new Promise((_resolve, reject) => {
        given = signal;
        signal.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
      }),
  );
  const store = composerStore("c1");
  await attachFiles(store, [text("a")], DEFAULT_LIMITS);
  removeAttachment(store, store.getState().attachments[0]?.key ?? "");
  expect(given?.aborted).toBe(true);
  expect(store.getState().attachments).toEqual([]);
});
