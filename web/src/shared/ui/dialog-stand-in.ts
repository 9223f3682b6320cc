/** For tests: what jsdom lacks of `<dialog>`, as far as components see it. */

/** Gives dialogs `showModal` and `close`; Escape asks the open dialog by a `cancel` event, as browsers do. */
export function standInForDialogs(): void {
  HTMLDialogElement.prototype.showModal = function showModal() {
    if (this.open) throw new DOMException("The dialog is open already.", "InvalidStateError");
    this.open = true;
    this.addEventListener("keydown", cancelOnEscape);
    this.querySelector<HTMLElement>("input, textarea, select, button, [tabindex]")?.focus();
  };
  HTMLDialogElement.prototype.close = function close() {
    if (!this.open) return;
    this.open = false;
    this.removeEventListener("keydown", cancelOnEscape);
    queueMicrotask(() => this.dispatchEvent(new Event("close")));
  };
}

function cancelOnEscape(this: HTMLDialogElement, event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (this.dispatchEvent(new Event("cancel", { cancelable: true }))) this.close();
}
