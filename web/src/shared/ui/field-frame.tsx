/** What every field is made of: the label, the hint and the error around a control, and the look of its box. */
import { CircleAlert } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useStrings } from "@/shared/i18n";
import { classNames } from "./class-names";

/** What ties a control to its label, hint and error. */
export interface ControlAids {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
  "aria-required": true | undefined;
}

export interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** What is wrong with the value and what to do about it. */
  error?: ReactNode;
  required?: boolean | undefined;
  /** Leaves the label to screen readers. */
  hideLabel?: boolean | undefined;
  className?: string | undefined;
  children: (aids: ControlAids) => ReactNode;
}

/** Label, hint and error around any control. */
export function Field({
  label,
  hint,
  error,
  required = false,
  hideLabel = false,
  className,
  children,
}: FieldProps) {
  const { common } = useStrings();
  const id = useId();
  const hasHint = hint !== undefined && hint !== null && hint !== "";
  const hasError = error !== undefined && error !== null && error !== "" && error !== false;
  const describedBy = [hasError && `${id}-error`, hasHint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className={classNames("flex min-w-0 flex-col gap-1.5", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "flex items-baseline gap-2 font-medium text-sm"}>
        {label}
        {required && <span className="font-normal text-muted text-xs">{common.required}</span>}
      </label>
      {children({
        id,
        "aria-describedby": describedBy === "" ? undefined : describedBy,
        "aria-invalid": hasError || undefined,
        "aria-required": required || undefined,
      })}
      {hasError && (
        <p id={`${id}-error`} role="alert" className="flex items-start gap-1.5 text-danger text-xs">
          <CircleAlert aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
          <span className="min-w-0 break-words">{error}</span>
        </p>
      )}
      {hasHint && (
        <p id={`${id}-hint`} className="text-muted text-xs">
          {hint}
        </p>
      )}
    </div>
  );
}

/** The look of a box that text is written in. */
export const INPUT =
  "w-full min-w-0 rounded-md border border-control bg-canvas px-2.5 text-ink text-sm transition-colors " +
  "hover:not-disabled:border-muted focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 " +
  "disabled:cursor-not-allowed disabled:border-line-strong disabled:bg-sunken disabled:text-muted " +
  "aria-invalid:border-danger aria-invalid:focus-visible:outline-danger";

export const INPUT_HEIGHT = "h-8 pointer-coarse:h-11";

/** What the fields have in common. */
export interface CommonFieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  required?: boolean | undefined;
  disabled?: boolean | undefined;
  hideLabel?: boolean | undefined;
  name?: string | undefined;
  className?: string | undefined;
}

/** Focus when it appears: by React in the page, by the attribute in a dialog, which opens later. */
export function focusAtStart(wanted: boolean) {
  return wanted ? { autoFocus: true, "data-autofocus": "" } : {};
}
