import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { ProviderForm } from "./provider-form";
import { bodiesOf, emptyServer, invalid, PROVIDER, renderOnPage, serve } from "./test-server";
import type { Provider } from "./types";

vi.mock("@/shared/api/client", async () => (await import("./test-server")).fakeClient());

const PUT = "PUT /api/providers/openai";

beforeEach(emptyServer);

function open(
  provider: Provider | null,
  providers: readonly Provider[] = provider === null ? [] : [provider],
) {
  const onClose = vi.fn();
  renderOnPage(
    <ProviderForm provider={provider} providers={providers} onClose={onClose} closeLabel="Back" />,
  );
  return { user: userEvent.setup(), onClose };
}

async function openAdvanced(user: ReturnType<typeof userEvent.setup>) {
  await user.click(screen.getByRole("button", { name: "Models, headers and waiting times" }));
}

it("never sends a stored key that was not touched", async () => {
  serve({
    [PUT]: PROVIDER,
    "POST /api/providers/openai/test": { ok: true, model: "m", models: 1, latency_ms: 1 },
  });
  const { user } = open(PROVIDER);
  await user.clear(screen.getByLabelText("Name"));
  await user.type(screen.getByLabelText("Name"), "Work");
  await user.click(screen.getByRole("button", { name: "Save without a test" }));
  await vi.waitFor(() => expect(bodiesOf(PUT)).toEqual([{ name: "Work" }]));
});

it("sends a key that was typed once, and forgets it", async () => {
  serve({ [PUT]: PROVIDER });
  const { user } = open(PROVIDER);
  const key = screen.getByLabelText("API key");
  await user.type(key, "sk-new");
  await user.click(screen.getByRole("button", { name: "Save without a test" }));
  await vi.waitFor(() => expect(bodiesOf(PUT)).toEqual([{ api_key: "sk-new" }]));
  await vi.waitFor(() => expect(screen.getByLabelText("API key")).toHaveProperty("value", ""));
});

it("removes a stored key only where that is chosen", async () => {
  serve({ [PUT]: { ...PROVIDER, has_key: false, key_last4: null } });
  const { user } = open(PROVIDER);
  await user.click(screen.getByLabelText("Remove the stored key"));
  await user.click(screen.getByRole("button", { name: "Save without a test" }));
  await vi.waitFor(() => expect(bodiesOf(PUT)).toEqual([{ api_key: null }]));
});

it("shows of a stored key its last characters", () => {
  open(PROVIDER);
  expect(screen.getByText("The stored key ends in cdef. Leave this empty to keep it.")).toBeTruthy();
  expect(screen.getByLabelText("API key")).toHaveProperty("value", "");
});

it("says at the field what the server refuses, keeps what was typed and takes the focus there", async () => {
  serve({ [PUT]: invalid({ base_url: "The base URL is malformed." }) });
  const { user } = open(PROVIDER);
  const field = screen.getByLabelText(/^Base URL/);
  await user.clear(field);
  await user.type(field, "nonsense");
  await user.click(screen.getByRole("button", { name: "Save and test" }));
  expect(await screen.findByText("The base URL is malformed.")).toBeTruthy();
  await vi.waitFor(() => expect(document.activeElement).toBe(field));
  expect(field).toHaveProperty("value", "nonsense");
});

it("opens what is folded where a field in it was refused", async () => {
  const entry = { id: "m", name: null, context_window: 5 };
  serve({ [PUT]: invalid({ "models.0.context_window": "Too large." }) });
  const { user } = open({ ...PROVIDER, models: [entry] });
  await user.type(screen.getByLabelText("Name"), " 2");
  await user.click(screen.getByRole("button", { name: "Save and test" }));
  expect(await screen.findByText("Too large.")).toBeTruthy();
});

it("says at the form what no field of it can show", async () => {
  serve({ [PUT]: invalid({ sealed: "Not this one." }) });
  const { user } = open(PROVIDER);
  await user.type(screen.getByLabelText("Name"), " 2");
  await user.click(screen.getByRole("button", { name: "Save and test" }));
  expect(await screen.findByText("sealed: Not this one.")).toBeTruthy();
});

it("fills in what is known of a service", async () => {
  serve({ "PUT /api/providers/anthropic": { ...PROVIDER, id: "anthropic" } });
  const { user } = open(null);
  await user.click(screen.getByRole("radio", { name: /Anthropic/ }));
  await user.type(screen.getByLabelText("API key"), "sk-ant");
  await user.click(screen.getByRole("button", { name: "Save without a test" }));
  await vi.waitFor(() =>
    expect(bodiesOf("PUT /api/providers/anthropic")).toEqual([
      { name: "Anthropic", format: "anthropic", base_url: "https://api.anthropic.com", api_key: "sk-ant" },
    ]),
  );
});

it("does not write over another provider of the same name", async () => {
  serve({ "PUT /api/providers/openai-2": { ...PROVIDER, id: "openai-2" } });
  const { user } = open(null, [PROVIDER]);
  await user.click(screen.getByRole("radio", { name: /OpenAI/ }));
  await user.click(screen.getByRole("button", { name: "Save without a test" }));
  await vi.waitFor(() => expect(bodiesOf("PUT /api/providers/openai-2")).toHaveLength(1));
});

it("refuses an id that is taken before anything is sent", async () => {
  const { user } = open(null, [PROVIDER]);
  await user.click(screen.getByRole("radio", { name: /Ollama/ }));
  await openAdvanced(user);
  await user.type(screen.getByLabelText("Id"), "openai");
  await user.click(screen.getByRole("button", { name: "Save and test" }));
  expect(
    screen.getByText("There is a provider with the id openai already. Choose another one."),
  ).toBeTruthy();
  expect(bodiesOf(PUT)).toEqual([]);
});

it("removes a header by its name and leaves the values of others alone", async () => {
  serve({ [PUT]: PROVIDER });
  const { user } = open({ ...PROVIDER, headers: ["x-one", "x-two"] });
  await openAdvanced(user);
  await user.click(screen.getByRole("button", { name: "Remove the header x-one" }));
  await user.click(screen.getByRole("button", { name: "Save without a test" }));
  await vi.waitFor(() => expect(bodiesOf(PUT)).toEqual([{ headers: { "x-one": null } }]));
});

it("asks before it throws away what was typed", async () => {
  const { user, onClose } = open(PROVIDER);
  await user.type(screen.getByLabelText("Name"), " 2");
  await user.click(screen.getByRole("button", { name: "Back" }));
  expect(onClose).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "Discard" }));
  await vi.waitFor(() => expect(onClose).toHaveBeenCalledOnce());
});

it("says at a header's name that it cannot be one", async () => {
  serve({ [PUT]: invalid({ headers: "A header's name has letters." }) });
  const { user } = open({ ...PROVIDER, headers: [] });
  await openAdvanced(user);
  await user.click(screen.getByRole("button", { name: "Add a header" }));
  const name = screen.getByLabelText("Header");
  expect(document.activeElement).toBe(name);
  await user.type(name, "bad name");
  await user.type(screen.getByLabelText("Value"), "secret");
  await user.click(screen.getByRole("button", { name: "Save and test" }));
  expect(await screen.findByText("A header's name has letters.")).toBeTruthy();
  await vi.waitFor(() => expect(document.activeElement).toBe(name));
});
