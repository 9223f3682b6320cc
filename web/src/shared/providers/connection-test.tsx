/** What came of a test: the answer's time, or what went wrong in the provider's own words and what to do. */
import { CircleCheck } from "lucide-react";
import { useStrings } from "@/shared/i18n";
import { duration } from "@/shared/lib/format";
import { Disclosure } from "@/shared/ui/disclosure";
import { Banner, Spinner } from "@/shared/ui/feedback";
import type { ConnectionTest, Failure } from "./types";

export function TestResult({ test }: { test: ConnectionTest }) {
  const t = useStrings().settings.provider;
  if (!test.ok) {
    return test.failure ? <FailureBanner failure={test.failure} /> : null;
  }
  return (
    <div role="status" className="flex items-start gap-2.5 rounded-md bg-success-soft px-3 py-2.5 text-sm">
      <CircleCheck aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-success" />
      <p className="min-w-0 break-words">
        <span className="font-medium">{t.answered(test.model ?? "", duration(test.latency_ms ?? 0))}</span>{" "}
        {typeof test.models === "number" && t.lists(test.models)}
      </p>
    </div>
  );
}

export function Testing({ name }: { name: string }) {
  const t = useStrings().settings.provider;
  return (
    <p role="status" className="flex items-center gap-2.5 px-3 py-2.5 text-muted text-sm">
      <Spinner />
      {t.testing(name)}
    </p>
  );
}

/** A failure with its remedy, and what the provider sent behind a line. */
export function FailureBanner({ failure }: { failure: Failure }) {
  const t = useStrings().settings.provider;
  return (
    <Banner tone="danger" title={failure.title}>
      <p className="break-words">{failure.message}</p>
      <p className="mt-1 break-words text-muted">{failure.remedy}</p>
      {failure.detail && (
        <Disclosure summary={t.sentBack} className="mt-1.5 text-xs">
          <pre className="mt-1 max-h-40 overflow-auto whitespace-pre-wrap break-words rounded-sm bg-canvas p-2 font-mono text-xs">
            {failure.detail}
          </pre>
        </Disclosure>
      )}
    </Banner>
  );
}
