/** Buttons. On touch screens every one is at least 44 px high. */
import type { ComponentPropsWithRef, ReactNode } from "react";
import { classNames } from "./class-names";
import { ariaShortcut } from "./kbd";
import { Tooltip } from "./tooltip";

type Variant = "primary" | "secondary" | "ghost" | "danger";
type Size = "small" | "medium";

const BASE =
  "relative inline-flex shrink-0 select-none items-center justify-center border font-medium transition-colors " +
  "disabled:cursor-default disabled:opacity-50 aria-disabled:cursor-default aria-disabled:not-aria-busy:opacity-50 " +
  "pointer-coarse:min-h-11 [&_svg]:shrink-0";

const VARIANTS: Readonly<Record<Variant, string>> = {
  primary:
    "border-transparent bg-accent text-accent-ink not-disabled:not-aria-disabled:hover:bg-accent-strong not-disabled:active:bg-accent-strong",
  secondary:
    "border-line-strong bg-raised text-ink shadow-xs not-disabled:not-aria-disabled:hover:border-control not-disabled:active:bg-sunken aria-expanded:border-control aria-pressed:bg-accent-soft aria-pressed:text-accent",
  ghost:
    "border-transparent text-muted not-disabled:not-aria-disabled:hover:bg-hover not-disabled:not-aria-disabled:hover:text-ink not-disabled:active:bg-active aria-expanded:bg-active aria-expanded:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent",
  danger:
    "border-transparent bg-danger-fill text-danger-ink not-disabled:not-aria-disabled:hover:bg-danger-fill-strong not-disabled:active:bg-danger-fill-strong",
};

const SIZES: Readonly<Record<Size, string>> = {
  small: "h-7 gap-1.5 rounded-sm px-2.5 text-xs [&_svg]:size-3.5",
  medium: "h-8 gap-2 rounded-md px-3 text-sm [&_svg]:size-4",
};

const ICON_SIZES: Readonly<Record<Size, string>> = {
  small: "size-7 rounded-sm pointer-coarse:min-w-11 [&_svg]:size-4",
  medium: "size-8 rounded-md pointer-coarse:min-w-11 [&_svg]:size-[1.125rem]",
};

export interface ButtonProps extends ComponentPropsWithRef<"button"> {
  variant?: Variant | undefined;
  size?: Size | undefined;
  /** Something is under way: shown, said to screen readers, and a second press does nothing. */
  busy?: boolean | undefined;
  icon?: ReactNode;
}

export function Button({
  variant = "secondary",
  size = "medium",
  busy = false,
  icon,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      // Not `disabled`: a button that was pressed keeps the focus while it works.
      aria-disabled={busy || rest["aria-disabled"]}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={classNames(BASE, VARIANTS[variant], SIZES[size], className)}
    >
      {busy ? <BusyMark /> : icon}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentPropsWithRef<"button">, "children"> {
  /** The name: read by screen readers and shown as the tooltip. */
  label: string;
  icon: ReactNode;
  shortcut?: string | undefined;
  variant?: Variant | undefined;
  size?: Size | undefined;
  /** For a button that stays in: whether it is in. */
  pressed?: boolean | undefined;
  busy?: boolean | undefined;
  tooltipSide?: "top" | "right" | "bottom" | "left" | undefined;
}

export function IconButton({
  label,
  icon,
  shortcut,
  variant = "ghost",
  size = "medium",
  pressed,
  busy = false,
  tooltipSide,
  className,
  onClick,
  type = "button",
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut} side={tooltipSide}>
      <button
        {...rest}
        type={type}
        aria-label={label}
        // The tooltip says what the name says: a description would have it read twice.
        aria-describedby={rest["aria-describedby"]}
        aria-keyshortcuts={shortcut === undefined ? undefined : ariaShortcut(shortcut)}
        aria-pressed={pressed}
        aria-disabled={busy || rest["aria-disabled"]}
        aria-busy={busy || undefined}
        onClick={busy ? (event) => event.preventDefault() : onClick}
        className={classNames(BASE, VARIANTS[variant], ICON_SIZES[size], className)}
      >
        {busy ? <BusyMark /> : icon}
      </button>
    </Tooltip>
  );
}

function BusyMark() {
  return (
    <span
      aria-hidden="true"
      className="size-3.5 shrink-0 animate-spin rounded-full border-2 border-current border-t-transparent"
    />
  );
}
