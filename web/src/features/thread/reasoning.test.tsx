import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Reasoning } from "./reasoning";
import { renderInThread } from "./test-thread";

const part = (id: string, content: string, duration_ms?: number) =>
  ({ type: "thinking", id, text: content, ...(duration_ms !== undefined && { duration_ms }) }) as const;

const thought = part("r6", "Look.");

function UntilPressed() {
  const [live, setLive] = useState(true);
  return (
    <>
      <button type="button" onClick={() => setLive(false)}>
        End
      </button>
      <Reasoning part={thought} live={live} />
    </>
  );
}

afterEach(() => {
  vi.useRealTimers();
});

describe("reasoning", () => {
  it("is folded, with how long it took", () => {
    renderInThread(<Reasoning part={part("r1", "First, look.", 3200)} live={false} />);
    expect(screen.getByRole("button", { name: "Thought for 3.2 s", expanded: false })).toBeDefined();
    expect(screen.queryByText("First, look.")).toBeNull();
  });

  it("can be read while it runs", async () => {
    renderInThread(<Reasoning part={part("r2", "First, look.")} live />);
    await userEvent.click(screen.getByRole("button", { name: /Thinking/ }));
    expect(screen.getByText("First, look.")).toBeDefined();
  });

  it("stays open when its row leaves the page and comes back", async () => {
    const row = <Reasoning part={part("r3", "First, look.", 10)} live={false} />;
    const { unmount } = renderInThread(row);
    await userEvent.click(screen.getByRole("button"));
    unmount();
    renderInThread(row);
    expect(screen.getByText("First, look.")).toBeDefined();
  });

  it("counts on while its row is scrolled away", () => {
    vi.useFakeTimers();
    const { unmount } = renderInThread(<Reasoning part={part("r5", "Look.")} live />);
    vi.advanceTimersByTime(3000);
    unmount();
    vi.advanceTimersByTime(2000);
    renderInThread(<Reasoning part={part("r5", "Look.")} live />);
    expect(screen.getByText("5 s")).toBeDefined();
  });

  it("says how long it took where only the page knows", () => {
    vi.useFakeTimers();
    renderInThread(<UntilPressed />);
    vi.advanceTimersByTime(3000);
    fireEvent.click(screen.getByRole("button", { name: "End" }));
    expect(screen.getByRole("button", { name: "Thought for 3 s" })).toBeDefined();
  });

  it("says so where a provider does not show it", async () => {
    renderInThread(<Reasoning part={part("r4", "", 800)} live={false} />);
    await userEvent.click(screen.getByRole("button", { name: "Thought for 800 ms" }));
    expect(screen.getByText("The provider does not show this reasoning.")).toBeDefined();
  });
});
