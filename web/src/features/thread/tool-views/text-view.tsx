/** A result that is text and nothing more: of tools without a form of their own, and of calls that failed. */
import type { ToolResult } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { classNames } from "@/shared/ui/class-names";

export function TextView({ result, failed = false }: { result: ToolResult; failed?: boolean }) {
  const { thread } = useStrings();
  const text = result.content ?? result.model_text;
  if (text.trim() === "") {
    return <p className="text-muted text-sm">{thread.toolEmptyResult}</p>;
  }
  return (
    <pre
      className={classNames(
        "max-h-96 overflow-auto whitespace-pre-wrap break-words rounded-md border border-line p-3 font-mono text-xs leading-relaxed",
        failed ? "bg-danger-soft text-danger" : "bg-sunken",
      )}
    >
      {text}
    </pre>
  );
}
