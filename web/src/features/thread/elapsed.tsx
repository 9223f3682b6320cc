/** How long something has been going on, counted from when this page first saw it. */
import { useEffect, useState } from "react";
import { duration } from "@/shared/lib/format";

const firstSeen = new Map<string, number>();

/** When something that goes on was first seen on this page; forgotten once it is over. */
export function sinceFirstSeen(id: string): number {
  const known = firstSeen.get(id);
  if (known !== undefined) {
    return known;
  }
  const now = Date.now();
  firstSeen.set(id, now);
  return now;
}

/** How long it went on, if this page saw it begin; forgets it. */
export function endOf(id: string): number | null {
  const begun = firstSeen.get(id);
  firstSeen.delete(id);
  return begun === undefined ? null : Date.now() - begun;
}

/** Whole seconds, once there is one. Not read aloud: it would never stop talking. */
export function Elapsed({ id }: { id: string }) {
  const [since] = useState(() => sinceFirstSeen(id));
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.floor((now - since) / 1000);
  return seconds < 1 ? null : (
    <span aria-hidden="true" className="text-muted text-xs tabular-nums">
      {duration(seconds * 1000)}
    </span>
  );
}
