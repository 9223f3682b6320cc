/** What sections are made of. */
import type { ReactNode } from "react";
import { useStrings } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { classNames } from "@/shared/ui/class-names";
import { Banner, problemSentence, Skeleton } from "@/shared/ui/feedback";

export interface PartProps {
  title: string;
  hint?: ReactNode;
  /** Stands at the end of the title's line. */
  action?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}

/** A titled part of a section. */
export function Part({ title, hint, action, children, className }: PartProps) {
  return (
    <section className={classNames("mt-9 first:mt-0", className)}>
      <div className="mb-3 flex min-h-7 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h2 className="font-semibold text-base">{title}</h2>
        {action}
      </div>
      {hint !== undefined && <p className="-mt-2 mb-4 text-pretty text-muted text-sm">{hint}</p>}
      {children}
    </section>
  );
}

/** Settings that belong together, one below the other. */
export function Panel({ children, className }: { children: ReactNode; className?: string | undefined }) {
  return (
    <div className={classNames("divide-y rounded-lg border bg-surface *:px-4 *:py-3.5", className)}>
      {children}
    </div>
  );
}

/** Facts by name: the name, and what it is. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="divide-y rounded-lg border bg-surface">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2.5 text-sm">
      <dt className="w-44 shrink-0 text-muted">{name}</dt>
      <dd className="min-w-0 flex-1 basis-40 break-words">{children}</dd>
    </div>
  );
}

export function Loading() {
  const t = useStrings();
  return (
    <div role="status" className="flex flex-col gap-3">
      <span className="sr-only">{t.common.loading}</span>
      <Skeleton className="h-9 w-full" />
      <Skeleton className="h-9 w-2/3" />
      <Skeleton className="h-9 w-4/5" />
    </div>
  );
}

export function LoadProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useStrings();
  return (
    <Banner
      tone="danger"
      title={t.settings.form.notLoaded}
      action={
        <Button size="small" onClick={onRetry}>
          {t.common.retry}
        </Button>
      }
    >
      {problemSentence(error)}
    </Banner>
  );
}
