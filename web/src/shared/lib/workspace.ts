/**
 * What one feature asks of another without knowing it: open a file, show the panel, write into the composer.
 * A request is a new object each time, so that asking for the same again is noticed.
 */
import { create } from "zustand";
import { setPreference } from "./preferences";

export type PanelTab = "plan" | "files" | "history";

export interface FileRequest {
  conversationId: string;
  path: string;
  /** The first line to show and mark, counted from 1. */
  line?: number;
  lastLine?: number;
}

interface Workspace {
  panelTab: PanelTab;
  file: FileRequest | null;
  insertion: { conversationId: string | null; text: string } | null;
  /** The message that is to be brought into view. */
  target: { conversationId: string; messageId: string } | null;
  /** The message that was sent last from here. */
  sent: { conversationId: string; messageId: string } | null;
  threadSearch: boolean;
  paletteOpen: boolean;
  shortcutsOpen: boolean;
}

export const useWorkspace = create<Workspace>(() => ({
  panelTab: "plan",
  file: null,
  insertion: null,
  target: null,
  sent: null,
  threadSearch: false,
  paletteOpen: false,
  shortcutsOpen: false,
}));

/** Opens a file of the conversation's project in the side panel. */
export function openFile(request: FileRequest): void {
  useWorkspace.setState({ file: { ...request }, panelTab: "files" });
  setPreference("panelOpen", true);
}

export function closeFile(): void {
  useWorkspace.setState({ file: null });
}

export function showPanel(tab: PanelTab): void {
  useWorkspace.setState({ panelTab: tab });
  setPreference("panelOpen", true);
}

/** Puts text at the composer's caret and focuses it; an empty text only focuses. */
export function insertIntoComposer(conversationId: string | null, text: string): void {
  useWorkspace.setState({ insertion: { conversationId, text } });
}

/** Brings a message of the current branch into view, loading older ones if needed. */
export function showMessage(conversationId: string, messageId: string): void {
  useWorkspace.setState({ target: { conversationId, messageId } });
}

/** Tells the thread that the message is this tab's own, before it comes back through the stream. */
export function noteSent(conversationId: string, messageId: string): void {
  useWorkspace.setState({ sent: { conversationId, messageId } });
}
