import { beforeEach, expect, it, vi } from "vitest";
import { Problem, Unreachable } from "@/shared/api/client";
import { uploadFile } from "./upload";

class FakeRequest {
  static last: FakeRequest;
  upload: { onprogress?: (event: Partial<ProgressEvent>) => void } = {};
  onload = () => {};
  onerror = () => {};
  onabort = () => {};
  status = 0;
  responseText = "";
  opened: string[] = [];
  sent: FormData | null = null;

  constructor() {
    FakeRequest.last = this;
  }

  open(method: string, url: string) {
    this.opened = [method, url];
  }

  send(form: FormData) {
    this.sent = form;
  }

  abort() {
    this.onabort();
  }

  answer(status: number, text: string) {
    this.status = status;
    this.responseText = text;
    this.onload();
  }
}

const file = new File(["hello"], "a.txt", { type: "text/plain" });
const kept = { id: "att_1", name: "a.txt", media_type: "text/plain", size: 5 };

beforeEach(() => {
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
});

it("sends the file as a form and gives what the server kept", async () => {
  const uploaded = uploadFile(file, () => {}, new AbortController().signal);
  expect(FakeRequest.last.opened).toEqual(["POST", "/api/attachments"]);
  expect(FakeRequest.last.sent?.get("file")).toMatchObject({ name: "a.txt" });
  FakeRequest.last.answer(201, JSON.stringify(kept));
  expect(await uploaded).toEqual(kept);
});

it("tells how much has left", async () => {
  const progress = vi.fn();
  const uploaded = uploadFile(file, progress, new AbortController().signal);
  FakeRequest.last.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 });
  FakeRequest.last.answer(201, JSON.stringify(kept));
  await uploaded;
  expect(progress).toHaveBeenCalledWith(0.25);
});

it("throws what the server refused", async () => {
  const uploaded = uploadFile(file, () => {}, new AbortController().signal);
  FakeRequest.last.answer(
    415,
    JSON.stringify({ code: "unsupported_file", detail: "It is not text.", remedy: "" }),
  );
  await expect(uploaded).rejects.toMatchObject({
    status: 415,
    code: "unsupported_file",
    message: "It is not text.",
  });
});

it("takes an answer that is none of the workspace's for a refusal", async () => {
  const uploaded = uploadFile(file, () => {}, new AbortController().signal);
  FakeRequest.last.answer(502, "<html>Bad gateway</html>");
  await expect(uploaded).rejects.toBeInstanceOf(Problem);
});

it("says that nobody answered", async () => {
  const uploaded = uploadFile(file, () => {}, new AbortController().signal);
  FakeRequest.last.onerror();
  await expect(uploaded).rejects.toBeInstanceOf(Unreachable);
});

it("can be given up", async () => {
  const control = new AbortController();
  const uploaded = uploadFile(file, () => {}, control.signal);
  control.abort();
  await expect(uploaded).rejects.toMatchObject({ name: "AbortError" });
});
