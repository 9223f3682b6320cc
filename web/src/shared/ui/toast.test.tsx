import { act, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Announcer } from "./announcer";
import { dismissToast, Toasts, toast } from "./toast";

const shown: number[] = [];

function show(options: Parameters<typeof toast>[0]) {
  act(() => void shown.push(toast(options)));
}

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});

afterEach(() => {
  act(() => shown.splice(0).forEach(dismissToast));
  vi.useRealTimers();
});

it("shows a message as a status and has it read", () => {
  render(
    <>
      <Toasts />
      <Announcer />
    </>,
  );
  show({ title: "Saved", description: "In the settings." });
  expect(screen.getByRole("status").textContent).toBe("SavedIn the settings.");
  expect(document.querySelector('[aria-live="polite"]')?.textContent?.trim()).toBe("Saved In the settings.");
});

it("shows a failure as an alert", () => {
  render(<Toasts />);
  show({ title: "The workspace cannot be reached.", tone: "danger" });
  expect(screen.getByRole("alert").textContent).toBe("The workspace cannot be reached.");
});

it("goes by itself", () => {
  render(<Toasts />);
  show({ title: "Saved", duration: 1000 });
  act(() => void vi.advanceTimersByTime(1001));
  expect(screen.queryByText("Saved")).toBeNull();
});

it("stays while the pointer is over it, and goes afterwards", () => {
  render(<Toasts />);
  show({ title: "Saved", duration: 1000 });
  fireEvent.pointerEnter(screen.getByRole("region"));
  act(() => void vi.advanceTimersByTime(60_000));
  expect(screen.getByText("Saved")).toBeDefined();
  fireEvent.pointerLeave(screen.getByRole("region"));
  act(() => void vi.advanceTimersByTime(1001));
  expect(screen.queryByText("Saved")).toBeNull();
});

it("stays while the focus is in it", () => {
  render(<Toasts />);
  show({ title: "Saved", duration: 1000 });
  act(() => screen.getByRole("button", { name: "Dismiss" }).focus());
  act(() => void vi.advanceTimersByTime(60_000));
  expect(screen.getByText("Saved")).toBeDefined();
});

it("does what it offers and goes", async () => {
  const run = vi.fn();
  render(<Toasts />);
  show({ title: "Deleted", action: { label: "Undo", run } });
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect(run).toHaveBeenCalledOnce();
  expect(screen.queryByText("Deleted")).toBeNull();
});

it("is reached by F6, dismissed by Escape, and gives the focus back", async () => {
  render(
    <>
      <input aria-label="Message" />
      <Toasts />
    </>,
  );
  show({ title: "Saved", duration: Number.POSITIVE_INFINITY });
  await userEvent.click(screen.getByRole("textbox", { name: "Message" }));
  await userEvent.keyboard("{F6}");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Dismiss" }));
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByText("Saved")).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Message" }));
});
