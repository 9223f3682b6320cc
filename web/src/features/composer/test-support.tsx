/** A composer on a page of its own, for tests: the live state and the server's answers are given. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type RenderResult, render } from "@testing-library/react";
import { vi } from "vitest";
import { client } from "@/shared/api/client";
import type { ConversationState, Message, QueueItem } from "@/shared/api/types";
import { emptyView } from "@/shared/live/conversation";
import { NOTHING_HELD, withView } from "@/shared/live/state";
import { liveStore } from "@/shared/live/store";
import { TooltipProvider } from "@/shared/ui/tooltip";
import { Composer } from "./composer";
import { reopenDrafts } from "./composer-store";

/** Forgets every draft and conversation. */
export function freshPage(): void {
  reopenDrafts();
  localStorage.clear();
  reopenDrafts();
  liveStore.setState({ conversations: new Map() });
}

export const SETTINGS = {
  provider_id: "local",
  model: "small-one",
  reasoning_effort: "default",
  attachments: { file_bytes: 1000, message_files: 2 },
};

/** Answers GET requests by path, and gives what was asked; what is not named is refused. */
export function answerGets(answers: Readonly<Record<string, unknown>>): { path: string; options: unknown }[] {
  const asked: { path: string; options: unknown }[] = [];
  const all: Readonly<Record<string, unknown>> = {
    "/api/settings": SETTINGS,
    "/api/providers": { items: [] },
    ...answers,
  };
  const get = async (path: string, options?: unknown) => {
    asked.push({ path, options });
    const given = all[path];
    const answer = typeof given === "function" ? await given(options) : given;
    return answer === undefined
      ? {
          error: { code: "not_found", detail: "It is not there." },
          response: new Response(null, { status: 404 }),
        }
      : { data: answer, response: new Response() };
  };
  vi.spyOn(client, "GET").mockImplementation(get as unknown as typeof client.GET);
  return asked;
}

export function userMessage(id: string, text: string, parent: string | null): Message {
  const parts: Message["parts"] = [{ type: "text", id: `${id}.text`, text }];
  return { ...answer(id, parent), author: "user", parts };
}

export function answer(id: string, parent: string | null): Message {
  return {
    id,
    parent_id: parent,
    siblings: [id],
    author: "assistant",
    status: "completed",
    parts: [],
    turn_id: "turn_1",
    created_at: 0,
    edited: false,
    model: null,
    usage: null,
    cost: null,
    retrying: null,
  } as Message;
}

export function waiting(id: string, text: string, mode: QueueItem["mode"] = "queue"): QueueItem {
  return { id, turn_id: "turn_2", mode, parts: [{ type: "text", id: `${id}.text`, text }] };
}

/** What the live state holds of a conversation. */
export function hold(id: string, state: Partial<ConversationState>, messages: readonly Message[] = []): void {
  const empty = emptyView(id);
  const head = messages.at(-1)?.id ?? null;
  const view = {
    ...empty,
    state: { ...empty.state, seq: 7, head, ...state },
    messages: new Map(messages.map((message) => [message.id, message])),
  };
  liveStore.setState(({ conversations }) => ({
    conversations: new Map(conversations).set(id, withView(NOTHING_HELD, view)),
  }));
}

export interface Page extends RenderResult {
  created: ReturnType<typeof vi.fn<(id: string) => void>>;
}

export function renderComposer(conversationId: string | null, workdir?: string): Page {
  const created = vi.fn<(id: string) => void>();
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const page = render(
    <QueryClientProvider client={queries}>
      <TooltipProvider>
        <Composer conversationId={conversationId} workdir={workdir} onCreated={created} />
      </TooltipProvider>
    </QueryClientProvider>,
  );
  return { ...page, created };
}
