/** A refusal, laid out for a form: what belongs to a field, and what is left for the form itself. */
import { Problem } from "@/shared/api/client";
import { problemSentence } from "@/shared/ui/feedback";

export interface FieldErrors {
  /** What is wrong with a field, by the server's dotted name of it. */
  at: (field: string) => string | undefined;
  /** What no field of the form can show. */
  form: string | undefined;
}

/** `shown` tells which of the server's field names the form has a place for. */
export function fieldErrors(error: unknown, shown: (field: string) => boolean): FieldErrors {
  if (error === null || error === undefined) {
    return { at: () => undefined, form: undefined };
  }
  const errors = error instanceof Problem ? (error.details?.errors ?? []) : [];
  if (errors.length === 0) {
    return { at: () => undefined, form: problemSentence(error) };
  }
  // The remedy of a check of ours belongs to the one field that it names; the general one says nothing new.
  const only = errors.length === 1 && error instanceof Problem ? error.details : undefined;
  const remedy = only !== undefined && only.detail === errors[0]?.message ? only.remedy : "";
  const sentence = (message: string) => [message, remedy].filter(Boolean).join(" ");
  const rest = errors.filter(({ field }) => !shown(field));
  return {
    at: (field) => {
      const found = errors.find((item) => item.field === field);
      return found && shown(field) ? sentence(found.message) : undefined;
    },
    form:
      rest.length === 0
        ? undefined
        : rest.map(({ field, message }) => `${field}: ${sentence(message)}`).join(" "),
  };
}

/** Takes the focus to the first field of a form that says something is wrong; gives whether there is one. */
export function focusFirstWrong(form: HTMLElement | null): boolean {
  const wrong = form?.querySelector<HTMLElement>(
    'input[aria-invalid="true"], textarea[aria-invalid="true"], select[aria-invalid="true"]',
  );
  wrong?.focus();
  return wrong !== null && wrong !== undefined;
}
