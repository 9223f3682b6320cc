/** A number with its unit. What cannot be a number, or lies outside the range, is said at the field while it is typed. */
import { type ComponentPropsWithRef, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { classNames } from "./class-names";
import { type CommonFieldProps, Field, INPUT, INPUT_HEIGHT } from "./field-frame";

export interface NumberFieldProps extends CommonFieldProps {
  /** Null while the field is empty or holds no number. */
  value: number | null;
  onChange: (value: number | null) => void;
  min?: number | undefined;
  max?: number | undefined;
  /** What the arrow keys add; a whole step (the default) allows whole numbers alone. */
  step?: number | undefined;
  unit?: string | undefined;
  placeholder?: string | undefined;
  onBlur?: ComponentPropsWithRef<"input">["onBlur"] | undefined;
}

/** A comma separates decimals as well as a point does. */
function parse(text: string): number | null {
  const trimmed = text.trim().replace(",", ".");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(trimmed)) return null;
  return Number(trimmed);
}

export function NumberField({
  label,
  hint,
  error,
  required,
  hideLabel,
  className,
  value,
  onChange,
  min,
  max,
  step = 1,
  unit,
  ...rest
}: NumberFieldProps) {
  const { common } = useStrings();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value === null ? "" : String(value));
  const [given, setGiven] = useState(value);

  // A value from outside replaces what is typed; what was typed keeps its form ("1.50", "1,").
  if (value !== given) {
    setGiven(value);
    if (value !== parse(text)) setText(value === null ? "" : String(value));
  }

  const number = parse(text);
  const wrong = wrongNumber();

  function wrongNumber(): string | undefined {
    if (text.trim() === "") return undefined;
    if (number === null) return common.notANumber;
    if (Number.isInteger(step) && !Number.isInteger(number)) return common.notWhole;
    if (min !== undefined && max !== undefined && (number < min || number > max))
      return common.outsideRange(min, max);
    if (min !== undefined && number < min) return common.belowMinimum(min);
    if (max !== undefined && number > max) return common.aboveMaximum(max);
    return undefined;
  }

  // A form with a wrong number in it does not submit.
  useEffect(() => input.current?.setCustomValidity(wrong ?? ""), [wrong]);

  function change(next: string) {
    setText(next);
    const parsed = parse(next);
    setGiven(parsed);
    onChange(parsed);
  }

  function stepWithArrows(event: KeyboardEvent) {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    const decimals = String(step).split(".")[1]?.length ?? 0;
    const moved = Number(((number ?? min ?? 0) + direction * step).toFixed(decimals));
    change(String(Math.min(max ?? moved, Math.max(min ?? moved, moved))));
  }

  return (
    <Field
      label={label}
      hint={hint}
      error={error || wrong}
      required={required}
      hideLabel={hideLabel}
      className={className}
    >
      {(aids) => (
        <div className="relative max-w-48">
          <input
            {...rest}
            {...aids}
            ref={input}
            role="spinbutton"
            type="text"
            inputMode={Number.isInteger(step) ? "numeric" : "decimal"}
            autoComplete="off"
            aria-valuenow={number ?? undefined}
            aria-valuemin={min}
            aria-valuemax={max}
            aria-valuetext={number === null || unit === undefined ? undefined : `${text} ${unit}`}
            value={text}
            onChange={(event) => change(event.target.value)}
            onKeyDown={stepWithArrows}
            className={classNames(INPUT, INPUT_HEIGHT, "tabular-nums", unit !== undefined && "pe-20")}
          />
          {unit !== undefined && (
            <span
              aria-hidden="true"
              className="pointer-events-none absolute inset-y-0 end-0 flex max-w-20 items-center truncate pe-2.5 text-muted text-xs"
            >
              {unit}
            </span>
          )}
        </div>
      )}
    </Field>
  );
}
