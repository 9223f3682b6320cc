/**
 * Which part of the page can be used now: the topmost modal dialog, or the whole body.
 *
 * A modal dialog makes everything outside itself inert, so what floats (menus, toasts, announcements) has to stand in it.
 */
import { createContext, useContext } from "react";
import { create } from "zustand";

const useDialogs = create<{ open: readonly HTMLDialogElement[] }>(() => ({ open: [] }));

/** Says that a dialog was opened on top; gives the function that says it was closed. */
export function enterLayer(dialog: HTMLDialogElement): () => void {
  useDialogs.setState(({ open }) => ({ open: [...open, dialog] }));
  return () => useDialogs.setState(({ open }) => ({ open: open.filter((other) => other !== dialog) }));
}

/** The element in which something that concerns the whole page has to stand to be reachable. */
export function useTopLayer(): HTMLElement {
  return useDialogs(({ open }) => open.at(-1)) ?? document.body;
}

export function topLayer(): HTMLElement {
  return useDialogs.getState().open.at(-1) ?? document.body;
}

/** The dialog around a component, for what floats beside it. */
export const SurroundingLayer = createContext<HTMLElement | null>(null);

export function useSurroundingLayer(): HTMLElement | null {
  return useContext(SurroundingLayer);
}
