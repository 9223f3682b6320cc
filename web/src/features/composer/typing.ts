/** Changes a text field as if it were typed, so that the browser's undo takes it back. */

/** Puts text in the place of a range and the caret behind it. */
export function typeOver(field: HTMLTextAreaElement, start: number, end: number, text: string): void {
  field.focus();
  field.setSelectionRange(start, end);
  // Deprecated, and still the only way that keeps the undo history.
  const typed =
    typeof document.execCommand === "function" &&
    document.execCommand(text === "" ? "delete" : "insertText", false, text);
  if (!typed) {
    field.setRangeText(text, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Text with the spaces that it needs beside what stands around it. */
export function spaced(before: string, text: string, after: string): string {
  const left = before !== "" && !/\s$/.test(before) && !/^\s/.test(text) ? " " : "";
  const right = after !== "" && !/^\s/.test(after) && !/\s$/.test(text) ? " " : "";
  return left + text + right;
}
