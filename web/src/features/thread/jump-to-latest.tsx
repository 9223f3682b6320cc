/** The way back to the end, once somebody has scrolled away, and how much has come there since. */
import { ArrowDown } from "lucide-react";
import { useRef } from "react";
import { useStrings } from "@/shared/i18n";
import { classNames } from "@/shared/ui/class-names";

export interface JumpToLatestProps {
  rows: readonly string[];
  atEnd: boolean;
  onJump: () => void;
}

export function JumpToLatest({ rows, atEnd, onJump }: JumpToLatestProps) {
  const { thread } = useStrings();
  const seen = useRef(rows.at(-1));
  if (atEnd) {
    seen.current = rows.at(-1);
    return null;
  }
  const at = seen.current === undefined ? -1 : rows.lastIndexOf(seen.current);
  // On another branch nobody can say what is new.
  const added = at < 0 ? 0 : rows.length - 1 - at;
  return (
    // Within the scroller, so that the wheel scrolls here too.
    <div className="pointer-events-none sticky bottom-3 z-10 flex h-0 items-end justify-center">
      <button
        type="button"
        onClick={onJump}
        aria-label={added > 0 ? `${thread.jumpToLatest}, ${thread.newMessages(added)}` : thread.jumpToLatest}
        title={thread.jumpToLatest}
        className={classNames(
          "pointer-events-auto inline-flex h-8 shrink-0 animate-appear items-center justify-center gap-1.5 rounded-full border border-line-strong bg-raised text-sm shadow-sm transition-colors hover:border-control pointer-coarse:h-11",
          added > 0 ? "px-3" : "w-8 pointer-coarse:w-11",
        )}
      >
        <ArrowDown aria-hidden="true" className="size-4 text-muted" />
        {added > 0 && <span className="tabular-nums">{thread.newMessages(added)}</span>}
      </button>
    </div>
  );
}
