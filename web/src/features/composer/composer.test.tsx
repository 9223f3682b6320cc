import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Unreachable } from "@/shared/api/client";
import * as commands from "@/shared/api/commands";
import { listenToKeys } from "@/shared/lib/commands";
import { setPreference } from "@/shared/lib/preferences";
import { insertIntoComposer } from "@/shared/lib/workspace";
import { emptyView } from "@/shared/live/conversation";
import { setPast } from "@/shared/live/past";
import { composerStore } from "./composer-store";
import { answer, answerGets, freshPage, hold, renderComposer, userMessage, waiting } from "./test-support";

const accepted = { message_id: "m", turn_id: "t", seq: 9 };
const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });

beforeEach(() => {
  freshPage();
  answerGets({});
  setPreference("whileBusy", "queue");
  setPreference("sendWith", "enter");
});

describe("sending", () => {
  it("sends with enter and empties the field", async () => {
    const send = vi.spyOn(commands, "sendMessage").mockResolvedValue(accepted);
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "hello{Enter}");
    expect(send).toHaveBeenCalledWith("c1", expect.objectContaining({ content: "hello" }));
    await waitFor(() => expect(field().value).toBe(""));
  });

  it("makes a line with shift and enter", async () => {
    const send = vi.spyOn(commands, "sendMessage");
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "one{Shift>}{Enter}{/Shift}two");
    expect(field().value).toBe("one\ntwo");
    expect(send).not.toHaveBeenCalled();
  });

  it("stays where somebody has gone while the first message was sent", async () => {
    let accept = (_: typeof accepted) => {};
    vi.spyOn(commands, "createConversation").mockResolvedValue({ id: "made" });
    const send = vi.spyOn(commands, "sendMessage").mockReturnValue(
      new Promise((resolve) => {
        accept = resolve;
      }),
    );
    const page = renderComposer(null);
    await userEvent.type(field(), "hello{Enter}");
    await waitFor(() => expect(send).toHaveBeenCalled());
    page.unmount();
    accept(accepted);
    await waitFor(() => expect(composerStore(null).getState().text).toBe(""));
    expect(page.created).not.toHaveBeenCalled();
  });

  it("takes along what was written on while the first message was sent", async () => {
    let accept = (_: typeof accepted) => {};
    vi.spyOn(commands, "createConversation").mockResolvedValue({ id: "made" });
    vi.spyOn(commands, "sendMessage").mockReturnValue(
      new Promise((resolve) => {
        accept = resolve;
      }),
    );
    const page = renderComposer(null);
    await userEvent.type(field(), "hello{Enter} and more");
    accept(accepted);
    await waitFor(() => expect(page.created).toHaveBeenCalledWith("made"));
    expect(composerStore("made").getState().text).toBe("and more");
    expect(composerStore(null).getState().text).toBe("");
  });

  it("leaves enter to an input method that composes", async () => {
    const send = vi.spyOn(commands, "sendMessage");
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "か");
    fireEvent.keyDown(field(), { key: "Enter", keyCode: 229 });
    fireEvent.keyDown(field(), { key: "Enter", isComposing: true });
    expect(send).not.toHaveBeenCalled();
  });

  it("makes the conversation of a first message and shows it", async () => {
    vi.spyOn(commands, "createConversation").mockResolvedValue({ id: "made" });
    vi.spyOn(commands, "sendMessage").mockResolvedValue(accepted);
    const page = renderComposer(null, "/work");
    await userEvent.type(field(), "hello{Enter}");
    await waitFor(() => expect(page.created).toHaveBeenCalledWith("made"));
    expect(commands.createConversation).toHaveBeenCalledWith({ workdir: "/work" });
  });

  it("keeps the text where the workspace cannot be reached, and sends it on demand", async () => {
    const send = vi.spyOn(commands, "sendMessage").mockRejectedValueOnce(new Unreachable(undefined));
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "hello{Enter}");
    await screen.findByText(/Your text is kept here/);
    expect(field().value).toBe("hello");
    send.mockResolvedValueOnce(accepted);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(field().value).toBe(""));
    expect(send.mock.calls[1]?.[1].id).toBe(send.mock.calls[0]?.[1].id);
  });

  it("forgets the draft when the conversation turns out to have the message", async () => {
    const send = vi.spyOn(commands, "sendMessage").mockRejectedValueOnce(new Unreachable(undefined));
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "hello{Enter}");
    await screen.findByText(/Your text is kept here/);
    act(() => hold("c1", {}, [userMessage(send.mock.calls[0]?.[1].id ?? "", "hello", null)]));
    await waitFor(() => expect(field().value).toBe(""));
    expect(screen.queryByText(/Your text is kept here/)).toBeNull();
  });

  it("cannot send nothing", () => {
    hold("c1", {});
    renderComposer("c1");
    expect(screen.getByRole("button", { name: "Send" }).getAttribute("aria-disabled")).toBe("true");
  });
});

