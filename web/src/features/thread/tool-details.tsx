/** What is behind a tool card's line: arguments, result, and both as they were written. */
import { useMemo } from "react";
import type { JsonValue, ToolPart } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { CodeBlock } from "@/shared/markdown/code-block";
import { Disclosure } from "@/shared/ui/disclosure";
import { useFold } from "./kept-state";
import { ToolResultView, tellsArguments } from "./tool-views";

export function ToolDetails({ conversationId, part }: { conversationId: string; part: ToolPart }) {
  const { thread } = useStrings();
  return (
    <>
      {part.arguments && !tellsArguments(part) && <Arguments values={part.arguments} />}
      <section aria-label={thread.toolResult}>
        {part.result ? (
          <ToolResultView conversationId={conversationId} part={part} result={part.result} />
        ) : (
          <p className="text-muted text-sm">{thread.toolNoResult}</p>
        )}
      </section>
      {part.result?.truncated && part.result.blob != null && (
        <p className="text-muted text-sm">
          {thread.toolTruncated}{" "}
          <a
            href={`/api/blobs/${encodeURIComponent(part.result.blob)}?conversation=${encodeURIComponent(conversationId)}`}
            target="_blank"
            rel="noopener noreferrer nofollow"
            className="text-accent underline underline-offset-2"
          >
            {thread.toolWhole}
          </a>
        </p>
      )}
      <RawData part={part} />
    </>
  );
}

/** Names and values; only what is no plain value is written as JSON. */
function Arguments({ values }: { values: Readonly<Record<string, JsonValue>> }) {
  const { thread } = useStrings();
  const said = Object.entries(values).filter(([, value]) => value !== null && value !== "");
  if (said.length === 0) {
    return null;
  }
  return (
    <dl
      aria-label={thread.toolArguments}
      className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5 text-xs"
    >
      {said.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="max-h-32 overflow-auto whitespace-pre-wrap break-words font-mono">
            {typeof value === "string" ? value : JSON.stringify(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function RawData({ part }: { part: ToolPart }) {
  const { thread } = useStrings();
  const [open, setOpen] = useFold(`raw ${part.id}`);
  return (
    <Disclosure
      summary={<span className="text-muted text-xs">{thread.toolRaw}</span>}
      open={open}
      onOpenChange={setOpen}
    >
      <div className="space-y-2 pt-1">
        <Raw title={thread.toolRawArguments} code={part.input} />
        {part.result && <Raw title={thread.toolRawModelText} code={part.result.model_text} language="text" />}
        {part.result?.data != null && <RawJson value={part.result.data} />}
      </div>
    </Disclosure>
  );
}

function RawJson({ value }: { value: JsonValue }) {
  const { thread } = useStrings();
  const code = useMemo(() => JSON.stringify(value, null, 2), [value]);
  return <Raw title={thread.toolRawData} code={code} />;
}

function Raw({ title, code, language = "json" }: { title: string; code: string; language?: string }) {
  return (
    <figure>
      <figcaption className="pb-1 text-muted text-xs">{title}</figcaption>
      <CodeBlock code={code} language={language} wrap maxLines={24} />
    </figure>
  );
}
