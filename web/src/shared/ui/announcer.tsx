/** Says to screen readers what the eye sees happen. One `Announcer` stands in the page; anything may `announce`. */
import { useEffect } from "react";
import { createPortal } from "react-dom";
import { create } from "zustand";
import { useTopLayer } from "./layer";

type Politeness = "polite" | "assertive";

/** How long a text stays: long enough to be picked up, short enough not to be found later by reading on. */
const KEPT_MILLISECONDS = 1500;

interface Announcements {
  polite: string;
  assertive: string;
  /** Grows with each announcement, so that the same text twice is two changes. */
  count: number;
}

const useAnnouncements = create<Announcements>(() => ({ polite: "", assertive: "", count: 0 }));

/** Reads a text to people who use a screen reader: after what is being read, or (assertive) at once. */
export function announce(text: string, politeness: Politeness = "polite"): void {
  useAnnouncements.setState(({ count }) => ({ [politeness]: text, count: count + 1 }));
}

export function Announcer() {
  const { polite, assertive, count } = useAnnouncements();
  const layer = useTopLayer();
  useEffect(() => {
    if (count === 0) return;
    const timer = setTimeout(
      () => useAnnouncements.setState({ polite: "", assertive: "" }),
      KEPT_MILLISECONDS,
    );
    return () => clearTimeout(timer);
  }, [count]);
  // A no-break space more or less makes a repeated text a new one.
  const mark = count % 2 === 0 ? "" : "\u00a0";
  return createPortal(
    <div className="sr-only">
      <div aria-live="polite" aria-atomic="true">
        {polite && polite + mark}
      </div>
      <div aria-live="assertive" aria-atomic="true">
        {assertive && assertive + mark}
      </div>
    </div>,
    layer,
  );
}
