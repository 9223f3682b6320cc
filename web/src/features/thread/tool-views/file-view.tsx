/** A window of a file, with the numbers that its lines have in the file. */
import { ExternalLink } from "lucide-react";
import { useMemo } from "react";
import { useStrings } from "@/shared/i18n";
import { usePreference } from "@/shared/lib/preferences";
import { openFile } from "@/shared/lib/workspace";
import { CodeBlock } from "@/shared/markdown/code-block";
import { Button } from "@/shared/ui/button";
import { asNumber, asText } from "../json";
import type { ToolViewProps } from "../tool-views";
import { TextView } from "./text-view";

/** The model reads "    12\tline"; a person reads the line. What follows the last line are notes to the model. */
const NUMBERED = /^ *(\d+)\t(.*)$/;

/** Gives the lines of the window; null where the text is not numbered as it should be (a cut in its middle). */
export function linesOf(modelText: string, first: number, last: number): string | null {
  const lines = modelText.split("\n").slice(0, last - first + 1);
  const contents: string[] = [];
  for (const [index, line] of lines.entries()) {
    const found = NUMBERED.exec(line.replace(/\r$/, ""));
    if (!found || Number(found[1]) !== first + index) {
      return null;
    }
    contents.push(found[2] ?? "");
  }
  return contents.length === last - first + 1 ? contents.join("\n") : null;
}

export function FileView({ conversationId, result, data }: ToolViewProps) {
  const { thread } = useStrings();
  const wrap = usePreference("wrapCode");
  const path = asText(data.path);
  const first = asNumber(data.first_line);
  const last = asNumber(data.last_line);
  const code = useMemo(
    () => (first === null || last === null || last < first ? null : linesOf(result.model_text, first, last)),
    [result.model_text, first, last],
  );
  if (path === null || first === null || last === null) {
    return <TextView result={result} />;
  }
  if (last < first) {
    return <p className="text-muted text-sm">{thread.emptyFile}</p>;
  }
  return (
    <div className="space-y-1.5">
      <div className="flex flex-wrap items-center justify-between gap-2 text-muted text-xs">
        <span className="tabular-nums">{thread.linesOf(first, last, asNumber(data.total_lines))}</span>
        <Button
          size="small"
          variant="ghost"
          icon={<ExternalLink />}
          onClick={() => openFile({ conversationId, path, line: first, lastLine: last })}
        >
          {thread.openFile}
        </Button>
      </div>
      {code === null ? (
        <TextView result={result} />
      ) : (
        <CodeBlock
          code={code}
          {...(asText(data.language) !== null && { language: asText(data.language) ?? "" })}
          firstLine={first}
          lineNumbers
          wrap={wrap}
          maxLines={40}
          fileName={path}
        />
      )}
    </div>
  );
}
