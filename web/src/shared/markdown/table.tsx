/** The frame of a table: scrolls sideways by itself, can be focused to do so by key, and can be copied. */
import type { ReactNode } from "react";
import { useStrings } from "@/shared/i18n";
import { CopyButton } from "@/shared/ui/copy-button";

export interface TableFrameProps {
  /** What the copy button copies. */
  text: () => string;
  /** One or several `table` elements. */
  children: ReactNode;
}

export function TableFrame({ text, children }: TableFrameProps) {
  const { markdown } = useStrings();
  return (
    <div className="md-table">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key */}
      <section className="md-scroll" aria-label={markdown.table} tabIndex={0}>
        {children}
      </section>
      <div className="md-table-copy">
        <CopyButton text={text} label={markdown.copyTable} />
      </div>
    </div>
  );
}

/** Rows as tab-separated text: what spreadsheets take from the clipboard. */
export function tableText(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map((cell) => cell.replace(/[\t\n]+/g, " ")).join("\t")).join("\n");
}
