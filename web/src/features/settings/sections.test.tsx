import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { setPreference } from "@/shared/lib/preferences";
import {
  bodiesOf,
  EMBEDDED_OFFER,
  emptyServer,
  PROVIDER,
  problem,
  renderOnPage,
  SETTINGS,
  serve,
} from "@/shared/providers/test-server";
import { AppearanceSection } from "./appearance-section";
import { DeletedConversations } from "./deleted-conversations";
import { dropDrafts } from "./drafts";
import { Health } from "./health";
import { ProvidersSection } from "./providers-section";

vi.mock("@/shared/api/client", async () => (await import("@/shared/providers/test-server")).fakeClient());

beforeEach(() => {
  emptyServer();
  dropDrafts();
  setPreference("notifications", false);
});

const DELETED = {
  id: "one",
  title: "Old plans",
  updated_at: 1_000,
  created_at: 1,
  deleted: true,
  archived: false,
  pinned: false,
  seq: 1,
  read_seq: 1,
  answered_seq: 1,
  list_seq: 1,
  outcome: null,
  status: "idle",
  workdir: "/work",
};
const LIST = "GET /api/conversations";

it("deletes for good only after it was confirmed", async () => {
  serve({
    [LIST]: { items: [DELETED], next: null },
    "DELETE /api/conversations/one": () => {
      serve({ [LIST]: { items: [], next: null } });
      return null;
    },
  });
  renderOnPage(<DeletedConversations />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Delete Old plans for good" }));
  expect(bodiesOf("DELETE /api/conversations/one?purge=true")).toHaveLength(0);
  const dialog = screen.getByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: "Delete for good" }));
  expect(await screen.findByText("Nothing was deleted.")).toBeTruthy();
  expect(bodiesOf("DELETE /api/conversations/one?purge=true")).toHaveLength(1);
});

it("keeps a conversation when deleting it for good is cancelled", async () => {
  serve({ [LIST]: { items: [DELETED], next: null } });
  renderOnPage(<DeletedConversations />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Delete Old plans for good" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Cancel" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(bodiesOf("DELETE /api/conversations/one?purge=true")).toHaveLength(0);
});

it("brings a deleted conversation back", async () => {
  serve({
    [LIST]: { items: [DELETED], next: null },
    "POST /api/conversations/one/restore": () => {
      serve({ [LIST]: { items: [], next: null } });
      return null;
    },
  });
  renderOnPage(<DeletedConversations />);
  await userEvent.setup().click(await screen.findByRole("button", { name: "Restore Old plans" }));
  expect(await screen.findByText("Nothing was deleted.")).toBeTruthy();
});

it("lists what is wrong first, with the remedy", async () => {
  const findings = [
    { status: "ok", name: "python", found: "3.11", remedy: null },
    { status: "missing", name: "ripgrep", found: "not installed", remedy: "Install it." },
  ];
  serve({ "GET /api/doctor": { findings, data: {}, checked_at: 1 } });
  renderOnPage(<Health />);
  expect(await screen.findByText("Install it.")).toBeTruthy();
  const lines = screen.getAllByRole("listitem").map((line) => line.textContent);
  expect(lines[0]).toContain("ripgrep");
  expect(screen.getByText(/^1 thing is missing\./)).toBeTruthy();
});

it("asks the browser for notifications only when they are switched on", async () => {
  const requestPermission = vi.fn(async () => "granted");
  vi.stubGlobal("Notification", { permission: "default", requestPermission });
  renderOnPage(<AppearanceSection />);
  expect(requestPermission).not.toHaveBeenCalled();
  await userEvent.setup().click(screen.getByRole("switch", { name: /^Tell me/ }));
  await vi.waitFor(() =>
    expect(screen.getByRole("switch", { name: /^Tell me/ })).toHaveProperty("checked", true),
  );
  expect(requestPermission).toHaveBeenCalledOnce();
});

it("says what to do where the browser blocks notifications", async () => {
  vi.stubGlobal("Notification", { permission: "denied", requestPermission: vi.fn() });
  renderOnPage(<AppearanceSection />);
  await userEvent.setup().click(screen.getByRole("switch", { name: /^Tell me/ }));
  expect(screen.getByText("The browser blocks notifications from this page")).toBeTruthy();
  expect(screen.getByRole("switch", { name: /^Tell me/ })).toHaveProperty("checked", false);
});

function serveProviders() {
  serve({
    "GET /api/settings": { ...SETTINGS, provider_id: "openai", model: "gpt-5", context_window: 9_000 },
    "GET /api/providers": { items: [PROVIDER] },
    "GET /api/providers/openai/models": { items: [] },
    "GET /api/setup": { offers: [EMBEDDED_OFFER] },
  });
}

it("tests a provider in the list and gives its own sentence", async () => {
  serveProviders();
  const failure = {
    kind: "bad_key",
    title: "Refused",
    message: "The key is wrong.",
    remedy: "Enter it again.",
  };
  serve({ "POST /api/providers/openai/test": { ok: false, failure } });
  renderOnPage(<ProvidersSection />);
  await userEvent.setup().click(await screen.findByRole("button", { name: "Test OpenAI" }));
  expect(await screen.findByText("The key is wrong.")).toBeTruthy();
});

it("sends another default provider with a model of its own", async () => {
  serveProviders();
  serve({ "PUT /api/settings": { ...SETTINGS, provider_id: "embedded", model: "small" } });
  renderOnPage(<ProvidersSection />);
  const user = userEvent.setup();
  await screen.findByRole("option", { name: "Small model" });
  await user.selectOptions(screen.getByLabelText("Provider"), "embedded");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await vi.waitFor(() =>
    expect(bodiesOf("PUT /api/settings")).toEqual([
      { provider_id: "embedded", model: "small", context_window: null },
    ]),
  );
});

it("deletes a provider after it was confirmed, and says when that fails", async () => {
  serveProviders();
  serve({
    "DELETE /api/providers/openai": problem(507, { code: "storage_full", detail: "The disk is full." }),
  });
  renderOnPage(<ProvidersSection />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "More for OpenAI" }));
  await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Delete" }));
  expect(await screen.findByText("The disk is full.")).toBeTruthy();
});
