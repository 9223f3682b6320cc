/** Fields in which something is chosen rather than written. All of them are the browser's own controls underneath. */
import { Check, ChevronDown } from "lucide-react";
import { type ReactNode, useId } from "react";
import { classNames } from "./class-names";
import { type CommonFieldProps, Field, INPUT, INPUT_HEIGHT } from "./field-frame";

export interface SelectOption<Value extends string> {
  value: Value;
  label: string;
  disabled?: boolean | undefined;
}

export interface SelectFieldProps<Value extends string> extends CommonFieldProps {
  value: Value;
  onChange: (value: Value) => void;
  options: readonly SelectOption<Value>[];
}

export function SelectField<Value extends string>({
  label,
  hint,
  error,
  required,
  hideLabel,
  className,
  value,
  onChange,
  options,
  ...rest
}: SelectFieldProps<Value>) {
  return (
    <Field
      label={label}
      hint={hint}
      error={error}
      required={required}
      hideLabel={hideLabel}
      className={className}
    >
      {(aids) => (
        <div className="relative">
          <select
            {...rest}
            {...aids}
            value={value}
            onChange={(event) => {
              const chosen = options.find((option) => option.value === event.target.value);
              if (chosen !== undefined) onChange(chosen.value);
            }}
            className={classNames(INPUT, INPUT_HEIGHT, "appearance-none truncate pe-8")}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
          <ChevronDown
            aria-hidden="true"
            className="pointer-events-none absolute inset-y-0 end-2.5 my-auto size-4 text-muted"
          />
        </div>
      )}
    </Field>
  );
}

export interface ToggleProps {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean | undefined;
  name?: string | undefined;
  className?: string | undefined;
}

export function Checkbox({ label, hint, checked, onChange, disabled, name, className }: ToggleProps) {
  const id = useId();
  return (
    <div
      className={classNames(
        "flex items-start gap-2.5 pointer-coarse:min-h-11 pointer-coarse:py-2.5",
        className,
      )}
    >
      <span className="relative mt-0.5 inline-flex size-4 shrink-0">
        <input
          id={id}
          type="checkbox"
          name={name}
          checked={checked}
          disabled={disabled}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => onChange(event.target.checked)}
          className="peer size-4 cursor-pointer appearance-none rounded-xs border border-control bg-canvas transition-colors before:absolute before:-inset-1 before:content-[''] checked:border-accent checked:bg-accent hover:border-muted disabled:cursor-not-allowed disabled:opacity-50 checked:hover:border-accent"
        />
        <Check
          aria-hidden="true"
          strokeWidth={3}
          className="pointer-events-none absolute inset-0 m-auto size-3 text-accent-ink opacity-0 peer-checked:opacity-100"
        />
      </span>
      <LabelAndHint id={id} label={label} hint={hint} disabled={disabled} />
    </div>
  );
}

/** Something that is on or off from the moment it is pressed. */
export function Switch({ label, hint, checked, onChange, disabled, name, className }: ToggleProps) {
  const id = useId();
  return (
    <div
      className={classNames(
        "flex items-start justify-between gap-4 pointer-coarse:min-h-11 pointer-coarse:py-2.5",
        className,
      )}
    >
      <LabelAndHint id={id} label={label} hint={hint} disabled={disabled} />
      <span className="relative inline-flex h-5 w-8.5 shrink-0">
        <input
          id={id}
          type="checkbox"
          role="switch"
          aria-checked={checked}
          name={name}
          checked={checked}
          disabled={disabled}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => onChange(event.target.checked)}
          className="peer size-full cursor-pointer appearance-none rounded-full bg-control transition-colors before:absolute before:-inset-1 before:content-[''] checked:bg-accent hover:bg-muted disabled:cursor-not-allowed disabled:opacity-50 checked:hover:bg-accent-strong forced-colors:border"
        />
        <span
          aria-hidden="true"
          className="pointer-events-none absolute start-0.5 top-0.5 size-4 rounded-full bg-canvas shadow-sm transition-transform peer-checked:translate-x-3.5 forced-colors:bg-[CanvasText]"
        />
      </span>
    </div>
  );
}

function LabelAndHint({
  id,
  label,
  hint,
  disabled = false,
}: {
  id: string;
  label: ReactNode;
  hint: ReactNode;
  disabled?: boolean | undefined;
}) {
  return (
    <span className="min-w-0 flex-1">
      <label htmlFor={id} className={classNames("block text-sm", disabled ? "text-muted" : "cursor-pointer")}>
        {label}
      </label>
      {hint !== undefined && (
        <span id={`${id}-hint`} className="mt-0.5 block text-muted text-xs">
          {hint}
        </span>
      )}
    </span>
  );
}

export interface SegmentOption<Value extends string> {
  value: Value;
  label: string;
  icon?: ReactNode;
  disabled?: boolean | undefined;
}

export interface SegmentedControlProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly SegmentOption<Value>[];
  onChange: (value: Value) => void;
  /** Leaves the label to screen readers. */
  hideLabel?: boolean | undefined;
  hint?: ReactNode;
  className?: string | undefined;
}

/** One of a few, all in sight. */
export function SegmentedControl<Value extends string>({
  label,
  value,
  options,
  onChange,
  hideLabel = false,
  hint,
  className,
}: SegmentedControlProps<Value>) {
  const id = useId();
  return (
    <div className={classNames("flex min-w-0 flex-col items-start gap-1.5", className)}>
      <span id={id} className={hideLabel ? "sr-only" : "font-medium text-sm"}>
        {label}
      </span>
      <div
        role="radiogroup"
        aria-labelledby={id}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="flex max-w-full gap-0.5 rounded-md border border-line bg-sunken p-0.5"
      >
        {options.map((option) => (
          <label
            key={option.value}
            className="relative inline-flex h-7 min-w-0 cursor-pointer items-center justify-center gap-1.5 rounded-sm px-2.5 text-muted text-sm transition-colors hover:text-ink has-checked:bg-raised has-checked:font-medium has-checked:text-ink has-checked:shadow-sm has-disabled:cursor-not-allowed has-disabled:opacity-50 has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:h-11 dark:has-checked:bg-active [&_svg]:size-4 [&_svg]:shrink-0"
          >
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === value}
              disabled={option.disabled}
              onChange={() => onChange(option.value)}
              className="absolute inset-0 cursor-pointer appearance-none outline-none"
            />
            {option.icon}
            <span className="truncate">{option.label}</span>
          </label>
        ))}
      </div>
      {hint !== undefined && (
        <span id={`${id}-hint`} className="text-muted text-xs">
          {hint}
        </span>
      )}
    </div>
  );
}
