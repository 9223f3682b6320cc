/** Whether a component is still on the page: what answers late must not act on a page that somebody has left. */
import { useCallback, useEffect, useRef } from "react";

export function useIsHere(): () => boolean {
  const here = useRef(false);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  return useCallback(() => here.current, []);
}
