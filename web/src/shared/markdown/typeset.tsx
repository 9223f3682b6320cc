/**
 * Formulas by KaTeX, which builds its elements one by one (no HTML text, no style attributes), as the page's policy
 * demands. It is trusted with nothing: no links, images, classes or styles out of a formula, and macros are bounded.
 */
import "katex/dist/katex.min.css";
import katex from "katex";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";

const MACRO_LIMIT = 200;
const SIZE_LIMIT = 20;
const LENGTH_LIMIT = 4_096;

export interface TypesetProps {
  value: string;
  display: boolean;
  fallback: ReactNode;
}

export function Typeset({ value, display, fallback }: TypesetProps) {
  const element = useRef<HTMLSpanElement>(null);
  const [failed, setFailed] = useState<string | null>(null);

  useLayoutEffect(() => {
    if (element.current === null || failed === value) return;
    try {
      if (value.length > LENGTH_LIMIT) throw new RangeError("The formula is too long.");
      katex.render(value, element.current, {
        displayMode: display,
        throwOnError: true,
        errorColor: "currentColor",
        strict: "ignore",
        trust: false,
        maxExpand: MACRO_LIMIT,
        maxSize: SIZE_LIMIT,
      });
    } catch {
      setFailed(value);
    }
  }, [value, display, failed]);

  if (failed === value) return fallback;
  return <span ref={element} className={display ? "md-formula-display" : undefined} />;
}
