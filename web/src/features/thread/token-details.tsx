/** What an answer cost in tokens: the sum, and what it is made of. */
import type { Usage } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { compactCount, count } from "@/shared/lib/format";
import { Popover } from "@/shared/ui/popover";

export function TokenDetails({ usage }: { usage: Usage }) {
  const { thread } = useStrings();
  const lines = [
    { name: thread.tokenInput, value: usage.input, part: false },
    { name: thread.tokenCached, value: usage.cached, part: true },
    { name: thread.tokenCacheWritten, value: usage.cache_written, part: true },
    { name: thread.tokenOutput, value: usage.output, part: false },
    { name: thread.tokenReasoning, value: usage.reasoning, part: true },
  ].filter((line) => !line.part || line.value > 0);
  return (
    <Popover
      label={thread.tokenDetails}
      className="w-64"
      trigger={
        <button
          type="button"
          className="inline-flex min-h-6 items-center rounded-xs px-1 text-muted text-xs tabular-nums hover:bg-hover hover:text-ink pointer-coarse:min-h-11"
        >
          {thread.tokens(`${usage.estimated ? "≈ " : ""}${compactCount(usage.input + usage.output)}`)}
        </button>
      }
    >
      <p className="pb-2 font-medium text-sm">{thread.tokenDetails}</p>
      <dl className="space-y-1 text-sm tabular-nums">
        {lines.map(({ name, value, part }) => (
          <div
            key={name}
            className={part ? "flex justify-between gap-4 ps-3 text-muted" : "flex justify-between gap-4"}
          >
            <dt>{name}</dt>
            <dd>{count(value)}</dd>
          </div>
        ))}
      </dl>
      {usage.estimated && <p className="pt-2 text-muted text-xs">{thread.tokensEstimated}</p>}
    </Popover>
  );
}
