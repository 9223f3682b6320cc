import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { regenerateAnswer } from "@/shared/api/commands";
import type { Message, Part } from "@/shared/api/types";
import { AssistantMessage, answerText } from "./assistant-message";
import { CONVERSATION, call, message, renderInThread, text } from "./test-thread";

vi.mock("@/shared/api/commands");

beforeEach(() => {
  vi.mocked(regenerateAnswer).mockReset().mockResolvedValue();
});

const show = (parts: Part[], changes: Partial<Message> = {}, busy = false) =>
  renderInThread(<AssistantMessage message={message("answer", "assistant", parts, changes)} latest />, {
    busy,
  });

describe("an answer", () => {
  it("shows its steps in order", () => {
    const { container } = show([
      { type: "thinking", id: "a1", text: "hm", duration_ms: 100 },
      call("a2", "read_file", { title: "Read a" }),
      text("a3", "Found it."),
    ]);
    expect(container.textContent).toMatch(/Thought for 100 ms.*Read a.*Found it\./);
  });

  it("waits calmly before there is anything to see", () => {
    show([], { status: "running" }, true);
    expect(screen.getByText("Waiting for the model")).toBeDefined();
  });

  it("says why it waits before the model is asked again", () => {
    show([], { status: "running", retrying: "The provider is overloaded." }, true);
    expect(screen.getByText(/The provider is overloaded\./)).toBeDefined();
  });

  it("says that it was stopped", () => {
    show([text("s1", "Half a")], { status: "interrupted" });
    expect(screen.getByText("Stopped before the answer was complete.")).toBeDefined();
  });

  it("does not tell of a failure twice", () => {
    const failure: Part = {
      type: "error",
      id: "f",
      kind: "internal",
      title: "Broken",
      message: "m",
      remedy: "r",
    };
    show([failure], { status: "failed" });
    expect(screen.getByText("Broken")).toBeDefined();
    expect(screen.queryByText("The answer failed before it was complete.")).toBeNull();
  });

  it("marks where it went on after a crash", () => {
    show([text("k1", "a"), { type: "marker", id: "k2", kind: "recovered" }, text("k3", "b")]);
    expect(screen.getByText("Went on after a crash; nothing was lost")).toBeDefined();
  });

  it("is given anew", async () => {
    show([text("g1", "a")]);
    await userEvent.click(screen.getByRole("button", { name: "Answer again" }));
    expect(regenerateAnswer).toHaveBeenCalledWith(CONVERSATION, "answer");
  });

  it("is not given anew while another one is written", async () => {
    show([text("g2", "a")], {}, true);
    await userEvent.click(screen.getByRole("button", { name: /Answer again/ }));
    expect(regenerateAnswer).not.toHaveBeenCalled();
  });

  it("offers no actions while it is written", () => {
    show([text("g3", "a")], { status: "running" }, true);
    expect(screen.queryByRole("toolbar")).toBeNull();
  });

  it("tells its model and its tokens", async () => {
    const usage = { input: 1200, cached: 800, cache_written: 0, output: 34, reasoning: 0, estimated: false };
    show([text("u1", "a")], { model: "model-x", usage });
    expect(screen.getByText("model-x")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "1.2K tokens" }));
    expect(screen.getAllByRole("definition").map((each) => each.textContent)).toEqual(["1,200", "800", "34"]);
  });

  it("goes from action to action with the arrow keys", async () => {
    show([text("k", "a")]);
    screen.getByRole("button", { name: "Copy the text" }).focus();
    await userEvent.keyboard("{ArrowRight}");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Answer again");
    await userEvent.keyboard("{ArrowLeft}");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Copy the text");
  });
});

describe("the text of an answer", () => {
  it("is what it said, as Markdown, without reasoning and calls", () => {
    const parts: Part[] = [
      { type: "thinking", id: "1", text: "hm" },
      text("2", "**a**"),
      call("3", "read_file"),
      text("4", "b"),
    ];
    expect(answerText(message("m", "assistant", parts))).toBe("**a**\n\nb");
  });
});
