import type { ErrorComponentProps } from "@tanstack/react-router";
import { useStrings } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy-button";
import { EmptyState } from "@/shared/ui/feedback";

/** A bug of the page. Nothing is lost: what matters is on the server, and drafts are in the browser. */
export function CrashPage({ error }: ErrorComponentProps) {
  const t = useStrings();
  return (
    <main className="grid h-dvh place-items-center bg-canvas p-6 text-ink">
      <EmptyState
        title={t.frame.crashed}
        action={
          <div className="flex gap-2">
            <Button variant="primary" onClick={() => location.reload()}>
              {t.frame.reload}
            </Button>
            <CopyButton
              text={() => (error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error))}
              label={t.frame.copyDetails}
            />
          </div>
        }
      >
        {t.frame.crashedHint}
      </EmptyState>
    </main>
  );
}
