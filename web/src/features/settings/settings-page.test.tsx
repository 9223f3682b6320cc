import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
  useParams,
} from "@tanstack/react-router";
import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import {
  emptyServer,
  PROVIDER,
  problem,
  renderOnPage,
  SETTINGS,
  serve,
} from "@/shared/providers/test-server";
import { dropDrafts } from "./drafts";
import { SettingsPage } from "./settings-page";

vi.mock("@/shared/api/client", async () => (await import("@/shared/providers/test-server")).fakeClient());

const ABOUT = {
  version: "1.2.3",
  python: "3.13",
  platform: "linux",
  database: "sqlite",
  workdir: "/work",
  started_at: 0,
};

beforeEach(() => {
  emptyServer();
  dropDrafts();
  serve({
    "GET /api/settings": SETTINGS,
    "GET /api/about": ABOUT,
    "GET /api/doctor": { findings: [], data: {}, checked_at: 1 },
  });
});

async function open(path: string) {
  const root = createRootRoute();
  const settings = createRoute({
    getParentRoute: () => root,
    path: "/settings/{-$section}",
    component: function Page() {
      return <SettingsPage section={useParams({ strict: false }).section} />;
    },
  });
  const login = createRoute({
    getParentRoute: () => root,
    path: "/login",
    component: () => <p>Logged out</p>,
  });
  const router = createRouter({
    routeTree: root.addChildren([settings, login]),
    history: createMemoryHistory({ initialEntries: [path] }),
  });
  await act(() => router.load());
  // The types know the page's own router alone.
  renderOnPage(<RouterProvider router={router as never} />);
  return userEvent.setup();
}

const rail = () => screen.getByRole("navigation", { name: "Sections of the settings" });

it("opens the section that the address names, under its own heading", async () => {
  await open("/settings/limits");
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Limits");
  expect(within(rail()).getByRole("link", { name: "Limits" }).getAttribute("aria-current")).toBe("page");
});

it("marks the section that holds something unsaved, also when another one is shown", async () => {
  const user = await open("/settings/limits");
  await user.type(await screen.findByLabelText("Steps"), "0");
  await user.click(within(rail()).getByRole("link", { name: "Appearance" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Appearance" })).toBeTruthy();
  expect(within(rail()).getByRole("link", { name: "Limits, with changes that are not saved" })).toBeTruthy();
});

it("lists the sections first on a phone", async () => {
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener() {}, removeEventListener() {} }));
  const user = await open("/settings");
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Settings");
  await user.click(within(rail()).getByRole("link", { name: /^Limits/ }));
  expect(await screen.findByRole("heading", { level: 1, name: "Limits" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "All settings" })).toBeTruthy();
});

it("leads on from a section that there is not", async () => {
  await open("/settings/nonsense");
  expect(screen.getByText("There is no such section")).toBeTruthy();
  expect(screen.getByRole("link", { name: "All settings" })).toBeTruthy();
});

it("gives a login link for another device and says that it only works on this machine", async () => {
  serve({ "POST /api/login-links": { url: "http://127.0.0.1:6873/login?token=abc", expires_at: 1 } });
  const user = await open("/settings/about");
  await user.click(screen.getByRole("button", { name: "Make a login link" }));
  expect(await screen.findByText("http://127.0.0.1:6873/login?token=abc")).toBeTruthy();
  expect(screen.getByText(/only reachable on this machine/)).toBeTruthy();
});

it("logs out after it was confirmed", async () => {
  serve({ "POST /api/logout": null });
  const user = await open("/settings/about");
  await user.click(screen.getByRole("button", { name: "Log out" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Log out" }));
  expect(await screen.findByText("Logged out")).toBeTruthy();
});

it("stays where logging out fails, and says why", async () => {
  serve({ "POST /api/logout": problem(507, { code: "storage_full", detail: "The disk is full." }) });
  const user = await open("/settings/about");
  await user.click(screen.getByRole("button", { name: "Log out" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Log out" }));
  expect(await screen.findByText("The disk is full.")).toBeTruthy();
});

it("asks before another section takes the place of a provider that is not saved", async () => {
  serve({ "GET /api/providers": { items: [PROVIDER] }, "GET /api/setup": { offers: [] } });
  const user = await open("/settings/providers");
  await user.click(await screen.findByRole("button", { name: "Edit OpenAI" }));
  await user.type(screen.getByLabelText("Name"), " 2");
  await user.click(within(rail()).getByRole("link", { name: "Data" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(screen.getByLabelText("Name")).toHaveProperty("value", "OpenAI 2");
});
