/** Media queries as state. A component renders again only when the answer changes. */
import { useCallback, useSyncExternalStore } from "react";

const PHONE = "(max-width: 767.98px)";

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

/** Whether the page is narrower than 768 px. */
export function useIsPhone(): boolean {
  return useMedia(PHONE);
}
