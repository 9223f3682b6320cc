import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { useWorkspace } from "@/shared/lib/workspace";
import {
  bodiesOf,
  EMBEDDED_OFFER,
  emptyServer,
  invalid,
  PROVIDER,
  problem,
  renderOnPage,
  SETTINGS,
  serve,
} from "@/shared/providers/test-server";
import type { Offer } from "@/shared/providers/types";
import { Welcome } from "./welcome";

vi.mock("@/shared/api/client", async () => (await import("@/shared/providers/test-server")).fakeClient());

const KEY: Offer = {
  id: "key:OPENAI_API_KEY",
  kind: "key",
  name: "OpenAI",
  provider_id: "openai",
  format: "openai_responses",
  base_url: "https://api.openai.com/v1",
  variable: "OPENAI_API_KEY",
  key_last4: "cdef",
  models: [],
  configured: false,
};

beforeEach(() => {
  emptyServer();
  useWorkspace.setState({ insertion: null });
  serve({
    "GET /api/settings": SETTINGS,
    "GET /api/providers": { items: [] },
    "GET /api/setup": { offers: [KEY, EMBEDDED_OFFER] },
  });
});

function open() {
  renderOnPage(<Welcome composer={<textarea aria-label="Message" />} />);
  return userEvent.setup();
}

const chosen = { ...SETTINGS, provider_id: "embedded", model: "small" };

it("shows where a key comes from and its last four characters", async () => {
  open();
  expect(await screen.findByText("From OPENAI_API_KEY in the environment, ends in cdef")).toBeTruthy();
  expect(screen.queryByLabelText("Message")).toBeNull();
});

it("says what an offer lacks instead of offering it", async () => {
  const message = { message: "It is not installed.", remedy: "Install it." };
  serve({ "GET /api/setup": { offers: [{ ...EMBEDDED_OFFER, problem: message }] } });
  open();
  expect(await screen.findByText("It is not installed.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Use this/ })).toBeNull();
});

it("gives the focused composer once an offer was accepted, and says what answers", async () => {
  serve({
    "POST /api/setup/offers/embedded": () => {
      serve({ "GET /api/settings": chosen });
      return { provider_id: "embedded", model: "small", default: true, failure: null };
    },
  });
  const user = open();
  await user.click(await screen.findByRole("button", { name: "Use this: Small model" }));
  expect(await screen.findByLabelText("Message")).toBeTruthy();
  expect(screen.getByText("Small model answers from now on.")).toBeTruthy();
  expect(useWorkspace.getState().insertion).toEqual({ conversationId: null, text: "" });
});

it("says why an offer was refused and keeps the others", async () => {
  serve({
    "POST /api/setup/offers/embedded": problem(404, { code: "offer_not_found", detail: "It is gone." }),
  });
  const user = open();
  await user.click(await screen.findByRole("button", { name: "Use this: Small model" }));
  expect(await screen.findByText("It is gone.")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Use this: OpenAI" })).toBeTruthy();
});

it("asks for a model where the accepted provider could not list any", async () => {
  const failure = {
    kind: "bad_key",
    title: "The key was refused",
    message: "OpenAI refuses the key.",
    remedy: "Correct it.",
  };
  serve({
    "POST /api/setup/offers/key:OPENAI_API_KEY": () => {
      serve({
        "GET /api/settings": { ...SETTINGS, provider_id: "openai" },
        "GET /api/providers": { items: [PROVIDER] },
      });
      return { provider_id: "openai", model: null, default: true, failure };
    },
  });
  const user = open();
  await user.click(await screen.findByRole("button", { name: "Use this: OpenAI" }));
  expect(await screen.findByText("OpenAI is set up, but no model is chosen yet.")).toBeTruthy();
  expect(screen.getByText("OpenAI refuses the key.")).toBeTruthy();
  await user.type(screen.getByRole("combobox"), "gpt-5");
  serve({ "PUT /api/settings": { ...SETTINGS, provider_id: "openai", model: "gpt-5" } });
  await user.click(screen.getByRole("button", { name: "Use this model" }));
  expect(await screen.findByLabelText("Message")).toBeTruthy();
  expect(bodiesOf("PUT /api/settings")).toEqual([
    { provider_id: "openai", model: "gpt-5", context_window: null },
  ]);
});

it("is no dead end where nothing was found and looking fails", async () => {
  serve({ "GET /api/setup": problem(503, { code: "storage_failed", detail: "It did not work." }) });
  const user = open();
  expect(await screen.findByText("It did not work.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: /^Add a provider/ }));
  expect(screen.getByRole("heading", { name: "Add a provider" })).toBeTruthy();
});

it("adds a provider, tests it and uses its model", async () => {
  const local = { ...PROVIDER, id: "ollama", name: "Ollama", has_key: false, key_last4: null, headers: [] };
  serve({
    "PUT /api/providers/ollama": () => {
      serve({ "GET /api/providers": { items: [local] } });
      return local;
    },
    "POST /api/providers/ollama/test": { ok: true, model: "qwen3", models: 2, latency_ms: 80, failure: null },
    "GET /api/providers/ollama/models": { items: [] },
    "PUT /api/settings": () => {
      const settings = { ...SETTINGS, provider_id: "ollama", model: "qwen3" };
      serve({ "GET /api/settings": settings });
      return settings;
    },
  });
  const user = open();
  await user.click(await screen.findByRole("button", { name: /^Add a provider/ }));
  await user.click(screen.getByRole("radio", { name: /Ollama/ }));
  await user.click(screen.getByRole("button", { name: "Save and test" }));
  expect(await screen.findByText("qwen3 answered in 80 ms.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Use this model" }));
  expect(await screen.findByLabelText("Message")).toBeTruthy();
});

it("shows the provider's own reason when the test fails", async () => {
  const failure = {
    kind: "network",
    title: "Not reached",
    message: "Nothing listens there.",
    remedy: "Start it.",
  };
  serve({
    "PUT /api/providers/ollama": { ...PROVIDER, id: "ollama", name: "Ollama" },
    "POST /api/providers/ollama/test": { ok: false, model: null, models: null, latency_ms: null, failure },
  });
  const user = open();
  await user.click(await screen.findByRole("button", { name: /^Add a provider/ }));
  await user.click(screen.getByRole("radio", { name: /Ollama/ }));
  await user.click(screen.getByRole("button", { name: "Save and test" }));
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByText("Nothing listens there.")).toBeTruthy();
  expect(within(alert).getByText("Start it.")).toBeTruthy();
});

it("shows the composer and starters when something answers, without looking around on the machine", async () => {
  serve({ "GET /api/settings": { ...SETTINGS, provider_id: "openai", model: "gpt-5" } });
  serve({ "GET /api/providers": { items: [PROVIDER] } });
  const user = open();
  expect(await screen.findByLabelText("Message")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Explain this project" }));
  expect(useWorkspace.getState().insertion?.text).toContain("Explain this project");
  expect(bodiesOf("GET /api/setup")).toEqual([]);
});

it("welcomes again when the embedded model that was chosen is gone", async () => {
  const gone = { ...EMBEDDED_OFFER, problem: { message: "It is not installed.", remedy: "Install it." } };
  serve({ "GET /api/settings": chosen, "GET /api/setup": { offers: [gone] } });
  open();
  expect(await screen.findByText("It is not installed.")).toBeTruthy();
});

it("keeps the composer where the settings cannot be loaded", async () => {
  serve({ "GET /api/settings": invalid({}) });
  open();
  expect(await screen.findByText("The settings could not be loaded.")).toBeTruthy();
  expect(screen.getByLabelText("Message")).toBeTruthy();
});
