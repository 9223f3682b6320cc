/** What is in a directory, indented by depth; a file opens in the panel. */
import { File, FileSymlink, Folder, HelpCircle } from "lucide-react";
import { useStrings } from "@/shared/i18n";
import { byteSize } from "@/shared/lib/format";
import { openFile } from "@/shared/lib/workspace";
import { asNumber, asText, type JsonRecord, readAll } from "../json";
import type { ToolViewProps } from "../tool-views";

interface Entry {
  name: string;
  type: string;
  size: number | null;
  target: string | null;
}

const ICONS: ReadonlyMap<string, typeof File> = new Map([
  ["directory", Folder],
  ["file", File],
  ["symlink", FileSymlink],
]);

function readEntry(record: JsonRecord): Entry | null {
  const name = asText(record.name);
  return name === null
    ? null
    : {
        name,
        type: asText(record.type) ?? "other",
        size: asNumber(record.size),
        target: asText(record.target),
      };
}

/** A path of the project: of what is listed in a directory of it. */
export function joined(directory: string, name: string): string {
  return directory === "." || directory === "" ? name : `${directory.replace(/\/$/, "")}/${name}`;
}

export function DirectoryView({ conversationId, data }: ToolViewProps) {
  const { thread } = useStrings();
  const entries = readAll(data.entries ?? null, readEntry);
  const directory = asText(data.path) ?? ".";
  const total = asNumber(data.total);
  if (entries.length === 0) {
    return <p className="text-muted text-sm">{thread.emptyDirectory}</p>;
  }
  return (
    <div className="space-y-1.5">
      <p className="text-muted text-xs">
        {total === null
          ? thread.entriesMore(entries.length)
          : total === entries.length
            ? thread.entries(total)
            : thread.entriesOf(entries.length, total)}
      </p>
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={directory}
        className="max-h-96 overflow-auto rounded-md border border-line bg-sunken py-1.5 text-sm"
      >
        {entries.map((entry) => (
          <EntryLine
            key={entry.name}
            entry={entry}
            path={joined(directory, entry.name)}
            conversationId={conversationId}
          />
        ))}
      </ul>
    </div>
  );
}

function EntryLine({ entry, path, conversationId }: { entry: Entry; path: string; conversationId: string }) {
  const Icon = ICONS.get(entry.type) ?? HelpCircle;
  const depth = entry.name.split("/").length - 1;
  const name = entry.name.slice(entry.name.lastIndexOf("/") + 1);
  return (
    <li
      className="flex min-h-6 items-center gap-2 px-3"
      style={{ paddingInlineStart: `${0.75 + depth * 1.1}rem` }}
    >
      <Icon aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
      {entry.type === "file" ? (
        <button
          type="button"
          onClick={() => openFile({ conversationId, path })}
          className="min-h-6 min-w-0 truncate rounded-xs text-start font-mono text-xs hover:underline pointer-coarse:min-h-11"
        >
          {name}
        </button>
      ) : (
        <span className="min-w-0 truncate font-mono text-xs">
          {name}
          {entry.type === "directory" && "/"}
          {entry.target !== null && <span className="text-muted"> → {entry.target}</span>}
        </span>
      )}
      {entry.size !== null && (
        <span className="ms-auto shrink-0 text-muted text-xs tabular-nums">{byteSize(entry.size)}</span>
      )}
    </li>
  );
}
