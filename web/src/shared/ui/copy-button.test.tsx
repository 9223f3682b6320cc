import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { CopyButton } from "./copy-button";
import { Toasts } from "./toast";

/** jsdom has no `execCommand`; this one keeps what would be copied. */
function standInForExecCommand(succeeds: boolean): string[] {
  const copied: string[] = [];
  document.execCommand = () => {
    const area = document.activeElement;
    if (area instanceof HTMLTextAreaElement)
      copied.push(area.value.slice(area.selectionStart, area.selectionEnd));
    return succeeds;
  };
  return copied;
}

function withoutClipboard(): void {
  vi.stubGlobal("navigator", Object.create(navigator, { clipboard: { value: undefined } }));
}

afterEach(() => {
  Reflect.deleteProperty(document, "execCommand");
});

it("copies what the function gives when it is pressed, and says so", async () => {
  const user = userEvent.setup();
  render(<CopyButton text={() => "the answer"} label="Copy answer" />);
  await user.click(screen.getByRole("button", { name: "Copy answer" }));
  expect(await screen.findByRole("button", { name: "Copied" })).toBeDefined();
  expect(await navigator.clipboard.readText()).toBe("the answer");
});

it("copies without the clipboard interface and keeps the focus", async () => {
  const user = userEvent.setup();
  withoutClipboard();
  const copied = standInForExecCommand(true);
  render(<CopyButton text="the answer" />);
  await user.click(screen.getByRole("button", { name: "Copy" }));
  const button = await screen.findByRole("button", { name: "Copied" });
  expect(copied).toEqual(["the answer"]);
  expect(document.activeElement).toBe(button);
});

it("says what to do when the browser refuses", async () => {
  const user = userEvent.setup();
  withoutClipboard();
  standInForExecCommand(false);
  render(
    <>
      <CopyButton text="the answer" />
      <Toasts />
    </>,
  );
  await user.click(screen.getByRole("button", { name: "Copy" }));
  expect((await screen.findByRole("alert")).textContent).toContain("copy it with the keyboard");
});
