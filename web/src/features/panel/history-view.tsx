/** Time travel: a slider over the journal. The thread shows the chosen moment; the present goes on underneath. */
import { useQuery } from "@tanstack/react-query";
import { ChevronFirst, ChevronLeft, ChevronRight, Radio, SkipBack, SkipForward } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { call, client } from "@/shared/api/client";
import type { StreamEvent } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { duration, fullTime, shortTime } from "@/shared/lib/format";
import { setPast, usePastViews } from "@/shared/live/past";
import { useConversation } from "@/shared/live/store";
import { Button, IconButton } from "@/shared/ui/button";
import { EmptyState, ProblemText, Spinner } from "@/shared/ui/feedback";
import { Timeline } from "./timeline";

const PAGE = 2000;
/** How many events around the chosen one are listed. */
const AROUND = 12;

async function loadJournal(
  conversationId: string,
  signal: AbortSignal,
  loaded: (count: number) => void,
): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const page: { items: StreamEvent[]; next: number | null } = await call(
      client.GET("/api/conversations/{conversation_id}/events", {
        params: { path: { conversation_id: conversationId }, query: { after, limit: PAGE } },
        signal,
      }),
    );
    events.push(...page.items);
    loaded(events.length);
    after = page.next;
  }
  return events;
}

export function HistoryView({ conversationId }: { conversationId: string }) {
  const { panel: t, common } = useStrings();
  const [loaded, setLoaded] = useState(0);
  // The journal grows with every turn; while one runs it is read when somebody comes here, not all the time.
  const turnsEnded = useConversation(conversationId, (view) =>
    view.state.turn_id === null ? view.state.seq : 0,
  );
  const journal = useQuery({
    queryKey: ["journal", conversationId, turnsEnded],
    queryFn: ({ signal }) => loadJournal(conversationId, signal, setLoaded),
    placeholderData: (before) => before,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const timeline = useMemo(
    () => journal.data && new Timeline(conversationId, journal.data),
    [conversationId, journal.data],
  );
  useEffect(() => () => setPast(conversationId, null), [conversationId]);
  if (journal.isLoadingError) {
    return (
      <EmptyState
        title={t.historyFailed}
        action={<Button onClick={() => void journal.refetch()}>{common.retry}</Button>}
      >
        <ProblemText error={journal.error} />
      </EmptyState>
    );
  }
  if (!timeline) {
    return (
      <p className="flex items-center gap-2 p-4 text-muted text-sm">
        <Spinner /> {t.loadingHistory(loaded)}
      </p>
    );
  }
  return timeline.events.length === 0 ? (
    <EmptyState title={t.historyEmpty} />
  ) : (
    <Scrubber conversationId={conversationId} timeline={timeline} />
  );
}

function Scrubber({ conversationId, timeline }: { conversationId: string; timeline: Timeline }) {
  const t = useStrings().panel;
  const all = timeline.events.length;
  // Null is the present, which moves.
  const [chosen, setChosen] = useState<number | null>(null);
  const place = chosen ?? all;
  const event = timeline.events[place - 1];
  useEffect(() => {
    setPast(conversationId, chosen === null ? null : timeline.viewAfter(chosen));
  }, [conversationId, chosen, timeline]);
  // The composer leads back to the present too.
  useEffect(
    () =>
      usePastViews.subscribe((now, before) => {
        if (before.views.has(conversationId) && !now.views.has(conversationId)) {
          setChosen(null);
        }
      }),
    [conversationId],
  );
  const go = (to: number) => setChosen(Math.max(0, Math.min(all, to)));
  return (
    <div className="flex flex-col gap-4 p-4">
      <p className="text-muted text-sm">{t.historyHint}</p>
      <input
        type="range"
        min={0}
        max={all}
        value={place}
        aria-label={t.position}
        aria-valuetext={t.positionText(place, all, event ? t.events[event.type] : t.first)}
        onChange={(change) => go(change.target.valueAsNumber)}
        className="w-full accent-accent"
      />
      <div className="flex items-center gap-1">
        <IconButton label={t.first} icon={<ChevronFirst />} disabled={place === 0} onClick={() => go(0)} />
        <IconButton
          label={t.previousTurn}
          icon={<SkipBack />}
          disabled={place === 0}
          onClick={() => go(timeline.messagePlace(place, -1))}
        />
        <IconButton
          label={t.previous}
          icon={<ChevronLeft />}
          disabled={place === 0}
          onClick={() => go(place - 1)}
        />
        <IconButton
          label={t.next}
          icon={<ChevronRight />}
          disabled={place === all}
          onClick={() => go(place + 1)}
        />
        <IconButton
          label={t.nextTurn}
          icon={<SkipForward />}
          disabled={place === all}
          onClick={() => go(timeline.messagePlace(place, 1))}
        />
        <span className="flex-1" />
        <Button
          size="small"
          variant={chosen === null ? "ghost" : "primary"}
          icon={<Radio />}
          disabled={chosen === null}
          onClick={() => setChosen(null)}
        >
          {chosen === null ? t.live : t.now}
        </Button>
      </div>
      {event && (
        <p className="text-muted text-xs tabular-nums" title={fullTime(event.at)}>
          {t.positionText(place, all, t.events[event.type])} · {shortTime(event.at)}
        </p>
      )}
      <EventList timeline={timeline} place={place} onChoose={go} />
    </div>
  );
}

/** The events around the chosen one, with the time since the one before. */
function EventList({
  timeline,
  place,
  onChoose,
}: {
  timeline: Timeline;
  place: number;
  onChoose: (place: number) => void;
}) {
  const t = useStrings().panel;
  const first = Math.max(0, Math.min(place - AROUND, timeline.events.length - 2 * AROUND));
  return (
    <ol className="flex flex-col">
      {timeline.events.slice(first, first + 2 * AROUND).map((event, index) => {
        const at = first + index + 1;
        const before = timeline.events[at - 2];
        return (
          <li key={event.seq}>
            <button
              type="button"
              aria-current={at === place ? "step" : undefined}
              className="flex h-7 w-full items-center gap-2 rounded-sm px-2 text-start text-xs outline-offset-[-2px] hover:bg-hover aria-[current=step]:bg-accent-soft aria-[current=step]:text-accent pointer-coarse:h-11"
              onClick={() => onChoose(at)}
            >
              <span className="w-10 shrink-0 text-end text-muted tabular-nums">{event.seq}</span>
              <span className="min-w-0 flex-1 truncate">{label(event, t.events[event.type])}</span>
              {before && event.at - before.at >= 1000 && (
                <span className="text-muted tabular-nums">+{duration(event.at - before.at)}</span>
              )}
            </button>
          </li>
        );
      })}
    </ol>
  );
}

/** The event's name with what tells it from its like. */
function label(event: StreamEvent, name: string): string {
  switch (event.type) {
    case "tool_start":
      return `${name}: ${event.tool.title}`;
    case "tool_done":
    case "tool_error":
      return `${name}: ${event.title}`;
    case "error":
      return `${name}: ${event.part.title}`;
    default:
      return name;
  }
}
