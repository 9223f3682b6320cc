/** Short names for what is under the pointer or has the focus. Never the only place of anything that must be known. */
import { Tooltip as Radix } from "radix-ui";
import { createContext, type ReactElement, type ReactNode, useContext } from "react";
import { Kbd } from "./kbd";
import { useSurroundingLayer } from "./layer";

const IsProvided = createContext(false);

/** Lets tooltips follow each other without a delay. One stands around the page. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={450} skipDelayDuration={250}>
      <IsProvided value={true}>{children}</IsProvided>
    </Radix.Provider>
  );
}

export interface TooltipProps {
  content: ReactNode;
  shortcut?: string | undefined;
  side?: "top" | "right" | "bottom" | "left" | undefined;
  /** One element that takes a ref and the handlers of a pointer and focus. */
  children: ReactElement;
}

export function Tooltip(props: TooltipProps) {
  const { content, shortcut, side = "top", children } = props;
  const layer = useSurroundingLayer();
  if (!useContext(IsProvided)) {
    return (
      <TooltipProvider>
        <Tooltip {...props} />
      </TooltipProvider>
    );
  }
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-72 animate-appear items-center gap-2 rounded-sm bg-raised px-2 py-1 text-xs text-ink shadow-md"
        >
          <span>{content}</span>
          {shortcut !== undefined && <Kbd shortcut={shortcut} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
