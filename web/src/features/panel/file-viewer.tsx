/** A file of the project as it is now, with the lines that were asked for marked. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { ArrowLeft, AtSign } from "lucide-react";
import { useEffect, useRef } from "react";
import { call, client } from "@/shared/api/client";
import { useStrings } from "@/shared/i18n";
import { byteSize, shortTime } from "@/shared/lib/format";
import { mentionText } from "@/shared/lib/mention";
import { type FileRequest, insertIntoComposer } from "@/shared/lib/workspace";
import { CodeBlock } from "@/shared/markdown/code-block";
import { Button, IconButton } from "@/shared/ui/button";
import { EmptyState, ProblemText, Skeleton } from "@/shared/ui/feedback";

const PAGE = 1000;
/** Lines that are shown before the first one that was asked for. */
const BEFORE = 40;

export function FileViewer({ request, onBack }: { request: FileRequest; onBack: () => void }) {
  const t = useStrings().panel;
  const { conversationId, path, line = 1 } = request;
  const start = Math.max(1, line - BEFORE);
  const file = useInfiniteQuery({
    queryKey: ["file", conversationId, path, start],
    queryFn: ({ pageParam, signal }) =>
      call(
        client.GET("/api/conversations/{conversation_id}/files/content", {
          params: {
            path: { conversation_id: conversationId },
            query: { path, from: pageParam.from, limit: pageParam.limit },
          },
          signal,
        }),
      ),
    initialPageParam: { from: start, limit: PAGE },
    getNextPageParam: (last) =>
      last.truncated ? { from: last.first_line + last.lines.length, limit: PAGE } : undefined,
    getPreviousPageParam: (first) =>
      first.first_line > 1
        ? { from: Math.max(1, first.first_line - PAGE), limit: Math.min(PAGE, first.first_line - 1) }
        : undefined,
    staleTime: 0,
  });
  const content = useRef<HTMLDivElement>(null);
  const ready = file.isSuccess;
  useEffect(() => {
    if (ready) {
      content.current?.querySelector("[data-marked]")?.scrollIntoView({ block: "center" });
    }
  }, [ready]);
  const first = file.data?.pages[0];
  return (
    <div className="flex min-h-0 flex-col">
      <div className="sticky top-0 z-[1] flex items-center gap-1 border-line border-b bg-surface px-2 py-1.5">
        <IconButton size="small" label={t.backToFiles} icon={<ArrowLeft />} onClick={onBack} />
        <h2 className="min-w-0 flex-1 truncate font-mono text-xs" title={path}>
          {path}
        </h2>
        <IconButton
          size="small"
          label={t.mention}
          icon={<AtSign />}
          onClick={() => insertIntoComposer(conversationId, `${mentionText(path, "file")} `)}
        />
      </div>
      {file.isPending && <Skeleton className="m-4 h-4 w-2/3" />}
      {file.isError && (
        <EmptyState title={t.fileFailed} action={<Button onClick={onBack}>{t.backToFiles}</Button>}>
          <ProblemText error={file.error} />
        </EmptyState>
      )}
      {first && (
        <p className="px-4 py-2 text-muted text-xs">
          {t.fileNow(byteSize(first.size), shortTime(first.modified_at))}
          {file.data?.pages.some((page) => page.cut_lines.length > 0) && ` · ${t.linesCut}`}
        </p>
      )}
      {first?.binary && <EmptyState title={t.binaryFile(first.format ?? "")} />}
      {first && !first.binary && (
        <div ref={content} className="min-w-0 px-2 pb-4">
          {file.hasPreviousPage && (
            <Button size="small" variant="ghost" onClick={() => void file.fetchPreviousPage()}>
              {t.previousLines}
            </Button>
          )}
          <CodeBlock
            code={file.data?.pages.flatMap((page) => page.lines).join("\n") ?? ""}
            firstLine={first.first_line}
            lineNumbers
            {...(first.language ? { language: first.language } : {})}
            {...(request.line === undefined
              ? {}
              : { highlightLines: [request.line, request.lastLine ?? request.line] as const })}
          />
          {file.hasNextPage && (
            <Button size="small" variant="ghost" onClick={() => void file.fetchNextPage()}>
              {t.nextLines}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
