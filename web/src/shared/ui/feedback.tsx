/** How the page says what state things are in. */
import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import { Unreachable } from "@/shared/api/client";
import { strings, useStrings } from "@/shared/i18n";
import { IconButton } from "./button";
import { classNames } from "./class-names";

export type Tone = "neutral" | "accent" | "info" | "success" | "warning" | "danger";

const SOFT: Readonly<Record<Tone, string>> = {
  neutral: "bg-active text-muted",
  accent: "bg-accent-soft text-accent",
  info: "bg-info-soft text-info",
  success: "bg-success-soft text-success",
  warning: "bg-warning-soft text-warning",
  danger: "bg-danger-soft text-danger",
};

export const TONE_ICONS: Readonly<Record<Tone, typeof Info>> = {
  neutral: Info,
  accent: Info,
  info: Info,
  success: CircleCheck,
  warning: TriangleAlert,
  danger: CircleAlert,
};

/** Something is under way. `label` is read to screen readers; without one the text beside it says what. */
export function Spinner({
  label,
  className,
}: {
  label?: string | undefined;
  className?: string | undefined;
}) {
  return (
    <span
      role={label === undefined ? undefined : "status"}
      className={classNames("inline-flex", className ?? "size-4")}
    >
      <span
        aria-hidden="true"
        className="size-full animate-spin rounded-full border-2 border-line-strong border-t-accent"
      />
      {label !== undefined && <span className="sr-only">{label}</span>}
    </span>
  );
}

export type Status = "running" | "waiting" | "unread" | "failed" | "idle" | "success";

// Each state differs in form as well as in colour.
const DOTS: Readonly<Record<Status, string>> = {
  running: "animate-spin border-2 border-accent border-t-transparent",
  waiting: "bg-warning ring-2 ring-warning/35",
  unread: "bg-accent",
  failed: "rotate-45 rounded-[1px]! bg-danger",
  idle: "border border-faint",
  success: "bg-success",
};

export function StatusDot({
  tone,
  label,
  className,
}: {
  tone: Status;
  label: string;
  className?: string | undefined;
}) {
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className={classNames("inline-flex size-4 shrink-0 items-center justify-center", className)}
    >
      <span className={classNames("rounded-full", tone === "running" ? "size-2.5" : "size-2", DOTS[tone])} />
    </span>
  );
}

export interface BadgeProps {
  tone?: Tone | undefined;
  className?: string | undefined;
  children: ReactNode;
}

export function Badge({ tone = "neutral", className, children }: BadgeProps) {
  return (
    <span
      className={classNames(
        "inline-flex h-5 shrink-0 items-center gap-1 whitespace-nowrap rounded-xs px-1.5 font-medium text-2xs tabular-nums [&_svg]:size-3",
        SOFT[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}

export interface BannerProps {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
  /** A button, usually. */
  action?: ReactNode;
  onDismiss?: (() => void) | undefined;
  className?: string | undefined;
}

/** A lasting message above what it concerns: read at once if it tells of a failure, else when there is time. */
export function Banner({ tone, title, children, action, onDismiss, className }: BannerProps) {
  const { common } = useStrings();
  const Icon = TONE_ICONS[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      className={classNames(
        "flex flex-wrap items-start gap-x-3 gap-y-2 rounded-md px-3 py-2.5 text-sm",
        SOFT[tone],
        className,
      )}
    >
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium">{title}</p>
        {children !== undefined && <div className="mt-0.5 text-ink">{children}</div>}
      </div>
      {(action !== undefined || onDismiss !== undefined) && (
        <div className="-my-1 flex items-center gap-1">
          {action}
          {onDismiss !== undefined && (
            <IconButton
              size="small"
              label={common.dismiss}
              icon={<X />}
              onClick={onDismiss}
              className="text-current"
            />
          )}
        </div>
      )}
    </div>
  );
}

export interface EmptyStateProps {
  icon?: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string | undefined;
}

export function EmptyState({ icon, title, children, action, className }: EmptyStateProps) {
  return (
    <div className={classNames("flex flex-col items-center px-6 py-10 text-center", className)}>
      {icon !== undefined && (
        <div aria-hidden="true" className="mb-3 text-faint [&_svg]:size-6 [&_svg]:stroke-[1.5]">
          {icon}
        </div>
      )}
      <p className="text-balance font-medium text-base">{title}</p>
      {children !== undefined && (
        <div className="mt-1 max-w-sm text-pretty text-muted text-sm">{children}</div>
      )}
      {action !== undefined && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** The place of something that is still loading. Its size comes from `className`. */
export function Skeleton({ className }: { className?: string | undefined }) {
  return (
    <div
      aria-hidden="true"
      className={classNames("animate-breathe rounded-sm bg-active", className ?? "h-4 w-full")}
    />
  );
}

export interface ProgressBarProps {
  value: number;
  max: number;
  label: string;
  tone?: "accent" | "warning" | "danger" | "success" | undefined;
  className?: string | undefined;
}

const BARS = {
  accent: "bg-accent",
  warning: "bg-warning",
  danger: "bg-danger",
  success: "bg-success",
} as const;

export function ProgressBar({ value, max, label, tone = "accent", className }: ProgressBarProps) {
  const part = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value}
      className={classNames("h-1 w-full overflow-hidden rounded-full bg-active", className)}
    >
      <div
        className={classNames("h-full origin-left rounded-full transition-transform", BARS[tone])}
        style={{ transform: `scaleX(${part})` }}
      />
    </div>
  );
}

/** The sentence of whatever was caught; problems of the API carry what happened and the remedy. */
export function problemSentence(error: unknown): string {
  if (error instanceof Unreachable) {
    return strings().common.unreachable;
  }
  return error instanceof Error && error.message !== "" ? error.message : strings().common.failed;
}

export function ProblemText({ error, className }: { error: unknown; className?: string | undefined }) {
  return (
    <p role="alert" className={classNames("flex gap-1.5 text-danger text-sm", className)}>
      <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0 break-words">{problemSentence(error)}</span>
    </p>
  );
}
