import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { Problem } from "@/shared/api/client";
import * as commands from "@/shared/api/commands";
import { Toasts } from "@/shared/ui/toast";
import { answerGets, freshPage, hold, type Page, renderComposer, waiting } from "./test-support";

const gone = new Problem(404, undefined);
const queue = [waiting("q1", "first"), waiting("q2", "second", "steer")];
const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
const rows = () => within(screen.getByRole("region", { name: "Waiting messages" })).getAllByRole("listitem");
const row = (place: number) => within(rows()[place] ?? document.body);

async function choose(place: number, name: string) {
  await userEvent.click(row(place).getByRole("button", { name: /What to do/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name }));
}

beforeEach(() => {
  freshPage();
  answerGets({});
});

let page: Page;

function show(status: "running" | "idle" = "running") {
  hold("c1", { status, queue });
  render(<Toasts />);
  page = renderComposer("c1");
}

it("says of each message what becomes of it", () => {
  show();
  expect(rows().map((item) => item.textContent)).toEqual([
    expect.stringContaining("Waits for the end"),
    expect.stringContaining("Steers next"),
  ]);
});

it("edits a message in its place", async () => {
  const change = vi.spyOn(commands, "changeQueue").mockResolvedValue(undefined);
  show();
  await userEvent.click(row(0).getByRole("button", { name: "Edit" }));
  const editor = screen.getByRole("textbox", { name: "Edit the waiting message" });
  await userEvent.clear(editor);
  await userEvent.type(editor, "better{Enter}");
  expect(change).toHaveBeenCalledWith("c1", [{ id: "q1", content: "better" }, { id: "q2" }], 7);
});

it("puts an edited text into the field where the message was sent meanwhile", async () => {
  vi.spyOn(commands, "changeQueue").mockRejectedValue(gone);
  show();
  await userEvent.click(row(0).getByRole("button", { name: "Edit" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Edit the waiting message" }), " and more{Enter}");
  await waitFor(() => expect(field().value).toBe("first and more"));
  expect(await screen.findByText("It was sent meanwhile.")).toBeTruthy();
});

it("puts a text that is still being edited into the field once its message is sent", async () => {
  show();
  await userEvent.click(row(0).getByRole("button", { name: "Edit" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Edit the waiting message" }), " and more");
  act(() => hold("c1", { status: "running", queue: queue.slice(1) }));
  expect(field().value).toBe("first and more");
  expect(document.activeElement).toBe(field());
});

it("keeps a text that is being edited while another conversation is shown", async () => {
  show();
  const { unmount } = page;
  await userEvent.click(row(0).getByRole("button", { name: "Edit" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Edit the waiting message" }), " and more");
  unmount();
  renderComposer("c1");
  const editor = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Edit the waiting message" });
  expect(editor.value).toBe("first and more");
  await userEvent.type(editor, "{Escape}");
  expect(screen.queryByRole("textbox", { name: "Edit the waiting message" })).toBeNull();
});

it("moves a message", async () => {
  const change = vi.spyOn(commands, "changeQueue").mockResolvedValue(undefined);
  show();
  await choose(1, "Move up");
  expect(change).toHaveBeenCalledWith("c1", [{ id: "q2" }, { id: "q1" }], 7);
});

it("lets a waiting message steer", async () => {
  const change = vi.spyOn(commands, "changeQueue").mockResolvedValue(undefined);
  show();
  await choose(0, "Let it steer");
  expect(change).toHaveBeenCalledWith("c1", [{ id: "q1", mode: "steer" }, { id: "q2" }], 7);
});

it("sends a message now", async () => {
  const send = vi.spyOn(commands, "sendQueued").mockResolvedValue(undefined);
  show();
  await userEvent.click(row(1).getByRole("button", { name: "Send now" }));
  expect(send).toHaveBeenCalledWith("c1", "q2");
});

it("removes a message, and puts it back where it was", async () => {
  const change = vi.spyOn(commands, "changeQueue").mockResolvedValue(undefined);
  const send = vi.spyOn(commands, "sendMessage").mockResolvedValue({ message_id: "m", turn_id: "t", seq: 8 });
  show();
  await choose(0, "Remove");
  expect(change).toHaveBeenCalledWith("c1", [{ id: "q2" }], 7);
  hold("c1", { status: "running", queue: queue.slice(1) });
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  expect(send).toHaveBeenCalledWith("c1", expect.objectContaining({ content: "first", mode: "queue" }));
  const id = send.mock.calls[0]?.[1].id;
  await waitFor(() => expect(change).toHaveBeenLastCalledWith("c1", [{ id }, { id: "q2" }], 7));
});

it("puts a removed message into the field where nothing runs, since it would be sent", async () => {
  vi.spyOn(commands, "changeQueue").mockResolvedValue(undefined);
  const send = vi.spyOn(commands, "sendMessage");
  show("idle");
  await choose(0, "Remove");
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(field().value).toBe("first"));
  expect(send).not.toHaveBeenCalled();
});

it("says that nothing is sent by itself where nothing runs, and sends the next on demand", async () => {
  const send = vi.spyOn(commands, "sendQueued").mockResolvedValue(undefined);
  show("idle");
  expect(screen.getByText("2 messages are held")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Send next" }));
  expect(send).toHaveBeenCalledWith("c1", "q1");
});
