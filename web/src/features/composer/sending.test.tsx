import { beforeEach, expect, it, vi } from "vitest";
import { Problem, Unreachable } from "@/shared/api/client";
import * as commands from "@/shared/api/commands";
import { composerStore, flushDrafts, reopenDrafts } from "./composer-store";
import { ensureConversation, sendDraft } from "./sending";
import { answerGets } from "./test-support";

const accepted = { message_id: "m", turn_id: "t", seq: 1 };

function refusal(status: number, code = "refused"): Problem {
  const details = {
    type: "about:blank",
    title: "No",
    status,
    code,
    detail: "It is not possible.",
    remedy: "Do this.",
  };
  return new Problem(status, details);
}

beforeEach(() => {
  reopenDrafts();
  localStorage.clear();
  reopenDrafts();
  answerGets({ "/api/conversations/{conversation_id}": { head: null, queue: [], deleted: false } });
  vi.spyOn(commands, "createConversation").mockResolvedValue({ id: "made" });
  vi.spyOn(commands, "changeConversation").mockResolvedValue(undefined);
});

function draft(conversationId: string | null, text: string) {
  const store = composerStore(conversationId);
  store.setState({ text });
  return store;
}

const ready = (id: string) => ({
  key: id,
  name: `${id}.txt`,
  mediaType: "text/plain",
  size: 3,
  preview: null,
  state: { kind: "ready" as const, id },
});

it("sends the text with its files and forgets the draft", async () => {
  const send = vi.spyOn(commands, "sendMessage").mockResolvedValue(accepted);
  const store = draft("c1", "hello");
  store.setState({ attachments: [ready("att_1")] });
  await sendDraft(store, { conversationId: "c1", mode: "steer" });
  expect(send).toHaveBeenCalledWith(
    "c1",
    expect.objectContaining({ content: "hello", attachments: ["att_1"], mode: "steer" }),
  );
  expect(store.getState()).toMatchObject({ text: "", attachments: [], attempt: null, failure: null });
  expect(localStorage.length).toBe(0);
});

it("sends nothing where nothing is written", async () => {
  const send = vi.spyOn(commands, "sendMessage");
  expect(await sendDraft(draft("c1", " \n"), { conversationId: "c1", mode: "queue" })).toBeNull();
  expect(send).not.toHaveBeenCalled();
});

it("keeps the text and tells what the server said", async () => {
  vi.spyOn(commands, "sendMessage").mockRejectedValue(refusal(409));
  const store = draft("c1", "hello");
  await sendDraft(store, { conversationId: "c1", mode: "queue" });
  expect(store.getState()).toMatchObject({
    text: "hello",
    sending: false,
    failure: { kind: "refused", sentence: "It is not possible. Do this." },
  });
});

it("sends again under the same name after an answer was lost, even after a reload", async () => {
  const send = vi.spyOn(commands, "sendMessage").mockRejectedValueOnce(new Unreachable(undefined));
  await sendDraft(draft("c1", "hello"), { conversationId: "c1", mode: "queue" });
  reopenDrafts();
  send.mockResolvedValueOnce(accepted);
  const store = composerStore("c1");
  expect(store.getState().text).toBe("hello");
  await sendDraft(store, { conversationId: "c1", mode: "queue" });
  const [first, second] = send.mock.calls;
  expect(second?.[1].id).toBe(first?.[1].id);
});

it("sends other words under another name", async () => {
  const send = vi.spyOn(commands, "sendMessage").mockRejectedValueOnce(new Unreachable(undefined));
  const store = draft("c1", "hello");
  await sendDraft(store, { conversationId: "c1", mode: "queue" });
  send.mockResolvedValueOnce(accepted);
  store.setState({ text: "hello there" });
  await sendDraft(store, { conversationId: "c1", mode: "queue" });
  const [first, second] = send.mock.calls;
  expect(second?.[1].id).not.toBe(first?.[1].id);
});

it("keeps what was written while the message was on its way", async () => {
  const store = draft("c1", "first");
  vi.spyOn(commands, "sendMessage").mockImplementation(async () => {
    store.setState({ text: "first\nsecond" });
    return accepted;
  });
  await sendDraft(store, { conversationId: "c1", mode: "queue" });
  expect(store.getState().text).toBe("second");
});

it("does not send twice at a time", async () => {
  const send = vi.spyOn(commands, "sendMessage").mockResolvedValue(accepted);
  const store = draft("c1", "hello");
  const to = { conversationId: "c1", mode: "queue" } as const;
  await Promise.all([sendDraft(store, to), sendDraft(store, to)]);
  expect(send).toHaveBeenCalledTimes(1);
});

