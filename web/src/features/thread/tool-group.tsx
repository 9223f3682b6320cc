/** Neighbouring calls that only looked at something, as one line that opens. */
import { Layers } from "lucide-react";
import { memo } from "react";
import type { ToolPart } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { Disclosure } from "@/shared/ui/disclosure";
import { useFold } from "./kept-state";
import { groupFold, type ReadingKind, readingKind } from "./tool-calls";
import { ToolCard } from "./tool-card";

interface ToolGroupProps {
  parts: readonly ToolPart[];
}

export const ToolGroup = memo(
  function ToolGroup({ parts }: ToolGroupProps) {
    const { thread } = useStrings();
    const [open, setOpen] = useFold(groupFold(parts));
    const how = (kind: ReadingKind) => parts.filter((part) => readingKind(part) === kind).length;
    return (
      <Disclosure
        className="my-1"
        open={open}
        onOpenChange={setOpen}
        summary={
          <span className="flex min-w-0 items-center gap-2 text-muted text-sm">
            <Layers aria-hidden="true" className="size-4 shrink-0 text-faint" />
            <span className="min-w-0 truncate">{thread.group(how("read"), how("search"), how("list"))}</span>
          </span>
        }
      >
        <div className="ms-2 border-line border-s-2 ps-3">
          {parts.map((part) => (
            <ToolCard key={part.id} part={part} arriving={false} />
          ))}
        </div>
      </Disclosure>
    );
  },
  // The list is made anew for every batch; what is in it is not.
  (before, now) =>
    before.parts.length === now.parts.length &&
    before.parts.every((part, index) => part === now.parts[index]),
);
