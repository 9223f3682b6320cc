/** The plan with its progress. */
import { Circle, CircleCheck, CircleDot, ListTodo } from "lucide-react";
import { useStrings } from "@/shared/i18n";
import { useConversation } from "@/shared/live/store";
import { classNames } from "@/shared/ui/class-names";
import { EmptyState, ProgressBar } from "@/shared/ui/feedback";
import { parsePlan, type StepStatus } from "./plan";

const ICONS = { pending: Circle, in_progress: CircleDot, completed: CircleCheck } as const;
const COLOURS: Readonly<Record<StepStatus, string>> = {
  pending: "text-faint",
  in_progress: "text-accent",
  completed: "text-success",
};

export function PlanView({ conversationId }: { conversationId: string }) {
  const t = useStrings().panel;
  const plan = parsePlan(useConversation(conversationId, (view) => view.state.plan));
  if (!plan) {
    return (
      <EmptyState icon={<ListTodo />} title={t.noPlan}>
        {t.noPlanHint}
      </EmptyState>
    );
  }
  const done = plan.steps.filter((step) => step.status === "completed").length;
  const progress = t.progress(done, plan.steps.length);
  return (
    <div className="flex flex-col gap-4 p-4">
      <div className="flex flex-col gap-2">
        <p className="font-medium text-muted text-xs">{progress}</p>
        <ProgressBar value={done} max={plan.steps.length} label={progress} />
      </div>
      {plan.explanation !== null && (
        <p className="whitespace-pre-wrap text-muted text-sm">{plan.explanation}</p>
      )}
      <ol className="flex flex-col gap-2.5">
        {plan.steps.map((step, index) => {
          const Icon = ICONS[step.status];
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a step has no name but its place
            <li key={index} className="flex gap-2.5 text-sm">
              <Icon aria-hidden className={classNames("mt-0.5 size-4 shrink-0", COLOURS[step.status])} />
              <span className={classNames(step.status === "completed" && "text-muted", "min-w-0")}>
                <span className="sr-only">{t.stepStatus[step.status]}: </span>
                {step.text}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
