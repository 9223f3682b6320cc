import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Button, IconButton } from "./button";
import { Menu, MenuItem, MenuRadio, MenuRadioGroup } from "./menu";

it("opens with the keyboard on its first item and runs what is chosen", async () => {
  const rename = vi.fn();
  render(
    <Menu trigger={<Button>More</Button>}>
      <MenuItem onSelect={rename}>Rename</MenuItem>
      <MenuItem>Pin</MenuItem>
    </Menu>,
  );
  await userEvent.tab();
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement).toBe(screen.getByRole("menuitem", { name: "Rename" }));
  await userEvent.keyboard("{Enter}");
  expect(rename).toHaveBeenCalledOnce();
});

it("gives the focus back to its trigger on Escape", async () => {
  render(
    <Menu trigger={<Button>More</Button>}>
      <MenuItem>Pin</MenuItem>
    </Menu>,
  );
  await userEvent.click(screen.getByRole("button", { name: "More" }));
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "More" })));
});

it("is opened by a button that has a tooltip", async () => {
  render(
    <Menu trigger={<IconButton label="More" icon="…" />}>
      <MenuItem>Pin</MenuItem>
    </Menu>,
  );
  await userEvent.click(screen.getByRole("button", { name: "More" }));
  expect(screen.getByRole("menuitem", { name: "Pin" })).toBeDefined();
});

it("takes the name that it is given", async () => {
  render(
    <Menu trigger={<Button>…</Button>} label="Sorting">
      <MenuItem>Newest</MenuItem>
    </Menu>,
  );
  await userEvent.click(screen.getByRole("button"));
  expect(screen.getByRole("menu", { name: "Sorting" })).toBeDefined();
});

it("does not run what is disabled", async () => {
  const run = vi.fn();
  render(
    <Menu trigger={<Button>More</Button>}>
      <MenuItem disabled onSelect={run}>
        Fork
      </MenuItem>
    </Menu>,
  );
  await userEvent.click(screen.getByRole("button", { name: "More" }));
  await userEvent.click(screen.getByRole("menuitem", { name: "Fork" }), { pointerEventsCheck: 0 });
  expect(run).not.toHaveBeenCalled();
});

it("says which of several is chosen", async () => {
  const change = vi.fn();
  render(
    <Menu trigger={<Button>Theme</Button>}>
      <MenuRadioGroup value="dark" onChange={change}>
        <MenuRadio value="light">Light</MenuRadio>
        <MenuRadio value="dark">Dark</MenuRadio>
      </MenuRadioGroup>
    </Menu>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Theme" }));
  expect(screen.getByRole("menuitemradio", { name: "Dark" }).getAttribute("aria-checked")).toBe("true");
  await userEvent.click(screen.getByRole("menuitemradio", { name: "Light" }));
  expect(change).toHaveBeenCalledWith("light");
});
