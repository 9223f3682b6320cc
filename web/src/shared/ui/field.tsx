/**
 * The fields of forms. Each has a visible label; hints and errors are tied to the control, so that a screen reader reads
 * them with it. Text fields are here; numbers and choices come from the files beside this one.
 */
import { Eye, EyeOff } from "lucide-react";
import { type ComponentPropsWithRef, type ReactNode, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { IconButton } from "./button";
import { classNames } from "./class-names";
import { type CommonFieldProps, Field, focusAtStart, INPUT, INPUT_HEIGHT } from "./field-frame";

export {
  Checkbox,
  SegmentedControl,
  type SegmentOption,
  SelectField,
  type SelectOption,
  Switch,
} from "./choice-fields";
export {
  type CommonFieldProps,
  type ControlAids,
  Field,
  type FieldProps,
  INPUT,
  INPUT_HEIGHT,
} from "./field-frame";
export { NumberField, type NumberFieldProps } from "./number-field";

type InputProps = ComponentPropsWithRef<"input">;

export interface TextFieldProps extends CommonFieldProps {
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "email" | "password" | "search" | "tel" | "url" | undefined;
  placeholder?: string | undefined;
  monospace?: boolean | undefined;
  autoFocus?: boolean | undefined;
  autoComplete?: string | undefined;
  inputMode?: InputProps["inputMode"] | undefined;
  maxLength?: number | undefined;
  spellCheck?: boolean | undefined;
  onBlur?: InputProps["onBlur"] | undefined;
  onKeyDown?: InputProps["onKeyDown"] | undefined;
  ref?: InputProps["ref"] | undefined;
  /** Stands inside the box, at its end. */
  trailing?: ReactNode;
}

export function TextField({
  label,
  hint,
  error,
  required,
  hideLabel,
  className,
  value,
  onChange,
  type = "text",
  monospace = false,
  autoFocus = false,
  autoComplete = "off",
  spellCheck,
  trailing,
  ...rest
}: TextFieldProps) {
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
          <input
            {...rest}
            {...aids}
            {...focusAtStart(autoFocus)}
            type={type}
            autoComplete={autoComplete}
            spellCheck={spellCheck ?? (monospace ? false : undefined)}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={classNames(
              INPUT,
              INPUT_HEIGHT,
              monospace && "font-mono",
              trailing !== undefined && "pe-10",
            )}
          />
          {trailing !== undefined && (
            <div className="absolute inset-y-0 end-0 flex items-center pe-0.5 text-muted text-sm">
              {trailing}
            </div>
          )}
        </div>
      )}
    </Field>
  );
}

type TextAreaProps = ComponentPropsWithRef<"textarea">;

export interface TextAreaFieldProps extends CommonFieldProps {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string | undefined;
  /** The height without text. */
  rows?: number | undefined;
  monospace?: boolean | undefined;
  autoFocus?: boolean | undefined;
  maxLength?: number | undefined;
  spellCheck?: boolean | undefined;
  onBlur?: TextAreaProps["onBlur"] | undefined;
  onKeyDown?: TextAreaProps["onKeyDown"] | undefined;
  ref?: TextAreaProps["ref"] | undefined;
}

/** Grows with its text up to 60 % of the window. */
export function TextAreaField({
  label,
  hint,
  error,
  required,
  hideLabel,
  className,
  value,
  onChange,
  rows = 3,
  monospace = false,
  autoFocus = false,
  spellCheck,
  ...rest
}: TextAreaFieldProps) {
  const box = classNames(
    "col-start-1 row-start-1 max-h-[60dvh] overflow-y-auto whitespace-pre-wrap break-words py-1.5 leading-5",
    monospace && "font-mono",
  );
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
        <div className="grid">
          <textarea
            {...rest}
            {...aids}
            {...focusAtStart(autoFocus)}
            rows={rows}
            spellCheck={spellCheck ?? (monospace ? false : undefined)}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={classNames(INPUT, box, "resize-none")}
          />
          {/* The same text behind it gives the row its height, without measuring. */}
          <div
            aria-hidden="true"
            className={classNames(INPUT, box, "pointer-events-none invisible pointer-coarse:text-[1rem]")}
          >
            {`${value} `}
          </div>
        </div>
      )}
    </Field>
  );
}

export interface SecretFieldProps extends CommonFieldProps {
  /** What is typed now. What is stored is never here. */
  value: string;
  onChange: (value: string) => void;
  /** Whether something is stored. Leaving the field empty keeps it. */
  hasValue?: boolean | undefined;
  lastCharacters?: string | null | undefined;
  placeholder?: string | undefined;
  autoFocus?: boolean | undefined;
}

/** A secret that can be replaced but not read. Browsers and password managers are asked to leave it alone. */
export function SecretField({
  label,
  hint,
  error,
  required = false,
  hideLabel,
  className,
  value,
  onChange,
  hasValue = false,
  lastCharacters,
  placeholder,
  autoFocus = false,
  ...rest
}: SecretFieldProps) {
  const { common } = useStrings();
  const [shown, setShown] = useState(false);
  return (
    <Field
      label={label}
      hint={hint ?? (hasValue ? common.secretKept : undefined)}
      error={error}
      required={required && !hasValue}
      hideLabel={hideLabel}
      className={className}
    >
      {(aids) => (
        <div className="relative">
          <input
            {...rest}
            {...aids}
            {...focusAtStart(autoFocus)}
            type={shown ? "text" : "password"}
            autoComplete="new-password"
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            data-1p-ignore=""
            data-bwignore=""
            data-lpignore="true"
            data-form-type="other"
            placeholder={hasValue ? `••••••••${lastCharacters ?? ""}` : placeholder}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={classNames(INPUT, INPUT_HEIGHT, "pe-10 font-mono")}
          />
          {value !== "" && (
            <div className="absolute inset-y-0 end-0.5 flex items-center">
              <IconButton
                size="small"
                label={shown ? common.hideSecret : common.showSecret}
                icon={shown ? <EyeOff /> : <Eye />}
                onClick={() => setShown(!shown)}
              />
            </div>
          )}
        </div>
      )}
    </Field>
  );
}
