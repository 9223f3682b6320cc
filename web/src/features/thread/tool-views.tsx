/** Which form a tool's result has on the page: one view for each kind of `result.data`. */
import type { ComponentType } from "react";
import type { ToolPart, ToolResult } from "@/shared/api/types";
import { asRecord, asText, type JsonRecord } from "./json";
import { DirectoryView } from "./tool-views/directory-view";
import { FileView } from "./tool-views/file-view";
import { HitsView } from "./tool-views/hits-view";
import { BinaryView, LeftOutView } from "./tool-views/notes";
import { PlanView } from "./tool-views/plan-view";
import { TextView } from "./tool-views/text-view";

export interface ToolViewProps {
  conversationId: string;
  part: ToolPart;
  result: ToolResult;
  data: JsonRecord;
}

interface Form {
  View: ComponentType<ToolViewProps>;
  /** It shows what the call was given, too. */
  tellsArguments?: true;
}

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ["file", { View: FileView }],
  ["directory", { View: DirectoryView }],
  ["hits", { View: HitsView }],
  ["plan", { View: PlanView, tellsArguments: true }],
  ["binary", { View: BinaryView }],
  ["left_out", { View: LeftOutView }],
]);

/** The form made for a call's result; a call that did not end well has only its text. */
function formOf(part: ToolPart): Form | undefined {
  const kind = part.status === "completed" ? asText(asRecord(part.result?.data ?? null)?.kind ?? null) : null;
  return kind === null ? undefined : FORMS.get(kind);
}

export function tellsArguments(part: ToolPart): boolean {
  return formOf(part)?.tellsArguments ?? false;
}

/** A result in the form made for it, else as text. */
export function ToolResultView({ conversationId, part, result }: Omit<ToolViewProps, "data">) {
  const form = formOf(part);
  const data = asRecord(result.data ?? null);
  return form && data ? (
    <form.View conversationId={conversationId} part={part} result={result} data={data} />
  ) : (
    <TextView result={result} failed={part.status !== "completed"} />
  );
}
