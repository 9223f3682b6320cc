/** Conversations that were deleted: they can come back until they are deleted for good. */
import { Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { shortTime } from "@/shared/lib/format";
import { Button } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/dialog";
import { EmptyState, problemSentence } from "@/shared/ui/feedback";
import { toast } from "@/shared/ui/toast";
import { Loading, LoadProblem, Part } from "./parts";
import { type Deleted, useDeletedConversations, useEndDeletion } from "./queries";

export function DeletedConversations() {
  const {
    settings: { data: t },
    conversations: { untitled },
  } = useStrings();
  const deleted = useDeletedConversations();
  const end = useEndDeletion();
  const [purging, setPurging] = useState<Deleted | null>(null);
  const list = useRef<HTMLElement>(null);
  const lines = deleted.data?.pages.flatMap((page) => page.items) ?? [];
  const titleOf = (line: Deleted) => line.title ?? untitled;

  /** The line goes, and with it the focus: it moves on to where the list begins. */
  function keepFocus() {
    list.current?.focus();
  }

  function restore(line: Deleted) {
    end.mutate(
      { id: line.id, to: "restore" },
      {
        onSuccess: () => {
          toast({ title: t.restored(titleOf(line)), tone: "success" });
          keepFocus();
        },
        onError: (error) => toast({ title: problemSentence(error), tone: "danger" }),
      },
    );
  }

  return (
    <Part title={t.deleted} hint={t.deletedHint}>
      <section ref={list} tabIndex={-1} aria-label={t.deleted} className="outline-none">
        {deleted.isPending && <Loading />}
        {deleted.isError && <LoadProblem error={deleted.error} onRetry={() => void deleted.refetch()} />}
        {deleted.isSuccess && lines.length === 0 && (
          <EmptyState
            icon={<Trash2 />}
            title={t.noneDeleted}
            className="rounded-lg border border-dashed py-8!"
          />
        )}
        {lines.length > 0 && (
          <ul className="divide-y rounded-lg border bg-surface">
            {lines.map((line) => (
              <li key={line.id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
                <div className="min-w-0 flex-1 basis-48">
                  <p className="truncate text-sm">{titleOf(line)}</p>
                  <p className="text-muted text-xs">{t.lastChanged(shortTime(line.updated_at))}</p>
                </div>
                <div className="flex gap-1">
                  <Button
                    size="small"
                    aria-label={t.restoreNamed(titleOf(line))}
                    busy={end.isPending && end.variables.id === line.id && end.variables.to === "restore"}
                    onClick={() => restore(line)}
                  >
                    {t.restore}
                  </Button>
                  <Button
                    size="small"
                    variant="ghost"
                    aria-label={t.purgeNamed(titleOf(line))}
                    onClick={() => setPurging(line)}
                  >
                    {t.purge}
                  </Button>
                </div>
              </li>
            ))}
          </ul>
        )}
        {deleted.hasNextPage && (
          <Button
            size="small"
            className="mt-3"
            busy={deleted.isFetchingNextPage}
            onClick={() => void deleted.fetchNextPage()}
          >
            {t.moreDeleted}
          </Button>
        )}
      </section>
      <ConfirmDialog
        open={purging !== null}
        onClose={() => setPurging(null)}
        title={t.purgeTitle(purging === null ? "" : titleOf(purging))}
        description={t.purgeText}
        confirmLabel={t.purge}
        danger
        onConfirm={async () => {
          if (purging === null) return;
          await end.mutateAsync({ id: purging.id, to: "purge" });
          toast({ title: t.purged(titleOf(purging)) });
        }}
        onDone={keepFocus}
      />
    </Part>
  );
}
