/** A calm place to begin: the composer, some ways to begin, and what was worked on lately. */
import { Link } from "@tanstack/react-router";
import { Compass, Map as MapIcon, Search, ShieldAlert } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { useStrings } from "@/shared/i18n";
import { shortTime } from "@/shared/lib/format";
import { folderName } from "@/shared/lib/paths";
import { insertIntoComposer } from "@/shared/lib/workspace";
import { ordered } from "@/shared/live/list";
import { useList } from "@/shared/live/store";
import { Banner } from "@/shared/ui/feedback";

const STARTERS = [
  { id: "explain", Icon: Compass },
  { id: "find", Icon: Search },
  { id: "review", Icon: ShieldAlert },
  { id: "plan", Icon: MapIcon },
] as const;

const RECENT = 3;

function partOfDay(hour: number): "night" | "morning" | "day" | "evening" {
  if (hour < 5) return "night";
  if (hour < 12) return "morning";
  return hour < 18 ? "day" : "evening";
}

export interface StartPageProps {
  composer: ReactNode;
  /** The model that was chosen a moment ago, at the first start. */
  chosen: string | undefined;
}

export function StartPage({ composer, chosen }: StartPageProps) {
  const t = useStrings().welcome;
  useEffect(() => {
    if (chosen !== undefined) insertIntoComposer(null, "");
  }, [chosen]);
  return (
    <>
      <header className="mb-6 text-center">
        <h2 className="text-balance font-semibold text-2xl tracking-tight">
          {t.greeting[partOfDay(new Date().getHours())]}
        </h2>
      </header>
      {chosen !== undefined && (
        <Banner tone="success" title={t.answers(chosen)} className="mb-4">
          {t.answersHint}
        </Banner>
      )}
      {/* It brings a margin of its own. */}
      <div className="-mx-3 sm:-mx-5">{composer}</div>
      <Starters />
      <Recent />
    </>
  );
}

function Starters() {
  const t = useStrings().welcome;
  return (
    <section aria-label={t.starters} className="mt-5">
      <ul className="flex flex-wrap justify-center gap-2">
        {STARTERS.map(({ id, Icon }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => insertIntoComposer(null, t.starter[id].text)}
              className="flex min-h-8 items-center gap-2 rounded-full border px-3 py-1 text-muted text-sm transition-colors hover:border-line-strong hover:bg-hover hover:text-ink pointer-coarse:min-h-11"
            >
              <Icon aria-hidden="true" className="size-4 shrink-0 text-faint" />
              {t.starter[id].title}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Recent() {
  const {
    welcome: t,
    conversations: { untitled },
  } = useStrings();
  const recent = useList((list) =>
    ordered(list)
      .toSorted((left, right) => right.updated_at - left.updated_at)
      .slice(0, RECENT),
  );
  if (recent.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="recent-conversations" className="mt-12">
      <h3 id="recent-conversations" className="mb-1 px-3 font-medium text-muted text-xs">
        {t.recent}
      </h3>
      <ul>
        {recent.map((line) => (
          <li key={line.id}>
            <Link
              to="/c/$conversationId"
              params={{ conversationId: line.id }}
              className="flex min-h-9 items-center gap-3 rounded-md px-3 py-1.5 text-sm transition-colors hover:bg-hover pointer-coarse:min-h-11"
            >
              <span className="min-w-0 flex-1 truncate">{line.title ?? untitled}</span>
              <span className="max-w-32 truncate text-muted text-xs">{folderName(line.workdir)}</span>
              <span className="shrink-0 text-muted text-xs tabular-nums">{shortTime(line.updated_at)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
