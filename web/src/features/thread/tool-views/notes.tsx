/** Results that are told in a sentence. */
import { useStrings } from "@/shared/i18n";
import { byteSize } from "@/shared/lib/format";
import { asNumber, asText } from "../json";
import type { ToolViewProps } from "../tool-views";
import { TextView } from "./text-view";

export function BinaryView({ data }: ToolViewProps) {
  const { thread } = useStrings();
  return (
    <p className="text-muted text-sm">
      {thread.binaryFile(asText(data.type) ?? "?", byteSize(asNumber(data.size) ?? 0))}
    </p>
  );
}

/** What a page would draw was too large for the journal; the text is still there. */
export function LeftOutView({ result, data }: ToolViewProps) {
  const { thread } = useStrings();
  return (
    <div className="space-y-2">
      <p className="text-muted text-sm">{thread.toolLeftOut(byteSize(asNumber(data.size) ?? 0))}</p>
      <TextView result={result} />
    </div>
  );
}
