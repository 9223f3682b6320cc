import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import * as commands from "@/shared/api/commands";
import { composerStore } from "./composer-store";
import { answerGets, freshPage, hold, renderComposer, SETTINGS } from "./test-support";

vi.mock("@tanstack/react-router", () => ({
  Link: ({ children }: { children: ReactNode }) => <a href="/settings/providers">{children}</a>,
}));

const MODELS = "/api/providers/{provider_id}/models";
const providers = {
  items: [
    { id: "one", name: "Provider one" },
    { id: "two", name: "Provider two" },
  ],
};
const unknown = { name: null, max_output_tokens: null, cached_price: null };
const models = [
  { ...unknown, id: "large", context_window: 200_000, input_price: 3, output_price: 15 },
  { ...unknown, id: "small", context_window: null, input_price: null, output_price: null },
];

function answerModels() {
  return answerGets({
    "/api/providers": providers,
    [MODELS]: async ({ params }: { params: { path: { provider_id: string } } }) =>
      params.path.provider_id === "one" ? { items: models } : undefined,
  });
}

beforeEach(freshPage);

const open = async () => userEvent.click(await screen.findByRole("button", { name: /^Model:/ }));

describe("the model picker", () => {
  it("says which model answers, the workspace's where none is chosen", async () => {
    answerModels();
    hold("c1", {});
    renderComposer("c1");
    expect(await screen.findByRole("button", { name: "Model: small-one" })).toBeTruthy();
  });

  it("asks no provider before it is opened", async () => {
    const asked = answerModels();
    hold("c1", {});
    renderComposer("c1");
    await screen.findByRole("button", { name: "Model: small-one" });
    expect(asked.map(({ path }) => path)).toEqual(["/api/settings"]);
  });

  it("offers the models with what is known of them, though one provider does not answer", async () => {
    answerModels();
    hold("c1", {});
    renderComposer("c1");
    await open();
    expect((await screen.findByRole("option", { name: /large/ })).textContent).toMatch(
      /200K context.*\$3 in, \$15 out/,
    );
    expect(await screen.findByText(/Provider two cannot be asked/)).toBeTruthy();
  });

  it("finds a model by typing, and takes it with enter", async () => {
    const change = vi.spyOn(commands, "changeConversation").mockResolvedValue(undefined);
    answerModels();
    hold("c1", {});
    renderComposer("c1");
    await open();
    await screen.findByRole("option", { name: /large/ });
    await userEvent.keyboard("sma{Enter}");
    expect(change).toHaveBeenCalledWith("c1", { provider_id: "one", model: "small" });
    expect(screen.queryByRole("listbox", { name: "Model" })).toBeNull();
  });

  it("gives the model back to the workspace", async () => {
    const change = vi.spyOn(commands, "changeConversation").mockResolvedValue(undefined);
    answerModels();
    hold("c1", { provider_id: "one", model: "large" });
    renderComposer("c1");
    await open();
    await userEvent.click(await screen.findByRole("option", { name: /Workspace default/ }));
    expect(change).toHaveBeenCalledWith("c1", { provider_id: null, model: null });
  });

  it("remembers the choice for a conversation that is not there yet", async () => {
    const change = vi.spyOn(commands, "changeConversation");
    answerModels();
    renderComposer(null);
    await open();
    await userEvent.click(await screen.findByRole("option", { name: /large/ }));
    expect(await screen.findByRole("button", { name: "Model: large" })).toBeTruthy();
    expect(composerStore(null).getState().choice).toEqual({ provider_id: "one", model: "large" });
    expect(change).not.toHaveBeenCalled();
  });

  it("leads to the settings where there is no provider", async () => {
    answerGets({ "/api/settings": { ...SETTINGS, provider_id: null, model: null } });
    hold("c1", {});
    renderComposer("c1");
    await open();
    expect(await screen.findByRole("link", { name: "Set up a provider" })).toBeTruthy();
  });
});

describe("the effort picker", () => {
  it("sets how hard the model thinks", async () => {
    const change = vi.spyOn(commands, "changeConversation").mockResolvedValue(undefined);
    answerModels();
    hold("c1", {});
    renderComposer("c1");
    await userEvent.click(screen.getByRole("button", { name: "Thinking effort: Automatic" }));
    const menu = within(await screen.findByRole("menu"));
    await userEvent.click(menu.getByRole("menuitemradio", { name: /^High/ }));
    expect(change).toHaveBeenCalledWith("c1", { reasoning_effort: "high" });
  });

  it("shows what is set for the conversation", () => {
    answerModels();
    hold("c1", { reasoning_effort: "low" });
    renderComposer("c1");
    expect(screen.getByRole("button", { name: "Thinking effort: Low" })).toBeTruthy();
  });
});
