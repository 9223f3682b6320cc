import { type RefObject, useLayoutEffect, useRef } from "react";

/** When a part of the page goes while the focus is in it, the focus goes on to another element instead of nowhere. */
export function useHeir(
  part: RefObject<HTMLElement | null>,
  heir: (part: HTMLElement) => HTMLElement | null | undefined,
): void {
  const latest = useRef(heir);
  latest.current = heir;
  useLayoutEffect(() => {
    const element = part.current;
    return () => {
      if (element?.contains(document.activeElement)) {
        latest.current(element)?.focus({ preventScroll: true });
      }
    };
  }, [part]);
}
