import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it, vi } from "vitest";
import { NumberField, SecretField, SegmentedControl, SelectField, Switch, TextField } from "./field";

function description(control: HTMLElement): string {
  const ids = control.getAttribute("aria-describedby")?.split(" ") ?? [];
  return ids.map((id) => document.getElementById(id)?.textContent).join(" | ");
}

function Timeout({
  onChange = () => undefined,
  ...rest
}: {
  onChange?: (value: number | null) => void;
  step?: number;
}) {
  const [value, setValue] = useState<number | null>(20);
  return (
    <form>
      <NumberField
        label="Timeout"
        value={value}
        min={1}
        max={100}
        {...rest}
        onChange={(next) => {
          setValue(next);
          onChange(next);
        }}
      />
      <button type="button" onClick={() => setValue(5)}>
        Reset
      </button>
    </form>
  );
}

async function writeTimeout(text: string) {
  const field = screen.getByRole("spinbutton", { name: "Timeout" });
  await userEvent.clear(field);
  await userEvent.type(field, text);
  return field;
}

it("ties hint and error to the control, the error first", () => {
  render(
    <TextField
      label="Name"
      value=""
      onChange={() => undefined}
      hint="Seen by you alone."
      error="A name is needed."
    />,
  );
  expect(description(screen.getByRole("textbox", { name: "Name" }))).toBe(
    "A name is needed. | Seen by you alone.",
  );
});

it("is invalid exactly while it has an error", () => {
  const { rerender } = render(
    <TextField label="Name" value="" onChange={() => undefined} error="A name is needed." />,
  );
  expect(screen.getByRole("textbox").getAttribute("aria-invalid")).toBe("true");
  rerender(<TextField label="Name" value="x" onChange={() => undefined} />);
  expect(screen.getByRole("textbox").hasAttribute("aria-invalid")).toBe(false);
});

it("tells what was written", async () => {
  const change = vi.fn();
  render(<TextField label="Name" value="" onChange={change} />);
  await userEvent.type(screen.getByRole("textbox"), "a");
  expect(change).toHaveBeenCalledWith("a");
});

it("reads a decimal comma", async () => {
  const change = vi.fn();
  render(<Timeout onChange={change} step={0.5} />);
  await writeTimeout("1,5");
  expect(change).toHaveBeenLastCalledWith(1.5);
});

it("says that text is no number and keeps the form from being sent", async () => {
  const change = vi.fn();
  render(<Timeout onChange={change} />);
  const field = await writeTimeout("soon");
  expect(change).toHaveBeenLastCalledWith(null);
  expect(description(field)).toContain("not a number");
  expect(field.closest("form")?.checkValidity()).toBe(false);
});

it("says which numbers are possible", async () => {
  render(<Timeout />);
  expect(description(await writeTimeout("101"))).toBe("Choose a number from 1 to 100.");
});

it("wants a whole number where it counts in whole steps", async () => {
  render(<Timeout />);
  expect(description(await writeTimeout("1.5"))).toContain("whole numbers");
});

it("counts with the arrow keys and stops at the ends", async () => {
  const change = vi.fn();
  render(<Timeout onChange={change} />);
  await writeTimeout("99");
  await userEvent.keyboard("{ArrowUp}{ArrowUp}");
  expect(change).toHaveBeenLastCalledWith(100);
});

it("shows a number that is set from outside", async () => {
  render(<Timeout />);
  const field = await writeTimeout("soon");
  await userEvent.click(screen.getByRole("button", { name: "Reset" }));
  expect(field).toHaveProperty("value", "5");
});

it("hides a secret until it is asked to show it", async () => {
  render(<SecretField label="Key" value="abc" onChange={() => undefined} />);
  const field = screen.getByLabelText("Key");
  expect(field.getAttribute("type")).toBe("password");
  await userEvent.click(screen.getByRole("button", { name: "Show what is typed" }));
  expect(field.getAttribute("type")).toBe("text");
});

it("does not require a secret that is stored", () => {
  render(
    <SecretField label="Key" value="" onChange={() => undefined} required hasValue lastCharacters="9f3c" />,
  );
  const field = screen.getByLabelText("Key");
  expect(field.hasAttribute("aria-required")).toBe(false);
  expect(field.getAttribute("placeholder")).toContain("9f3c");
});

it("gives the chosen option", async () => {
  const change = vi.fn();
  const options = [
    { value: "low", label: "Low" },
    { value: "high", label: "High" },
  ] as const;
  render(<SelectField<"low" | "high"> label="Effort" value="low" options={options} onChange={change} />);
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Effort" }), "High");
  expect(change).toHaveBeenCalledWith("high");
});

it("is switched by a click on its label", async () => {
  const change = vi.fn();
  render(<Switch label="Notify me" checked={false} onChange={change} />);
  await userEvent.click(screen.getByText("Notify me"));
  expect(change).toHaveBeenCalledWith(true);
});

it("moves between segments with the arrow keys", async () => {
  const change = vi.fn();
  const options = [
    { value: "light", label: "Light" },
    { value: "dark", label: "Dark" },
  ];
  render(<SegmentedControl label="Theme" value="light" options={options} onChange={change} />);
  screen.getByRole("radio", { name: "Light" }).focus();
  await userEvent.keyboard("{ArrowRight}");
  expect(change).toHaveBeenCalledWith("dark");
});
