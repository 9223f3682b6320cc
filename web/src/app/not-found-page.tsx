import { Link } from "@tanstack/react-router";
import { useStrings } from "@/shared/i18n";
import { EmptyState } from "@/shared/ui/feedback";

/** An address that leads nowhere. */
export function NotFoundPage() {
  const t = useStrings();
  return (
    <main className="grid h-dvh place-items-center bg-canvas p-6 text-ink">
      <EmptyState
        title={t.frame.notFound}
        action={
          <Link to="/" className="text-accent underline">
            {t.frame.toStart}
          </Link>
        }
      >
        {t.frame.notFoundHint}
      </EmptyState>
    </main>
  );
}
