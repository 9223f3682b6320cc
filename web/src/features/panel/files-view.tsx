/** The files that the agent has read or found, with the lines. */
import { Files, FileText } from "lucide-react";
import { useMemo } from "react";
import { useStrings } from "@/shared/i18n";
import { openFile } from "@/shared/lib/workspace";
import { loadOlder, useConversation, useOlder } from "@/shared/live/store";
import { Button } from "@/shared/ui/button";
import { EmptyState } from "@/shared/ui/feedback";
import { type FileRead, filesRead } from "./files-read";

export function FilesView({ conversationId }: { conversationId: string }) {
  const t = useStrings().panel;
  const view = useConversation(conversationId, (view) => view);
  const files = useMemo(() => (view ? filesRead(view) : []), [view]);
  const older = useOlder(conversationId);
  const more = older.more && (
    <p className="flex items-center gap-2 border-line border-t px-4 py-3 text-muted text-xs">
      {t.olderNotCounted}
      <Button
        size="small"
        variant="ghost"
        busy={older.loading}
        onClick={() => void loadOlder(conversationId)}
      >
        {t.loadOlder}
      </Button>
    </p>
  );
  if (files.length === 0) {
    return (
      <>
        <EmptyState icon={<Files />} title={t.noFiles}>
          {t.noFilesHint}
        </EmptyState>
        {more}
      </>
    );
  }
  return (
    <>
      <ul className="py-2">
        {files.map((file) => (
          <li key={file.path} className="[contain-intrinsic-size:auto_3rem] [content-visibility:auto]">
            <FileLine
              file={file}
              onOpen={() => {
                const [first, last] = file.ranges[0] ?? [file.firstLine, file.firstLine];
                openFile({ conversationId, path: file.path, line: first, lastLine: last });
              }}
            />
          </li>
        ))}
      </ul>
      {more}
    </>
  );
}

function FileLine({ file, onOpen }: { file: FileRead; onOpen: () => void }) {
  const t = useStrings().panel;
  const slash = file.path.lastIndexOf("/");
  const details = [
    file.ranges.length > 0 && t.lines(file.ranges.map(([first, last]) => `${first}–${last}`).join(", ")),
    file.hits > 0 && t.hits(file.hits),
  ].filter(Boolean);
  return (
    <button
      type="button"
      className="flex w-full items-start gap-2.5 px-4 py-1.5 text-start text-sm outline-offset-[-2px] hover:bg-hover"
      onClick={onOpen}
      title={file.path}
    >
      <FileText aria-hidden className="mt-0.5 size-4 shrink-0 text-faint" />
      <span className="min-w-0 flex-1">
        <span className="block truncate">
          {file.path.slice(slash + 1)}
          {slash > 0 && <span className="ps-2 text-muted text-xs">{file.path.slice(0, slash)}</span>}
        </span>
        <span className="block truncate text-muted text-xs tabular-nums">{details.join(" · ")}</span>
      </span>
    </button>
  );
}
