import { type ReactNode, useRef } from "react";
import { classNames } from "@/shared/ui/class-names";
import { useHeir } from "@/shared/ui/use-heir";

export interface AsideProps {
  label?: string;
  className: string;
  children: ReactNode;
}

/** A column beside the page. When it is closed from inside, the focus goes to the page. */
export function Aside({ label, className, children }: AsideProps) {
  const column = useRef<HTMLElement>(null);
  useHeir(column, () => document.getElementById("main"));
  return (
    <aside
      ref={column}
      aria-label={label}
      className={classNames("flex shrink-0 border-line bg-surface", className)}
    >
      {children}
    </aside>
  );
}
