/** The agent prompt that was typed and not saved, in the browser's own storage. */
const KEY = "flowent.draft.agent-prompt";

export function keptPrompt(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function keepPrompt(text: string): void {
  try {
    localStorage.setItem(KEY, text);
  } catch {
    // Without storage the text is kept as long as the tab is open.
  }
}

export function dropKeptPrompt(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // There is nothing to remove.
  }
}
