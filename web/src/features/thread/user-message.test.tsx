import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { editMessage, forkConversation, selectBranch } from "@/shared/api/commands";
import type { AttachmentPart } from "@/shared/api/types";
import { CONVERSATION, message, renderInThread, text } from "./test-thread";
import { beginning, UserMessage } from "./user-message";

vi.mock("@/shared/api/commands");

beforeEach(() => {
  vi.mocked(editMessage).mockReset().mockResolvedValue();
  vi.mocked(selectBranch).mockReset().mockResolvedValue();
  vi.mocked(forkConversation).mockReset();
});

const file = (id: string, name: string, media_type: string): AttachmentPart => ({
  type: "attachment",
  id,
  attachment_id: `up ${id}`,
  name,
  media_type,
  size: 2048,
  sha256: "",
});

describe("what a person said", () => {
  it("keeps its lines and is no markup", () => {
    renderInThread(
      <UserMessage message={message("1", "user", [text("t1", "one\n**two** <b>x</b>")])} latest />,
    );
    expect(screen.getByText(/one/).textContent).toBe("one\n**two** <b>x</b>");
  });

  it("is folded where it is long, and shown whole when asked", async () => {
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`).join("\n");
    renderInThread(<UserMessage message={message("2", "user", [text("t2", lines)])} latest />);
    expect(screen.queryByText(/line 60/)).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Show all" }));
    expect(screen.getByText(/line 60/)).toBeDefined();
  });

  it("shows images in small and opens them in a new tab; other files are downloads", () => {
    const parts = [file("a", "shot.png", "image/png"), file("b", "paper.pdf", "application/pdf")];
    renderInThread(<UserMessage message={message("3", "user", parts)} latest />);
    const image = screen.getByRole("link", { name: "Open shot.png in a new tab, 2 kB" });
    expect(image.getAttribute("href")).toBe("/api/attachments/up%20a?inline=true");
    expect(image.getAttribute("target")).toBe("_blank");
    expect(screen.getByRole("link", { name: "Download paper.pdf, 2 kB" }).getAttribute("download")).toBe(
      "paper.pdf",
    );
  });

  it("is forked into a new conversation, which is shown", async () => {
    vi.mocked(forkConversation).mockResolvedValue({ id: "new" });
    const onForked = vi.fn();
    renderInThread(<UserMessage message={message("4", "user", [text("t4", "hi")])} latest />, { onForked });
    await userEvent.click(screen.getByRole("button", { name: "Fork from here" }));
    expect(forkConversation).toHaveBeenCalledWith(CONVERSATION, "4");
    expect(onForked).toHaveBeenCalledWith("new");
  });

  it("can only be copied in the past", () => {
    const old = message("5", "user", [text("t5", "hi")]);
    renderInThread(<UserMessage message={old} latest />, { readOnly: true });
    expect(screen.getAllByRole("button").map((button) => button.getAttribute("aria-label"))).toEqual([
      "Copy the text",
    ]);
  });
});

describe("the folded beginning of a text", () => {
  it("is nothing where the text is short", () => {
    expect(beginning("a\nb")).toBeNull();
    expect(beginning("x".repeat(1500))).toBeNull();
  });

  it("is cut within one endless line", () => {
    expect(beginning("x".repeat(10_000))?.length).toBe(1400);
  });
});

describe("versions of a message", () => {
  const versions = message("b", "user", [text("tb", "second")], { siblings: ["a", "b"] });

  it("are counted and switched", async () => {
    renderInThread(<UserMessage message={versions} latest />);
    expect(screen.getByRole("group", { name: "Version 2 of 2" })).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Previous version" }));
    expect(selectBranch).toHaveBeenCalledWith(CONVERSATION, "a");
  });

  it("hand the focus on to the version that is shown next", async () => {
    const { rerender } = renderInThread(<UserMessage message={versions} latest />);
    await userEvent.click(screen.getByRole("button", { name: "Previous version" }));
    rerender(<UserMessage key="a" message={{ ...versions, id: "a" }} latest />);
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Previous version");
  });

  it("cannot be switched while an answer is written", async () => {
    renderInThread(<UserMessage message={versions} latest />, { busy: true });
    await userEvent.click(screen.getByRole("button", { name: "Previous version" }));
    expect(selectBranch).not.toHaveBeenCalled();
  });
});

describe("editing a message", () => {
  async function edit(id: string, busy = false) {
    renderInThread(
      <article tabIndex={-1}>
        <UserMessage message={message(id, "user", [text(`t ${id}`, "before")])} latest />
      </article>,
      { busy },
    );
    await userEvent.click(screen.getByRole("button", { name: "Edit" }));
    return screen.getByRole("textbox", { name: "Edit the message" });
  }

  it("saves the text and keeps the answer", async () => {
    await userEvent.type(await edit("e1"), " and after");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(editMessage).toHaveBeenCalledWith(CONVERSATION, "e1", "before and after", "save");
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it("sends the text again, by button or by keys", async () => {
    await userEvent.type(await edit("e2"), "!{Control>}{Enter}{/Control}");
    expect(editMessage).toHaveBeenCalledWith(CONVERSATION, "e2", "before!", "resend");
  });

  it("is left by Escape, and the focus stays at the message", async () => {
    await userEvent.type(await edit("e3"), " and after{Escape}");
    expect(editMessage).not.toHaveBeenCalled();
    expect(screen.getByText("before")).toBeDefined();
    expect(document.activeElement?.tagName).toBe("ARTICLE");
  });

  it("keeps what was written when the row leaves the page and comes back", async () => {
    const row = <UserMessage message={message("e4", "user", [text("t4", "before")])} latest />;
    const { unmount } = renderInThread(row);
    await userEvent.click(screen.getByRole("button", { name: "Edit" }));
    await userEvent.type(screen.getByRole("textbox"), " more");
    unmount();
    renderInThread(row);
    expect((screen.getByRole("textbox") as HTMLTextAreaElement).value).toBe("before more");
  });

  it("does not save nothing, and says so", async () => {
    await userEvent.clear(await edit("e5"));
    expect(screen.getByText("A message cannot be empty. Write something, or cancel.")).toBeDefined();
    expect(screen.getByRole("button", { name: "Save" }).hasAttribute("disabled")).toBe(true);
  });

  it("does not resend while an answer is written, but saves", async () => {
    await edit("e6", true);
    expect(screen.getByRole("button", { name: "Save and resend" }).hasAttribute("disabled")).toBe(true);
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(editMessage).toHaveBeenCalledOnce();
  });

  it("stays open with the reason when it is refused", async () => {
    vi.mocked(editMessage).mockRejectedValue(new Error("The workspace cannot be reached."));
    await edit("e7");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect((await screen.findByRole("alert")).textContent).toContain("The workspace cannot be reached.");
    expect(screen.getByRole("textbox")).toBeDefined();
  });
});
