/** A line that opens what is behind it. While closed, its content is not rendered at all. */
import { ChevronRight } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { classNames } from "./class-names";

export interface DisclosureProps {
  /** What stands in the button. */
  summary: ReactNode;
  open?: boolean | undefined;
  defaultOpen?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
  children: ReactNode;
  className?: string | undefined;
}

export function Disclosure({
  summary,
  open,
  defaultOpen = false,
  onOpenChange,
  children,
  className,
}: DisclosureProps) {
  const [ownOpen, setOwnOpen] = useState(defaultOpen);
  const contentId = useId();
  const isOpen = open ?? ownOpen;
  return (
    <div className={className}>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? contentId : undefined}
        onClick={() => {
          setOwnOpen(!isOpen);
          onOpenChange?.(!isOpen);
        }}
        className="group flex min-h-7 w-full items-center gap-1.5 rounded-sm text-start transition-colors hover:text-ink pointer-coarse:min-h-11"
      >
        <ChevronRight
          aria-hidden="true"
          className={classNames(
            "size-4 shrink-0 text-faint transition-transform group-hover:text-muted",
            isOpen && "rotate-90",
          )}
        />
        <span className="min-w-0 flex-1">{summary}</span>
      </button>
      {isOpen && <div id={contentId}>{children}</div>}
    </div>
  );
}
