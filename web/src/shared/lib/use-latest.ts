/** A function that stays the same between renders and always does what the latest render says. */
import { useCallback, useLayoutEffect, useRef } from "react";

export function useLatest<Parameters extends unknown[], Result>(
  action: (...parameters: Parameters) => Result,
): (...parameters: Parameters) => Result {
  const latest = useRef(action);
  useLayoutEffect(() => {
    latest.current = action;
  });
  return useCallback((...parameters: Parameters) => latest.current(...parameters), []);
}
