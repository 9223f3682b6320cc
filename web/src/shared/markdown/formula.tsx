/** A formula: its source until KaTeX is there, and for good if KaTeX cannot read it. */
import { lazy, Suspense } from "react";
import { visibleText } from "./visible-text";

const Typeset = lazy(async () => ({ default: (await import("./typeset")).Typeset }));

export interface FormulaProps {
  value: string;
  /** What stands in the text, with its signs. */
  source: string;
  display: boolean;
}

export function Formula({ value, source, display }: FormulaProps) {
  const fallback = <code className="md-formula-source">{visibleText(source)}</code>;
  return (
    <Suspense fallback={fallback}>
      <Typeset value={value} display={display} fallback={fallback} />
    </Suspense>
  );
}