it("makes the conversation, says what answers in it, then sends", async () => {
  const send = vi.spyOn(commands, "sendMessage").mockResolvedValue(accepted);
  const store = draft(null, "hello");
  store.setState({ choice: { provider_id: "p", model: "m", reasoning_effort: "high" } });
  const sent = await sendDraft(store, { conversationId: null, workdir: "/work", mode: "queue" });
  expect(sent?.conversationId).toBe("made");
  expect(commands.createConversation).toHaveBeenCalledWith({ workdir: "/work" });
  expect(commands.changeConversation).toHaveBeenCalledWith("made", {
    provider_id: "p",
    model: "m",
    reasoning_effort: "high",
  });
  expect(send.mock.calls[0]?.[0]).toBe("made");
});

it("uses the conversation again that was made before sending failed", async () => {
  const send = vi.spyOn(commands, "sendMessage").mockRejectedValueOnce(refusal(507));
  await sendDraft(draft(null, "hello"), { conversationId: null, mode: "queue" });
  reopenDrafts();
  send.mockResolvedValueOnce(accepted);
  const sent = await sendDraft(composerStore(null), { conversationId: null, mode: "queue" });
  expect(sent?.conversationId).toBe("made");
  expect(commands.createConversation).toHaveBeenCalledTimes(1);
});

it("makes another conversation where the one it made was deleted", async () => {
  const send = vi
    .spyOn(commands, "sendMessage")
    .mockRejectedValueOnce(refusal(404))
    .mockResolvedValueOnce(accepted);
  const store = draft(null, "hello");
  store.setState({ created: "gone" });
  const sent = await sendDraft(store, { conversationId: null, mode: "queue" });
  expect(sent?.conversationId).toBe("made");
  expect(send.mock.calls.map(([id]) => id)).toEqual(["gone", "made"]);
});

it("makes another conversation where somebody has written in the one it made", async () => {
  answerGets({ "/api/conversations/{conversation_id}": { head: "msg_1", queue: [], deleted: false } });
  const send = vi.spyOn(commands, "sendMessage").mockResolvedValue(accepted);
  const store = draft(null, "hello");
  store.setState({ created: "used" });
  await sendDraft(store, { conversationId: null, mode: "queue" });
  expect(send.mock.calls.map(([id]) => id)).toEqual(["made"]);
});

it("sends what may have arrived to the same conversation again", async () => {
  const send = vi.spyOn(commands, "sendMessage").mockRejectedValueOnce(new Unreachable(undefined));
  const store = draft(null, "hello");
  await sendDraft(store, { conversationId: null, mode: "queue" });
  answerGets({ "/api/conversations/{conversation_id}": { head: "msg_1", queue: [], deleted: false } });
  send.mockResolvedValueOnce(accepted);
  await sendDraft(store, { conversationId: null, mode: "queue" });
  expect(send.mock.calls.map(([id]) => id)).toEqual(["made", "made"]);
  expect(commands.createConversation).toHaveBeenCalledTimes(1);
});

it("makes one conversation however many ask for it at a time", async () => {
  const store = draft(null, "@");
  await Promise.all([ensureConversation(store, undefined), ensureConversation(store, undefined)]);
  await ensureConversation(store, undefined);
  expect(commands.createConversation).toHaveBeenCalledTimes(1);
});

it("gives the conversation the folder that was chosen later", async () => {
  const store = draft(null, "@");
  await ensureConversation(store, "/one");
  await ensureConversation(store, "/two");
  expect(commands.createConversation).toHaveBeenCalledTimes(1);
  expect(commands.changeConversation).toHaveBeenCalledWith("made", { workdir: "/two" });
});

it("does not send while a file is missing", async () => {
  const send = vi.spyOn(commands, "sendMessage");
  const store = draft("c1", "hello");
  const failed = { kind: "failed", sentence: "It is too large.", again: false } as const;
  store.setState({ attachments: [{ ...ready("att_1"), state: failed }] });
  await sendDraft(store, { conversationId: "c1", mode: "queue" });
  expect(send).not.toHaveBeenCalled();
  expect(store.getState().failure?.kind).toBe("files");
  flushDrafts();
});

it("waits for a file that is on its way", async () => {
  const send = vi.spyOn(commands, "sendMessage").mockResolvedValue(accepted);
  const store = draft("c1", "hello");
  store.setState({ attachments: [{ ...ready("att_1"), state: { kind: "uploading", share: 0.5 } }] });
  const sending = sendDraft(store, { conversationId: "c1", mode: "queue" });
  expect(send).not.toHaveBeenCalled();
  store.setState({ attachments: [ready("att_1")] });
  await sending;
  expect(send).toHaveBeenCalledWith("c1", expect.objectContaining({ attachments: ["att_1"] }));
});
