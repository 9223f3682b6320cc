import { expect, it, vi } from "vitest";
import type { Command } from "@/shared/lib/commands";
import { type SlashCommand, suggest, typedCommand } from "./slash";

const own: SlashCommand[] = [
  { name: "stop", description: "Stop", bare: true, run: vi.fn() },
  { name: "search", description: "Search", bare: true, run: vi.fn() },
  { name: "rename", description: "Rename", argument: "title", bare: false, run: vi.fn() },
];
const page: Command[] = [
  { id: "view.settings", title: "Einstellungen öffnen", group: "view", run: vi.fn() },
  { id: "view.keys", title: "Settings by keys", group: "view", keysOnly: true, run: vi.fn() },
  { id: "composer.attach", title: "Stick a file on", group: "composer", run: vi.fn() },
];

const found = (query: string) =>
  suggest(query, own, page).map((found) => (found.kind === "own" ? found.command.name : found.command.id));

it("offers only its own commands at first", () => {
  expect(found("")).toEqual(["stop", "search", "rename"]);
});

it("finds its own by the beginning of their name", () => {
  expect(found("s")).toEqual(["stop", "search"]);
});

it("finds the page's by the beginning of a word, accents or not", () => {
  expect(found("off")).toEqual(["view.settings"]);
});

it("finds nothing in a path", () => {
  expect(found("usr/bin")).toEqual([]);
});

it("takes a text that is a command for one", () => {
  expect(typedCommand("/rename New title", own)).toEqual({ command: own[2], argument: "New title" });
  expect(typedCommand("/stop", own)?.command).toBe(own[0]);
});

it.each(["/stop it please", "/rename", "/unknown", "stop"])("takes %s for a message", (text) => {
  expect(typedCommand(text, own)).toBeNull();
});