describe("while a turn runs", () => {
  it("says what becomes of a message, and does that with enter", async () => {
    const send = vi.spyOn(commands, "sendMessage").mockResolvedValue(accepted);
    hold("c1", { status: "running" });
    renderComposer("c1");
    expect(screen.getByRole("button", { name: "Queue" })).toBeTruthy();
    await userEvent.type(field(), "next{Enter}");
    expect(send).toHaveBeenCalledWith("c1", expect.objectContaining({ mode: "queue" }));
  });

  it("does the other of the two with alt and enter", async () => {
    const send = vi.spyOn(commands, "sendMessage").mockResolvedValue(accepted);
    hold("c1", { status: "running" });
    renderComposer("c1");
    await userEvent.type(field(), "not so{Alt>}{Enter}{/Alt}");
    expect(send).toHaveBeenCalledWith("c1", expect.objectContaining({ mode: "steer" }));
  });

  it("keeps what is chosen of the two", async () => {
    hold("c1", { status: "running" });
    renderComposer("c1");
    await userEvent.click(screen.getByRole("button", { name: /What happens to a message/ }));
    await userEvent.click(screen.getByRole("menuitemradio", { name: /Steer/ }));
    expect(await screen.findByRole("button", { name: "Steer" })).toBeTruthy();
  });

  it("stops with its button", async () => {
    const stop = vi.spyOn(commands, "stopTurn").mockResolvedValue(undefined);
    hold("c1", { status: "running" });
    renderComposer("c1");
    await userEvent.click(screen.getByRole("button", { name: "Stop" }));
    expect(stop).toHaveBeenCalledWith("c1");
  });

  it("stops with escape in an empty field", async () => {
    const stop = vi.spyOn(commands, "stopTurn").mockResolvedValue(undefined);
    hold("c1", { status: "running" });
    renderComposer("c1");
    await userEvent.type(field(), "{Escape}");
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it("does not stop with escape where something is written", async () => {
    const stop = vi.spyOn(commands, "stopTurn").mockResolvedValue(undefined);
    hold("c1", { status: "running" });
    renderComposer("c1");
    await userEvent.type(field(), "half{Escape}");
    expect(stop).not.toHaveBeenCalled();
  });

  it("stops with escape outside of any field", async () => {
    const stop = vi.spyOn(commands, "stopTurn").mockResolvedValue(undefined);
    hold("c1", { status: "running" });
    renderComposer("c1");
    const forget = listenToKeys();
    field().blur();
    await userEvent.keyboard("{Escape}");
    forget();
    expect(stop).toHaveBeenCalledTimes(1);
  });
});

describe("the draft", () => {
  it("is there again after the conversation was left", async () => {
    hold("c1", {});
    const page = renderComposer("c1");
    await userEvent.type(field(), "half a thought");
    page.unmount();
    renderComposer("c1");
    expect(field().value).toBe("half a thought");
  });

  it("takes what another part of the page puts in, at the caret", async () => {
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "see");
    act(() => insertIntoComposer("c1", "@src/main.py"));
    expect(field().value).toBe("see @src/main.py");
    expect(document.activeElement).toBe(field());
  });

  it("gives back own messages with the arrow keys, and the empty field", async () => {
    hold("c1", {}, [userMessage("m1", "first", null), answer("m2", "m1"), userMessage("m3", "second", "m2")]);
    renderComposer("c1");
    await userEvent.type(field(), "{ArrowUp}");
    expect(field().value).toBe("second");
    await userEvent.keyboard("{ArrowUp}");
    expect(field().value).toBe("first");
    await userEvent.keyboard("{ArrowDown}{ArrowDown}");
    expect(field().value).toBe("");
  });

  it("is not touched by the arrow keys", async () => {
    hold("c1", {}, [userMessage("m1", "first", null)]);
    renderComposer("c1");
    await userEvent.type(field(), "draft{ArrowUp}");
    expect(field().value).toBe("draft");
  });
});

describe("looking at the past", () => {
  it("writes nothing, and leads back", async () => {
    hold("c1", {});
    setPast("c1", emptyView("c1"));
    renderComposer("c1");
    expect(screen.queryByRole("textbox")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Return to now" }));
    expect(field()).toBeTruthy();
  });
});

describe("the context meter", () => {
  it("says how much is used where both numbers are known", () => {
    const last_usage = {
      input: 900,
      cached: 0,
      cache_written: 0,
      output: 100,
      reasoning: 0,
      estimated: false,
    };
    hold("c1", { last_usage, context_window: 4000 });
    renderComposer("c1");
    expect(screen.getByRole("button", { name: "Context: 25 % used" })).toBeTruthy();
  });

  it("is not there where one is unknown", () => {
    hold("c1", { context_window: 4000 });
    renderComposer("c1");
    expect(screen.queryByRole("button", { name: /Context/ })).toBeNull();
  });
});

describe("files", () => {
  it("that are pasted are attached", async () => {
    hold("c1", {});
    renderComposer("c1");
    const file = new File([new Uint8Array([1, 0])], "archive.zip");
    fireEvent.paste(field(), { clipboardData: { files: [file], getData: () => "" } });
    expect(await screen.findByText(/can be attached/)).toBeTruthy();
  });

  it("that are dropped on the page are attached, and can be removed", async () => {
    hold("c1", {});
    renderComposer("c1");
    const dataTransfer = { types: ["Files"], files: [new File([], "empty.txt")] };
    fireEvent.dragEnter(document.body, { dataTransfer });
    expect(screen.getByText("Drop files to attach them")).toBeTruthy();
    fireEvent.drop(document.body, { dataTransfer });
    expect(screen.queryByText("Drop files to attach them")).toBeNull();
    expect(await screen.findByText("The file is empty.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Remove empty.txt" }));
    expect(screen.queryByRole("list", { name: "Attached files" })).toBeNull();
    expect(document.activeElement).toBe(field());
  });

  it("can be made of a long text that is pasted", async () => {
    hold("c1", {});
    renderComposer("c1");
    const long = "line\n".repeat(300);
    await userEvent.click(field());
    await userEvent.paste(long);
    await userEvent.click(screen.getByRole("button", { name: "Attach as a file" }));
    expect(field().value).toBe("");
    expect(composerStore("c1").getState().attachments[0]?.name).toBe("pasted-text.txt");
  });
});

it("shows what waits above the field", () => {
  hold("c1", { status: "running", queue: [waiting("q1", "and then this")] });
  renderComposer("c1");
  expect(screen.getByRole("region", { name: "Waiting messages" }).textContent).toContain("and then this");
});
