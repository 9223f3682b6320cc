import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { Button } from "./button";
import { ConfirmDialog, Dialog, type DialogProps } from "./dialog";
import { TextField } from "./field";
import { Menu, MenuItem } from "./menu";
import { Popover } from "./popover";

function Page(props: Partial<DialogProps>) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Open</Button>
      <Dialog title="Rename" {...props} open={open} onClose={() => setOpen(false)}>
        {props.children ?? <TextField label="Title" value="" onChange={() => undefined} />}
      </Dialog>
    </>
  );
}

function FromMenu() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Menu trigger={<Button>More</Button>}>
        <MenuItem onSelect={() => setOpen(true)}>Rename</MenuItem>
      </Menu>
      <Dialog title="Rename" open={open} onClose={() => setOpen(false)} />
    </>
  );
}

async function openPage(props: Partial<DialogProps> = {}) {
  render(<Page {...props} />);
  await userEvent.click(screen.getByRole("button", { name: "Open" }));
}

describe("Dialog", () => {
  it("is named by its title and described by its description", async () => {
    await openPage({ description: "Shown in the list." });
    const dialog = screen.getByRole("dialog", { name: "Rename" });
    expect(document.getElementById(dialog.getAttribute("aria-describedby") ?? "")?.textContent).toBe(
      "Shown in the list.",
    );
  });

  it("gives the first control of its content the focus, not the button that closes it", async () => {
    await openPage();
    expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Title" }));
  });

  it("gives a field that asks for it the focus", async () => {
    await openPage({
      children: (
        <>
          <TextField label="First" value="" onChange={() => undefined} />
          <TextField label="Second" value="" onChange={() => undefined} autoFocus />
        </>
      ),
    });
    expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Second" }));
  });

  it("takes the focus itself where nothing in it can", async () => {
    await openPage({ children: <p>Only text.</p> });
    expect(document.activeElement).toBe(screen.getByRole("dialog"));
  });

  it("closes on Escape and gives the focus back", async () => {
    await openPage();
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Open" }));
  });

  it("closes on a click outside of it", async () => {
    await openPage();
    await userEvent.click(screen.getByRole("dialog"));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("stays when a press that began inside ends outside", async () => {
    await openPage();
    await userEvent.pointer([
      { keys: "[MouseLeft>]", target: screen.getByRole("textbox") },
      { keys: "[/MouseLeft]", target: screen.getByRole("dialog") },
    ]);
    expect(screen.getByRole("dialog")).toBeDefined();
  });

  it("gives the focus back to the trigger of the menu that it was opened from", async () => {
    render(<FromMenu />);
    await userEvent.click(screen.getByRole("button", { name: "More" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Rename" }));
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "More" })));
  });

  it("keeps what floats beside its controls inside of it, where it can be used", async () => {
    await openPage({
      children: (
        <Popover label="Choices" trigger={<Button>Choose</Button>}>
          One
        </Popover>
      ),
    });
    await userEvent.click(screen.getByRole("button", { name: "Choose" }));
    const choices = await screen.findByRole("dialog", { name: "Choices" });
    expect(screen.getByRole("dialog", { name: "Rename" }).contains(choices)).toBe(true);
  });
});

describe("ConfirmDialog", () => {
  function confirmation(onConfirm: () => unknown, danger = false) {
    const onClose = vi.fn();
    render(
      <ConfirmDialog
        open
        onClose={onClose}
        title="Delete?"
        description="It can be restored."
        confirmLabel="Delete"
        danger={danger}
        onConfirm={onConfirm}
      />,
    );
    return onClose;
  }

  it("is busy until what was confirmed is done, then closes", async () => {
    let finish: () => void = () => expect.unreachable();
    const onClose = confirmation(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    expect(screen.getByRole("button", { name: "Delete" }).getAttribute("aria-busy")).toBe("true");
    expect(onClose).not.toHaveBeenCalled();
    finish();
    await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  });

  it("does it once, however often it is pressed", async () => {
    const onConfirm = vi.fn(() => new Promise(() => undefined));
    confirmation(onConfirm);
    await userEvent.dblClick(screen.getByRole("button", { name: "Delete" }));
    expect(onConfirm).toHaveBeenCalledOnce();
  });

  it("stays and says what went wrong", async () => {
    const onClose = confirmation(() => Promise.reject(new Error("The workspace cannot be reached.")));
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    expect((await screen.findByRole("alert")).textContent).toBe("The workspace cannot be reached.");
    expect(onClose).not.toHaveBeenCalled();
  });

  it("begins on Cancel where confirming does harm", () => {
    confirmation(() => undefined, true);
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Cancel" }));
  });
});
