/** How hard a model is to think; "default" leaves it to the provider. */
import type { ReasoningEffort } from "@/shared/api/types";

export const EFFORTS: readonly ReasoningEffort[] = [
  "default",
  "none",
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
];

export function isEffort(value: unknown): value is ReasoningEffort {
  return EFFORTS.some((effort) => effort === value);
}
