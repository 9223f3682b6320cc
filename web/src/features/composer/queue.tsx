/** The messages that wait, above the text field: the same for everybody who looks at the conversation. */
import { memo, useEffect } from "react";
import type { QueueItem } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { type QueueContext, rescueEdits, sendItem } from "./queue-actions";
import { QueueItemRow } from "./queue-item";

export interface QueueProps {
  items: readonly QueueItem[];
  busy: boolean;
  context: QueueContext;
  /** Takes the focus when what had it is gone. */
  onRemoved: () => void;
}

export const Queue = memo(function Queue({ items, busy, context, onRemoved }: QueueProps) {
  const text = useStrings().composer.queue;
  useEffect(() => {
    if (rescueEdits(context, items)) {
      onRemoved();
    }
  }, [context, items, onRemoved]);
  const first = items[0];
  if (!first) {
    return null;
  }
  return (
    <section
      aria-label={text.label}
      className="mx-3 animate-rise overflow-hidden rounded-t-xl border border-line border-b-0 bg-surface"
    >
      <header className="flex min-h-9 flex-wrap items-center gap-x-2 gap-y-1 py-1 ps-3 pe-1.5 text-muted text-xs">
        <h2 className="font-medium text-ink max-sm:flex-1">
          {busy ? text.title(items.length) : text.heldTitle(items.length)}
        </h2>
        {!busy && (
          <>
            <p className="min-w-0 flex-1 max-sm:order-last max-sm:basis-full max-sm:pb-1">{text.held}</p>
            <Button size="small" onClick={() => void sendItem(context, first.id)}>
              {text.sendNext}
            </Button>
          </>
        )}
      </header>
      <ol className="max-h-[min(14rem,28dvh)] divide-y divide-line overflow-y-auto overscroll-contain border-line border-t">
        {items.map((item, place) => (
          <QueueItemRow
            key={item.id}
            item={item}
            place={place}
            count={items.length}
            busy={busy}
            context={context}
            onRemoved={onRemoved}
          />
        ))}
      </ol>
    </section>
  );
});
