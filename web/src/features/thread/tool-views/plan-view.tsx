/** The plan as it was after this call. */
import { Circle, CircleCheck, CircleDot } from "lucide-react";
import { useStrings } from "@/shared/i18n";
import { classNames } from "@/shared/ui/class-names";
import { asText, type JsonRecord, readAll } from "../json";
import type { ToolViewProps } from "../tool-views";

type StepStatus = "pending" | "in_progress" | "completed";

interface Step {
  step: string;
  status: StepStatus;
}

const ICONS = { pending: Circle, in_progress: CircleDot, completed: CircleCheck } as const;
const TONES = { pending: "text-faint", in_progress: "text-accent", completed: "text-success" } as const;

function readStep(record: JsonRecord): Step | null {
  const step = asText(record.step);
  const status = asText(record.status);
  return step === null
    ? null
    : { step, status: status === "completed" || status === "in_progress" ? status : "pending" };
}

export function PlanView({ data }: ToolViewProps) {
  const { thread } = useStrings();
  const steps = readAll(data.steps ?? null, readStep);
  const explanation = asText(data.explanation);
  if (steps.length === 0) {
    return <p className="text-muted text-sm">{thread.planEmpty}</p>;
  }
  const done = steps.filter((step) => step.status === "completed").length;
  return (
    <div className="space-y-2 text-sm">
      {explanation !== null && <p className="text-muted">{explanation}</p>}
      <p className="text-muted text-xs tabular-nums">{thread.planProgress(done, steps.length)}</p>
      <ol className="space-y-1">
        {steps.map(({ step, status }, index) => {
          const Icon = ICONS[status];
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: two steps may say the same
            <li key={index} className="flex items-start gap-2">
              <Icon aria-hidden="true" className={classNames("mt-0.5 size-4 shrink-0", TONES[status])} />
              <span
                className={classNames(
                  "min-w-0 break-words",
                  status === "completed" && "text-muted line-through",
                )}
              >
                {step}
                <span className="sr-only"> ({thread.planStatus[status]})</span>
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
