import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Disclosure } from "./disclosure";

it("renders its content only while it is open", async () => {
  render(<Disclosure summary="Reasoning">Because.</Disclosure>);
  const button = screen.getByRole("button", { name: "Reasoning", expanded: false });
  expect(screen.queryByText("Because.")).toBeNull();
  await userEvent.click(button);
  expect(screen.getByText("Because.")).toBeDefined();
  expect(button.getAttribute("aria-expanded")).toBe("true");
});

it("leaves the decision to whoever holds its state", async () => {
  const change = vi.fn();
  render(
    <Disclosure summary="Reasoning" open={false} onOpenChange={change}>
      Because.
    </Disclosure>,
  );
  await userEvent.click(screen.getByRole("button"));
  expect(change).toHaveBeenCalledWith(true);
  expect(screen.queryByText("Because.")).toBeNull();
});
