import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import {
  bodiesOf,
  emptyServer,
  invalid,
  problem,
  renderOnPage,
  SETTINGS,
  serve,
} from "@/shared/providers/test-server";
import { AgentSection } from "./agent-section";
import { dropDrafts } from "./drafts";
import { FoldersSection } from "./folders-section";
import { LimitsSection } from "./limits-section";

vi.mock("@/shared/api/client", async () => (await import("@/shared/providers/test-server")).fakeClient());

const PUT = "PUT /api/settings";

beforeEach(() => {
  emptyServer();
  dropDrafts();
  serve({
    "GET /api/settings": SETTINGS,
    "GET /api/about": {
      version: "1",
      python: "3",
      platform: "x",
      database: "sqlite",
      workdir: "/work",
      started_at: 0,
    },
  });
});

function open(section: "limits" | "agent" | "folders") {
  const sections = { limits: <LimitsSection />, agent: <AgentSection />, folders: <FoldersSection /> };
  const page = renderOnPage(sections[section]);
  return { user: userEvent.setup(), page };
}

const save = () => screen.getByRole("button", { name: "Save" });

it("sends only what was changed, in the server's units", async () => {
  serve({ [PUT]: { ...SETTINGS, limits: { ...SETTINGS.limits, wall_seconds: 5_400 } } });
  const { user } = open("limits");
  const field = await screen.findByLabelText("Time");
  await user.clear(field);
  await user.type(field, "90");
  await user.click(save());
  await vi.waitFor(() => expect(bodiesOf(PUT)).toEqual([{ limits: { wall_seconds: 5_400 } }]));
  expect(await screen.findByText("Saved")).toBeTruthy();
});

it("resets a limit that was emptied", async () => {
  serve({ [PUT]: SETTINGS, "GET /api/settings": { ...SETTINGS, limits: { ...SETTINGS.limits, steps: 7 } } });
  const { user } = open("limits");
  await user.clear(await screen.findByLabelText("Steps"));
  await user.click(save());
  await vi.waitFor(() => expect(bodiesOf(PUT)).toEqual([{ limits: { steps: null } }]));
  await vi.waitFor(() => expect(screen.getByLabelText("Steps")).toHaveProperty("value", "100"));
});

it("does not send a number that is out of range, and takes the focus to it", async () => {
  const { user } = open("limits");
  const field = await screen.findByLabelText("Tries");
  await user.clear(field);
  await user.type(field, "99");
  await user.click(save());
  expect(document.activeElement).toBe(field);
  expect(screen.getByText("Choose a number from 0 to 20.")).toBeTruthy();
  expect(bodiesOf(PUT)).toEqual([]);
});

it("says at its field what the server refuses and keeps what was typed", async () => {
  serve({ [PUT]: invalid({ "attachments.message_files": "Too many." }) });
  const { user } = open("limits");
  const field = await screen.findByLabelText("Files of a message");
  await user.clear(field);
  await user.type(field, "50");
  await user.click(save());
  expect(await screen.findByText("Too many.")).toBeTruthy();
  await vi.waitFor(() => expect(document.activeElement).toBe(field));
  expect(field).toHaveProperty("value", "50");
});

it("shows that something is not saved, and gives the stored value back when it is discarded", async () => {
  const { user } = open("limits");
  await user.type(await screen.findByLabelText("Steps"), "0");
  expect(screen.getByText("Changes are not saved yet.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Discard" }));
  expect(screen.getByLabelText("Steps")).toHaveProperty("value", "100");
  expect(screen.queryByText("Changes are not saved yet.")).toBeNull();
});

it("keeps what was typed while another section is looked at", async () => {
  const { user, page } = open("limits");
  await user.type(await screen.findByLabelText("Steps"), "0");
  page.unmount();
  open("limits");
  expect(await screen.findByLabelText("Steps")).toHaveProperty("value", "1000");
});

it("keeps what was typed while the form was saved", async () => {
  let answer = (_: object) => {};
  serve({
    [PUT]: () =>
      new Promise<object>((resolve) => {
        answer = resolve;
      }),
  });
  const { user } = open("limits");
  await user.type(await screen.findByLabelText("Steps"), "0");
  await user.click(save());
  await vi.waitFor(() => expect(bodiesOf(PUT)).toHaveLength(1));
  await user.type(screen.getByLabelText("Tries"), "0");
  answer({ ...SETTINGS, limits: { ...SETTINGS.limits, steps: 1000 } });
  await vi.waitFor(() => expect(screen.getByLabelText("Steps")).toHaveProperty("value", "1000"));
  expect(screen.getByLabelText("Tries")).toHaveProperty("value", "50");
  expect(screen.getByText("Changes are not saved yet.")).toBeTruthy();
});

it("keeps what was typed where the limits could not be reset", async () => {
  serve({ [PUT]: problem(500, { code: "internal", detail: "It broke." }) });
  const { user } = open("limits");
  await user.type(await screen.findByLabelText("Steps"), "0");
  await user.click(screen.getByRole("button", { name: "Reset to the defaults" }));
  expect(await screen.findByText(/It broke/)).toBeTruthy();
  expect(screen.getByLabelText("Steps")).toHaveProperty("value", "1000");
});

it("keeps an agent prompt that was not saved in the browser", async () => {
  const { user, page } = open("agent");
  await user.type(await screen.findByLabelText("Agent prompt"), "Be brief.");
  page.unmount();
  dropDrafts();
  open("agent");
  await vi.waitFor(() => expect(screen.getByLabelText("Agent prompt")).toHaveProperty("value", "Be brief."));
});

it("forgets the kept prompt once it is saved", async () => {
  serve({ [PUT]: { ...SETTINGS, agent_prompt: "Be brief." } });
  const { user } = open("agent");
  await user.type(await screen.findByLabelText("Agent prompt"), "Be brief.");
  await user.click(save());
  expect(await screen.findByText("Saved")).toBeTruthy();
  expect(localStorage.length).toBe(0);
});

it("says at its line which folder was refused, not counting lines that are empty", async () => {
  serve({ [PUT]: invalid({ "folders.0": "It cannot be reached." }) });
  const { user } = open("folders");
  await user.click(await screen.findByRole("button", { name: "Add a folder" }));
  await user.click(screen.getByRole("button", { name: "Add a folder" }));
  const second = screen.getByLabelText("Folder 2");
  expect(document.activeElement).toBe(second);
  await user.type(second, "/nowhere");
  await user.click(save());
  expect(await screen.findByText("It cannot be reached.")).toBeTruthy();
  expect(bodiesOf(PUT)).toEqual([{ folders: ["/nowhere"] }]);
  expect(second.getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByLabelText("Folder 1").getAttribute("aria-invalid")).toBeNull();
});
