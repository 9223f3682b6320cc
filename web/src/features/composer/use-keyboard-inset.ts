/** How much of the page an on-screen keyboard covers, in pixels, where the browser does not make the page smaller. */
import { useSyncExternalStore } from "react";

/** Less than this is a toolbar of the browser, not a keyboard. */
const SMALLEST = 80;

function subscribe(changed: () => void): () => void {
  const viewport = window.visualViewport;
  viewport?.addEventListener("resize", changed);
  viewport?.addEventListener("scroll", changed);
  return () => {
    viewport?.removeEventListener("resize", changed);
    viewport?.removeEventListener("scroll", changed);
  };
}

function inset(): number {
  const viewport = window.visualViewport;
  // Zooming in makes the viewport smaller too.
  if (!viewport || viewport.scale > 1.01) {
    return 0;
  }
  const covered = Math.round(window.innerHeight - viewport.height - viewport.offsetTop);
  return covered >= SMALLEST ? covered : 0;
}

export function useKeyboardInset(): number {
  return useSyncExternalStore(subscribe, inset);
}
