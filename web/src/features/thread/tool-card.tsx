/** One call of a tool: a line that says what it does and how it stands; opened, what it was given and what came of it. */
import {
  Ban,
  Check,
  CircleAlert,
  CircleSlash,
  FileText,
  FolderOpen,
  ListChecks,
  Search,
  Wrench,
} from "lucide-react";
import { memo } from "react";
import type { ToolPart } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { duration } from "@/shared/lib/format";
import { classNames } from "@/shared/ui/class-names";
import { Disclosure } from "@/shared/ui/disclosure";
import { Spinner } from "@/shared/ui/feedback";
import { Elapsed } from "./elapsed";
import { useFold } from "./kept-state";
import { useThread } from "./thread-context";
import { ToolDetails } from "./tool-details";

const ICONS: ReadonlyMap<string, typeof Wrench> = new Map([
  ["read_file", FileText],
  ["list_dir", FolderOpen],
  ["grep_files", Search],
  ["update_plan", ListChecks],
]);

const PREVIEW_CHARACTERS = 160;

export interface ToolCardProps {
  part: ToolPart;
  /** Its arguments are still arriving. */
  arriving: boolean;
}

export const ToolCard = memo(function ToolCard({ part, arriving }: ToolCardProps) {
  const { thread } = useStrings();
  const { conversationId } = useThread();
  const [open, setOpen] = useFold(part.id);
  const Icon = ICONS.get(part.name) ?? Wrench;
  const name = thread.toolNames[part.name] ?? part.name;
  const going = part.status === "running" || (part.status === "pending" && arriving);
  return (
    <Disclosure
      className="my-1"
      open={open}
      onOpenChange={setOpen}
      summary={
        <span className="flex min-w-0 items-center gap-2 text-sm">
          <Icon aria-hidden="true" className="size-4 shrink-0 text-faint" />
          <span
            data-part-id={open ? undefined : part.id}
            className={classNames("min-w-0 truncate", going ? "thread-shimmer" : "text-muted")}
          >
            {part.title ?? (arriving ? thread.toolPreparing(name) : name)}
          </span>{" "}
          {arriving && part.status === "pending" && <InputPreview input={part.input} />}
          <ToolState part={part} going={going} />
        </span>
      }
    >
      <div data-part-id={part.id} className="my-1.5 ms-2 space-y-3 border-line border-s-2 py-1 ps-4">
        <ToolDetails conversationId={conversationId} part={part} />
      </div>
    </Disclosure>
  );
});

/** The end of what has arrived of the arguments. */
function InputPreview({ input }: { input: string }) {
  const end = input.slice(-PREVIEW_CHARACTERS).replace(/\s+/g, " ");
  return (
    <span
      aria-hidden="true"
      className="hidden min-w-0 flex-1 truncate font-mono text-muted text-xs sm:inline"
      dir="ltr"
    >
      {end}
    </span>
  );
}

function ToolState({ part, going }: { part: ToolPart; going: boolean }) {
  const { thread } = useStrings();
  const { status } = part;
  const quiet = status === "completed" || going || status === "pending";
  return (
    <span
      className={classNames(
        "ms-auto inline-flex shrink-0 items-center gap-1.5 ps-2 text-xs tabular-nums",
        quiet ? "text-muted" : status === "interrupted" ? "text-warning" : "text-danger",
      )}
    >
      {going && <Elapsed id={part.id} />}
      {status === "completed" && part.duration_ms != null && <span>{duration(part.duration_ms)}</span>}{" "}
      <span className={quiet ? "sr-only" : undefined}>{thread.toolStatus[status]}</span>
      {going ? <Spinner className="size-3.5" /> : <StateIcon status={status} />}
    </span>
  );
}

function StateIcon({ status }: { status: ToolPart["status"] }) {
  switch (status) {
    case "completed":
      return <Check aria-hidden="true" className="size-3.5 text-success" />;
    case "failed":
      return <CircleAlert aria-hidden="true" className="size-3.5" />;
    case "denied":
      return <Ban aria-hidden="true" className="size-3.5" />;
    case "interrupted":
      return <CircleSlash aria-hidden="true" className="size-3.5" />;
    default:
      return null;
  }
}
