import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { client } from "@/shared/api/client";
import { setPast, usePastViews } from "@/shared/live/past";
import { TooltipProvider } from "@/shared/ui/tooltip";
import { HistoryView } from "./history-view";

const shown = () => usePastViews.getState().views.get("c1")?.view.state.seq;
const slider = () => screen.findByRole<HTMLInputElement>("slider", { name: "Place in the history" });

function said(seq: number) {
  return {
    type: "message",
    conversation_id: "c1",
    seq,
    at: seq,
    message_id: `m${seq}`,
    parent_id: seq === 1 ? null : `m${seq - 1}`,
    author: "user",
    parts: [],
    turn_id: null,
  };
}

function answer(page: () => object | null) {
  const get = async () => {
    const data = page();
    return data === null
      ? { error: {}, response: new Response(null, { status: 500 }) }
      : { data, response: new Response() };
  };
  return vi.spyOn(client, "GET").mockImplementation(get as unknown as typeof client.GET);
}

function open() {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={queries}>
      <TooltipProvider>
        <HistoryView conversationId="c1" />
      </TooltipProvider>
    </QueryClientProvider>,
  );
}

afterEach(() => act(() => setPast("c1", null)));

it("shows the conversation as it was at the chosen place", async () => {
  answer(() => ({ items: [said(1), said(2), said(3)], next: null }));
  open();
  fireEvent.change(await slider(), { target: { value: "2" } });
  expect(shown()).toBe(2);
});

it("is in the present again when somebody returns to it elsewhere", async () => {
  answer(() => ({ items: [said(1), said(2), said(3)], next: null }));
  open();
  fireEvent.change(await slider(), { target: { value: "2" } });
  act(() => setPast("c1", null));
  expect((await slider()).value).toBe("3");
});

it("leaves the past when it is closed", async () => {
  answer(() => ({ items: [said(1), said(2)], next: null }));
  const { unmount } = open();
  fireEvent.change(await slider(), { target: { value: "1" } });
  unmount();
  expect(shown()).toBeUndefined();
});

it("can be asked for again where it could not be loaded", async () => {
  let items: object | null = null;
  answer(() => items);
  open();
  const again = await screen.findByRole("button", { name: "Try again" });
  items = { items: [said(1)], next: null };
  fireEvent.click(again);
  expect((await slider()).value).toBe("1");
});
