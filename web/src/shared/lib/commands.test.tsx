import { afterEach, expect, test, vi } from "vitest";
import { type Command, listenToKeys, pressedKeys, registerCommands } from "./commands";

let ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends) {
    end();
  }
  ends = [];
  document.body.replaceChildren();
});

function command(id: string, shortcut: string, rest: Partial<Command> = {}): Command & { run: () => void } {
  const made: Command = { id, title: id, group: "view", shortcut, run: vi.fn(), ...rest };
  ends.push(registerCommands([made]), listenToKeys());
  return made;
}

function press(target: EventTarget, init: KeyboardEventInit): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}

test.each([
  [{ key: "k", ctrlKey: true }, "mod+k"],
  [{ key: "O", ctrlKey: true, shiftKey: true }, "shift+mod+o"],
  [{ key: "?", shiftKey: true }, "?"],
  [{ key: "ArrowUp", altKey: true }, "alt+arrowup"],
  [{ key: " " }, "space"],
])("%j is %s", (init, keys) => {
  expect(pressedKeys(new KeyboardEvent("keydown", init))).toBe(keys);
});

test("keys run their command and nothing else", () => {
  const made = command("one", "mod+k");
  expect(press(document.body, { key: "k", ctrlKey: true }).defaultPrevented).toBe(true);
  expect(made.run).toHaveBeenCalledTimes(1);
});

test("plain keys are left to whoever writes", () => {
  const made = command("one", "?");
  const field = document.body.appendChild(document.createElement("textarea"));
  press(field, { key: "?", shiftKey: true });
  expect(made.run).not.toHaveBeenCalled();
});

test("the latest registered command has the keys", () => {
  const first = command("first", "mod+f");
  const second = command("second", "mod+f");
  press(document.body, { key: "f", ctrlKey: true });
  expect([first.run, second.run].map((run) => vi.mocked(run).mock.calls.length > 0)).toEqual([false, true]);
});

test("an open dialog keeps its keys", () => {
  const made = command("one", "mod+b");
  const dialog = document.body.appendChild(document.createElement("dialog"));
  dialog.setAttribute("open", "");
  press(document.body, { key: "b", ctrlKey: true });
  expect(made.run).not.toHaveBeenCalled();
});
