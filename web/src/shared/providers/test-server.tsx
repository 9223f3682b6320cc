/** A workspace for tests of what asks one: routes answer, and what was sent is kept. Stands at the network boundary. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import createClient from "openapi-fetch";
import type { ReactNode } from "react";
import { vi } from "vitest";
import type { paths } from "@/shared/api/schema";
import { Toasts } from "@/shared/ui/toast";
import { TooltipProvider } from "@/shared/ui/tooltip";
import type { Offer, Provider, Settings } from "./types";

interface Sent {
  route: string;
  body: unknown;
}

type Given = Response | object | null;
type Answer = Given | (() => Given | Promise<Given>);

const routes = new Map<string, Answer>();
const sent: Sent[] = [];

/** What `vi.mock("@/shared/api/client", …)` puts in the place of the client: the same one, with a fetch of ours. */
export async function fakeClient() {
  const actual = await vi.importActual<typeof import("@/shared/api/client")>("@/shared/api/client");
  const client = createClient<paths>({ baseUrl: "http://workspace.test", fetch: answer });
  return { ...actual, client };
}

async function answer(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const text = await request.text();
  const route = `${request.method} ${decodeURIComponent(pathname)}`;
  sent.push({ route: `${route}${search}`, body: text === "" ? undefined : JSON.parse(text) });
  const given = routes.get(`${route}${search}`) ?? routes.get(route);
  if (given === undefined) {
    return problem(404, { code: "no_such_route", detail: `Nothing answers ${route}.` });
  }
  const found = typeof given === "function" ? await given() : given;
  if (found === null) return new Response(null, { status: 204 });
  return found instanceof Response ? found.clone() : Response.json(found);
}

/** Answers a route ("GET /api/settings") from now on; null is an empty answer. */
export function serve(answers: Readonly<Record<string, Answer>>): void {
  for (const [route, given] of Object.entries(answers)) routes.set(route, given);
}

export function problem(
  status: number,
  details: object,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ title: "Refused", status, remedy: "", ...details }, { status, headers });
}

/** A refusal of fields by their names. */
export function invalid(errors: Readonly<Record<string, string>>): Response {
  const list = Object.entries(errors).map(([field, message]) => ({ field, message }));
  return problem(422, { code: "invalid_request", detail: "Refused.", remedy: "Correct it.", errors: list });
}

/** The bodies that were sent to a route, oldest first. */
export function bodiesOf(route: string): unknown[] {
  return sent.filter((one) => one.route === route).map((one) => one.body);
}

export function emptyServer(): void {
  routes.clear();
  sent.length = 0;
  localStorage.clear();
}

export function renderOnPage(content: ReactNode) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={queries}>
      <TooltipProvider>
        {content}
        <Toasts />
      </TooltipProvider>
    </QueryClientProvider>,
  );
}

export const SETTINGS: Settings = {
  provider_id: null,
  model: null,
  reasoning_effort: "default",
  context_window: null,
  agent_prompt: "",
  limits: { steps: 100, wall_seconds: 3_600, identical_calls: 5, retries: 5 },
  folders: [],
  attachments: { file_bytes: 20_971_520, message_files: 20 },
};

export const PROVIDER: Provider = {
  id: "openai",
  name: "OpenAI",
  format: "openai_responses",
  base_url: "https://api.openai.com/v1",
  has_key: true,
  key_last4: "cdef",
  headers: ["x-team"],
  models: [],
  timeouts: { connect: 10, first_chunk: 120, between_chunks: 60 },
  created_at: 1,
  problem: null,
};

export const EMBEDDED_OFFER: Offer = {
  id: "embedded",
  kind: "embedded",
  name: "Small model",
  provider_id: "embedded",
  format: "openai",
  models: ["small"],
  configured: false,
};
