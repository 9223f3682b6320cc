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

const VIEWS: ReadonlyMap<string, ComponentType<ToolViewProps>> = new Map([
  ["file", FileView],
  ["directory", DirectoryView],
  ["hits", HitsView],
  ["plan", PlanView],
  ["binary", BinaryView],
  ["left_out", LeftOutView],
]);

/** A result in the form made for it, else as text. A call that did not end well has only its text. */
export function ToolResultView({ conversationId, part, result }: Omit<ToolViewProps, "data">) {
  const data = asRecord(result.data ?? null);
  const View = part.status === "completed" && data ? VIEWS.get(asText(data.kind) ?? "") : undefined;
  return View && data ? (
    <View conversationId={conversationId} part={part} result={result} data={data} />
  ) : (
    <TextView result={result} failed={part.status !== "completed"} />
  );
}
