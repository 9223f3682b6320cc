/** Marks between what was said: one view for each kind of mark. */
import { RotateCw } from "lucide-react";
import { type ComponentType, memo } from "react";
import type { MarkerPart } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";

const VIEWS: Readonly<Record<MarkerPart["kind"], ComponentType<{ part: MarkerPart }>>> = {
  resumed: WentOn,
  recovered: WentOn,
};

export const MarkerView = memo(function MarkerView({ part }: { part: MarkerPart }) {
  const View = VIEWS[part.kind];
  return <View part={part} />;
});

function WentOn({ part }: { part: MarkerPart }) {
  const { thread } = useStrings();
  return (
    <p className="my-3 flex items-center gap-3 text-muted text-xs before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      <span className="inline-flex items-center gap-1.5">
        <RotateCw aria-hidden="true" className="size-3.5 text-faint" />
        {thread.markers[part.kind]}
      </span>
    </p>
  );
}
