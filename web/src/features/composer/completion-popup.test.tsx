import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import * as commands from "@/shared/api/commands";
import { registerCommands } from "@/shared/lib/commands";
import { useWorkspace } from "@/shared/lib/workspace";
import { Toasts } from "@/shared/ui/toast";
import { Matched } from "./completion-popup";
import { answer, answerGets, freshPage, hold, renderComposer, userMessage } from "./test-support";

const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
const option = (name: RegExp | string) => screen.findByRole("option", { name });
const FILES = "/api/conversations/{conversation_id}/files";

const found = (...items: { path: string; kind?: string; matched?: number[] }[]) => ({
  items: items.map((item) => ({ kind: "file", matched: [], ...item })),
  truncated: false,
});

beforeEach(() => {
  freshPage();
  answerGets({});
});

describe("commands", () => {
  it("are offered for a slash at the beginning, and run with enter", async () => {
    const stop = vi.spyOn(commands, "stopTurn").mockResolvedValue(undefined);
    hold("c1", { status: "running" });
    renderComposer("c1");
    await userEvent.type(field(), "/st");
    expect(field().getAttribute("aria-activedescendant")).toBe((await option(/^\/stop/)).id);
    await userEvent.keyboard("{Enter}");
    expect(stop).toHaveBeenCalledWith("c1");
    expect(field().value).toBe("");
  });

  it("are only those that can do something", async () => {
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "/");
    await option(/^\/rename/);
    expect(screen.queryByRole("option", { name: /^\/stop/ })).toBeNull();
    expect(screen.queryByRole("option", { name: /^\/clear/ })).toBeNull();
  });

  it("wait for what they need", async () => {
    const change = vi.spyOn(commands, "changeConversation").mockResolvedValue(undefined);
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "/re{Enter}");
    expect(field().value).toBe("/rename ");
    await userEvent.keyboard("A new name{Enter}");
    expect(change).toHaveBeenCalledWith("c1", { title: "A new name" });
  });

  it("begin anew, and lead back to the branch before", async () => {
    const clear = vi.spyOn(commands, "clearConversation").mockResolvedValue(undefined);
    const select = vi.spyOn(commands, "selectBranch").mockResolvedValue(undefined);
    hold("c1", {}, [userMessage("m1", "first", null), answer("m2", "m1")]);
    render(<Toasts />);
    renderComposer("c1");
    await userEvent.type(field(), "/clear{Enter}");
    expect(clear).toHaveBeenCalledWith("c1");
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(select).toHaveBeenCalledWith("c1", "m2");
  });

  it("of the page are found by their title", async () => {
    const run = vi.fn();
    const forget = registerCommands([{ id: "view.theme", title: "Use the dark theme", group: "view", run }]);
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "/dark");
    await userEvent.click(await option("Use the dark theme"));
    expect(run).toHaveBeenCalledTimes(1);
    expect(field().value).toBe("");
    act(forget);
  });

  it("that nobody knows are sent as text", async () => {
    const send = vi
      .spyOn(commands, "sendMessage")
      .mockResolvedValue({ message_id: "m", turn_id: "t", seq: 1 });
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "/usr/bin is full{Enter}");
    expect(send).toHaveBeenCalledWith("c1", expect.objectContaining({ content: "/usr/bin is full" }));
  });

  it("show the history", async () => {
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "/history{Enter}");
    expect(useWorkspace.getState().panelTab).toBe("history");
  });

  it("are closed with escape, and the text stays", async () => {
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "/re");
    await option(/^\/rename/);
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(field().value).toBe("/re");
  });
});

describe("files", () => {
  it("are found while typing, chosen with the arrows and put in", async () => {
    const asked = answerGets({ [FILES]: found({ path: "src/main.py" }, { path: "src/map.py" }) });
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "see @ma");
    await waitFor(() =>
      expect(asked.at(-1)?.options).toMatchObject({
        params: { path: { conversation_id: "c1" }, query: { query: "ma" } },
      }),
    );
    await option(/src\/map\.py/);
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(field().value).toBe("see @src/map.py ");
  });

  it("go on inside of a folder", async () => {
    answerGets({ [FILES]: found({ path: "src", kind: "directory" }) });
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "@s");
    await userEvent.click(await option(/src\//));
    expect(field().value).toBe("@src/");
    expect(document.activeElement).toBe(field());
    expect(screen.getByRole("listbox")).toBeTruthy();
  });

  it("of a new conversation are those of its folder, and nothing is made for that", async () => {
    const create = vi.spyOn(commands, "createConversation");
    const asked = answerGets({ "/api/folders/files": found({ path: "README.md" }) });
    renderComposer(null, "/work");
    await userEvent.type(field(), "@re");
    await option(/README\.md/);
    expect(create).not.toHaveBeenCalled();
    expect(asked.find(({ path }) => path === "/api/folders/files")?.options).toMatchObject({
      params: { query: { workdir: "/work" } },
    });
  });

  it("that are not there are no obstacle", async () => {
    const send = vi
      .spyOn(commands, "sendMessage")
      .mockResolvedValue({ message_id: "m", turn_id: "t", seq: 1 });
    answerGets({ [FILES]: found() });
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "ask @nobody");
    await screen.findByText("No file fits.");
    await userEvent.keyboard("{Enter}");
    expect(send).toHaveBeenCalledWith("c1", expect.objectContaining({ content: "ask @nobody" }));
  });

  it("say why they cannot be found", async () => {
    answerGets({});
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "@a");
    expect(await screen.findByText("It is not there.")).toBeTruthy();
  });

  it("are not asked for twice while somebody types on", async () => {
    const asked = answerGets({ [FILES]: found({ path: "a" }) });
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "@abcdef");
    await waitFor(() =>
      expect(asked.at(-1)?.options).toMatchObject({ params: { query: { query: "abcdef" } } }),
    );
    expect(asked.filter(({ path }) => path === FILES).length).toBeLessThan(7);
  });

  it("that no longer fit are not taken while an answer is on its way", async () => {
    const send = vi
      .spyOn(commands, "sendMessage")
      .mockResolvedValue({ message_id: "m", turn_id: "t", seq: 1 });
    let questions = 0;
    answerGets({
      [FILES]: () => {
        questions += 1;
        return questions === 1 ? found({ path: "README.md" }) : new Promise(() => {});
      },
    });
    hold("c1", {});
    renderComposer("c1");
    await userEvent.type(field(), "@");
    await option(/README/);
    await userEvent.keyboard("xyz{Enter}");
    expect(send).toHaveBeenCalledWith("c1", expect.objectContaining({ content: "@xyz" }));
  });
});

it("marks the matched characters, counted as a person counts them", () => {
  render(
    <p data-testid="label">
      <Matched text="🙂/main" places={[2, 3]} />
    </p>,
  );
  expect(
    Array.from(screen.getByTestId("label").querySelectorAll("span"), (mark) => mark.textContent),
  ).toEqual(["ma"]);
});
