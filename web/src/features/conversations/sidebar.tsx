/** The list of conversations: by day, searched by title, or the archive. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Archive, ArrowLeft, PanelLeftClose, Search, Settings, SquarePen, X } from "lucide-react";
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import { useLanguage, useStrings } from "@/shared/i18n";
import { useCommands } from "@/shared/lib/commands";
import { setPreference } from "@/shared/lib/preferences";
import { useLatest } from "@/shared/lib/use-latest";
import { type Listed, ordered } from "@/shared/live/list";
import { loadListPage, loadMoreList, useList, useListStatus } from "@/shared/live/store";
import { Button, IconButton } from "@/shared/ui/button";
import { EmptyState, ProblemText, Skeleton } from "@/shared/ui/feedback";
import { Logo } from "@/shared/ui/logo";
import { byDay } from "./days";
import { Row } from "./row";

export interface ConversationSidebarProps {
  activeId: string | null;
}

export function ConversationSidebar({ activeId }: ConversationSidebarProps) {
  const t = useStrings();
  const navigate = useNavigate();
  const [search, setSearch] = useState("");
  const [archive, setArchive] = useState(false);
  const wanted = useDeferredValue(search.trim());
  const onGone = useLatest((id: string) => {
    if (id === activeId) {
      void navigate({ to: "/" });
    }
  });
  const shown = { activeId, onGone };
  return (
    <nav aria-label={t.conversations.title} className="flex h-full min-h-0 w-full flex-col bg-surface">
      <div className="flex h-12 shrink-0 items-center gap-1 ps-4 pe-2">
        <Link
          to="/"
          className="flex min-h-8 items-center gap-2 rounded-sm font-semibold text-sm tracking-tight pointer-coarse:min-h-11"
        >
          <Logo className="size-5 text-accent" />
          {t.common.productName}
        </Link>
        <span className="flex-1" />
        <IconButton
          label={t.conversations.hideSidebar}
          shortcut="mod+b"
          icon={<PanelLeftClose />}
          onClick={() => setPreference("sidebarOpen", false)}
        />
        <IconButton
          label={t.conversations.new}
          shortcut="shift+mod+o"
          icon={<SquarePen />}
          onClick={() => void navigate({ to: "/" })}
        />
      </div>
      <SearchField value={search} onChange={setSearch} />
      <div className="min-h-0 flex-1 overflow-y-auto pb-3">
        {wanted !== "" ? (
          <Found search={wanted} {...shown} />
        ) : archive ? (
          <ArchiveList {...shown} />
        ) : (
          <ByDay {...shown} />
        )}
      </div>
      <div className="flex shrink-0 items-center gap-1 border-line border-t p-2">
        <Link
          to="/settings/{-$section}"
          params={{ section: undefined }}
          className="flex h-8 flex-1 items-center gap-2 rounded-md px-2 text-muted text-sm hover:bg-hover hover:text-ink pointer-coarse:h-11"
        >
          <Settings className="size-4" />
          {t.conversations.settings}
        </Link>
        <IconButton
          label={archive ? t.conversations.leaveArchive : t.conversations.showArchive}
          icon={archive ? <ArrowLeft /> : <Archive />}
          pressed={archive}
          onClick={() => {
            setSearch("");
            setArchive(!archive);
          }}
        />
      </div>
    </nav>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useStrings();
  return (
    <div className="relative mx-2 mb-2 shrink-0">
      <Search
        aria-hidden
        className="pointer-events-none absolute inset-y-0 start-2.5 my-auto size-3.5 text-faint"
      />
      <input
        type="search"
        aria-label={t.conversations.searchTitles}
        placeholder={t.conversations.searchTitles}
        maxLength={200}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value !== "") {
            event.stopPropagation();
            onChange("");
          }
        }}
        className="h-8 w-full rounded-md border border-line bg-canvas ps-8 pe-8 text-sm hover:border-line-strong pointer-coarse:h-11 [&::-webkit-search-cancel-button]:hidden"
      />
      {value !== "" && (
        <span className="absolute inset-y-0 end-0.5 flex items-center">
          <IconButton
            size="small"
            label={t.conversations.clearSearch}
            icon={<X />}
            onClick={() => onChange("")}
          />
        </span>
      )}
    </div>
  );
}

interface ListProps {
  activeId: string | null;
  onGone: (id: string) => void;
}

function ByDay({ activeId, onGone }: ListProps) {
  const t = useStrings();
  const language = useLanguage();
  const list = useList((view) => view);
  const status = useListStatus();
  const items = useMemo(() => ordered(list), [list]);
  const groups = byDay(items, t.conversations, language, Date.now());
  const navigate = useNavigate();
  useCommands(() => {
    const step = (by: number) => () => {
      const at = items.findIndex((item) => item.id === activeId);
      const next = items[at === -1 ? 0 : at + by];
      if (next) {
        void navigate({ to: "/c/$conversationId", params: { conversationId: next.id } });
      }
    };
    return [
      {
        id: "conversation.next",
        title: t.conversations.next,
        group: "go",
        shortcut: "shift+alt+arrowdown",
        whileTyping: true,
        run: step(1),
      },
      {
        id: "conversation.previous",
        title: t.conversations.previous,
        group: "go",
        shortcut: "shift+alt+arrowup",
        whileTyping: true,
        run: step(-1),
      },
    ];
  }, [t, items, activeId, navigate]);
  if (items.length === 0) {
    return status === "loading" ? (
      <Loading />
    ) : status === "failed" ? (
      <EmptyState title={t.conversations.couldNotLoad}>{t.conversations.triesAgain}</EmptyState>
    ) : (
      <EmptyState title={t.conversations.empty}>{t.conversations.emptyHint}</EmptyState>
    );
  }
  return (
    <>
      {groups.map((group) => (
        <Section key={group.key} label={group.label}>
          {group.items.map((item) => (
            <Row key={item.id} conversation={item} active={item.id === activeId} onGone={onGone} />
          ))}
        </Section>
      ))}
      {list.next !== null && <LoadMore key={list.next} load={loadMoreList} />}
    </>
  );
}

function Section({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section aria-label={label} className="pt-3 first:pt-1">
      <h2 className="px-4 pb-1 font-medium text-2xs text-muted">{label}</h2>
      <ul>{children}</ul>
    </section>
  );
}

function ArchiveList({ activeId, onGone }: ListProps) {
  const t = useStrings();
  const pages = useQuery({
    queryKey: ["archive"],
    queryFn: () => loadListPage({ archived: true }),
    staleTime: 0,
  });
  const [next, setNext] = useState<string | null>();
  const list = useList((view) => view);
  const items = useMemo(() => ordered(list, { archived: true }), [list]);
  const cursor = next === undefined ? (pages.data?.next ?? null) : next;
  if (pages.isError && items.length === 0) {
    return <CouldNotLoad error={pages.error} retry={() => void pages.refetch()} />;
  }
  if (items.length === 0) {
    return pages.isPending ? (
      <Loading />
    ) : (
      <EmptyState title={t.conversations.emptyArchive}>{t.conversations.emptyArchiveHint}</EmptyState>
    );
  }
  return (
    <Section label={t.conversations.archived}>
      {items.map((item) => (
        <Row key={item.id} conversation={item} active={item.id === activeId} onGone={onGone} />
      ))}
      {cursor !== null && (
        <LoadMore
          key={cursor}
          load={async () => setNext((await loadListPage({ archived: true, cursor })).next)}
        />
      )}
    </Section>
  );
}

/** What the server finds in all titles; what is found keeps changing with the list. */
function Found({ search, activeId, onGone }: ListProps & { search: string }) {
  const t = useStrings();
  const found = useQuery({
    queryKey: ["titles", search],
    queryFn: () => loadListPage({ search }),
    staleTime: 0,
    placeholderData: (before) => before,
  });
  const items = useList((view) => view.items);
  const lines = (found.data?.items ?? [])
    .map((line) => items.get(line.id) ?? line)
    .filter((line: Listed) => !line.deleted);
  if (found.isError) {
    return <CouldNotLoad error={found.error} retry={() => void found.refetch()} />;
  }
  if (found.isPending) {
    return <Loading />;
  }
  return (
    <>
      <p role="status" className="sr-only">
        {lines.length === 0 ? t.conversations.nothingFound : t.conversations.found(lines.length)}
      </p>
      {lines.length === 0 ? (
        <EmptyState title={t.conversations.nothingFound} />
      ) : (
        <ul className="pt-1">
          {lines.map((line) => (
            <Row key={line.id} conversation={line} active={line.id === activeId} onGone={onGone} />
          ))}
        </ul>
      )}
    </>
  );
}

function LoadMore({ load }: { load: () => Promise<void> }) {
  const t = useStrings();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  return (
    <div className="px-4 pt-3">
      <Button
        size="small"
        variant="ghost"
        busy={busy}
        onClick={() => {
          setBusy(true);
          setError(undefined);
          load()
            .catch(setError)
            .finally(() => setBusy(false));
        }}
      >
        {t.conversations.loadMore}
      </Button>
      {error !== undefined && <ProblemText error={error} />}
    </div>
  );
}

function CouldNotLoad({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useStrings();
  return (
    <EmptyState
      title={t.conversations.couldNotLoad}
      action={<Button onClick={retry}>{t.common.retry}</Button>}
    >
      <ProblemText error={error} />
    </EmptyState>
  );
}

function Loading() {
  return (
    <div className="flex flex-col gap-2 px-4 pt-4">
      {["w-4/5", "w-3/5", "w-2/3", "w-1/2"].map((width) => (
        <Skeleton key={width} className={`h-4 ${width}`} />
      ))}
    </div>
  );
}
