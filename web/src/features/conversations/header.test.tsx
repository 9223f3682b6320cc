import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import * as commands from "@/shared/api/commands";
import { emptyView } from "@/shared/live/conversation";
import { NOTHING_HELD, withView } from "@/shared/live/state";
import { liveStore } from "@/shared/live/store";
import { TooltipProvider } from "@/shared/ui/tooltip";
import { ConversationHeader } from "./header";

const navigate = vi.fn();
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => navigate }));

function hold(id: string, archived = false) {
  const view = emptyView(id);
  liveStore.setState(({ conversations }) => ({
    conversations: new Map(conversations).set(
      id,
      withView(NOTHING_HELD, { ...view, state: { ...view.state, title: `Title of ${id}`, archived } }),
    ),
  }));
}

const header = (id: string) => (
  <TooltipProvider>
    <ConversationHeader conversationId={id} />
  </TooltipProvider>
);

async function choose(name: string) {
  await userEvent.click(screen.getByRole("button", { name: /What to do with/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name }));
}

beforeEach(() => {
  navigate.mockClear();
  hold("one");
  hold("two");
});

it("gives the title that is being written to no other conversation", async () => {
  const change = vi.spyOn(commands, "changeConversation").mockResolvedValue(undefined);
  const { rerender } = render(header("one"));
  await userEvent.click(screen.getByRole("button", { name: /Title of one$/ }));
  await userEvent.type(screen.getByRole("textbox"), " and more");
  rerender(header("two"));
  expect(screen.queryByRole("textbox")).toBeNull();
  await userEvent.click(document.body);
  expect(change.mock.calls.filter(([id]) => id === "two")).toEqual([]);
});

it("leaves a conversation that was archived, and stays in one that came back", async () => {
  vi.spyOn(commands, "changeConversation").mockResolvedValue(undefined);
  render(header("one"));
  await choose("Archive");
  await vi.waitFor(() => expect(navigate).toHaveBeenCalledWith({ to: "/" }));
  navigate.mockClear();
  act(() => hold("one", true));
  await choose("Take out of the archive");
  expect(navigate).not.toHaveBeenCalled();
});

it("does not lead away from where somebody has gone while it was deleted", async () => {
  let done = () => {};
  vi.spyOn(commands, "deleteConversation").mockReturnValue(
    new Promise((resolve) => {
      done = resolve;
    }),
  );
  const { rerender } = render(header("one"));
  await choose("Delete");
  rerender(header("two"));
  await act(async () => done());
  expect(navigate).not.toHaveBeenCalled();
});
