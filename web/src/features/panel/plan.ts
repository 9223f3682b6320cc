/** The agent's plan, parsed out of what its tool recorded. */

export type StepStatus = "pending" | "in_progress" | "completed";

export interface Plan {
  explanation: string | null;
  steps: readonly { text: string; status: StepStatus }[];
}

const STATUSES: readonly StepStatus[] = ["pending", "in_progress", "completed"];

/** Gives the plan; null where there is none, or nothing that looks like one. */
export function parsePlan(data: unknown): Plan | null {
  if (typeof data !== "object" || data === null || !("steps" in data) || !Array.isArray(data.steps)) {
    return null;
  }
  const steps = data.steps.flatMap((step: unknown) => {
    const { step: text, status }: Record<string, unknown> = Object(step);
    const known = STATUSES.find((one) => one === status);
    return typeof text === "string" && known ? [{ text, status: known }] : [];
  });
  const explanation = "explanation" in data && typeof data.explanation === "string" ? data.explanation : null;
  return steps.length > 0 ? { explanation, steps } : null;
}
