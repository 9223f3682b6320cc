/** How full the model's context is, as a small ring. Nothing is shown where one of the two numbers is unknown. */
import { memo } from "react";
import type { Usage } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { compactCount, count } from "@/shared/lib/format";
import { classNames } from "@/shared/ui/class-names";
import { Popover } from "@/shared/ui/popover";

const RADIUS = 6.5;
const LENGTH = 2 * Math.PI * RADIUS;

/** What the next request carries at least: what was sent last, and what was answered to it. */
export function contextUsed({ input, output }: Usage): number {
  return input + output;
}

export const ContextMeter = memo(function ContextMeter({
  usage,
  contextWindow,
}: {
  usage: Usage | null;
  contextWindow: number | null;
}) {
  const text = useStrings().composer.meter;
  if (!usage || !contextWindow) {
    return null;
  }
  const used = contextUsed(usage);
  const share = Math.min(1, used / contextWindow);
  const percent = Math.round(share * 100);
  const tone = share >= 0.9 ? "stroke-danger" : share >= 0.75 ? "stroke-warning" : "stroke-accent";
  return (
    <Popover
      label={text.label(percent)}
      side="top"
      align="end"
      className="w-auto max-w-64"
      trigger={
        <button
          type="button"
          aria-label={text.label(percent)}
          title={`${compactCount(used)} / ${compactCount(contextWindow)}`}
          className="flex h-8 min-w-8 items-center justify-center gap-1.5 rounded-md px-1.5 text-muted text-xs tabular-nums hover:bg-hover hover:text-ink pointer-coarse:min-h-11 pointer-coarse:min-w-11"
        >
          <svg viewBox="0 0 16 16" aria-hidden="true" className="size-4 -rotate-90">
            <circle cx="8" cy="8" r={RADIUS} fill="none" strokeWidth="2.5" className="stroke-line-strong" />
            <circle
              cx="8"
              cy="8"
              r={RADIUS}
              fill="none"
              strokeWidth="2.5"
              strokeDasharray={`${share * LENGTH} ${LENGTH}`}
              className={classNames("transition-[stroke-dasharray]", tone)}
            />
          </svg>
          <span className="max-sm:hidden">{percent} %</span>
        </button>
      }
    >
      <p>{text.detail(count(used), count(contextWindow))}</p>
      {usage.estimated && <p className="text-muted text-xs">{text.estimated}</p>}
    </Popover>
  );
});
