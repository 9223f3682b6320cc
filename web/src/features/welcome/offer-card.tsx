/** One thing that could answer, with what is to be known before it is used. */
import { Cpu, KeyRound, Server } from "lucide-react";
import type { ReactNode } from "react";
import { useStrings } from "@/shared/i18n";
import type { Offer } from "@/shared/providers/types";
import { Button } from "@/shared/ui/button";
import { Badge } from "@/shared/ui/feedback";

const ICONS = { key: KeyRound, server: Server, embedded: Cpu } as const;
const MODELS_SHOWN = 4;

export interface OfferCardProps {
  offer: Offer;
  /** The most capable one comes first and stands out. */
  first: boolean;
  busy: boolean;
  disabled: boolean;
  onUse: () => void;
}

function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}

export function OfferCard({ offer, first, busy, disabled, onUse }: OfferCardProps) {
  const t = useStrings().welcome;
  const Icon = ICONS[offer.kind];
  const problem = offer.problem ?? null;
  const usable = problem === null && !(offer.configured && offer.kind !== "embedded");
  return (
    <article className="flex flex-wrap items-start gap-x-4 gap-y-3 rounded-lg border bg-surface p-4">
      <Icon aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1 basis-52">
        <h4 className="flex flex-wrap items-center gap-2 font-medium text-sm">
          <span className="min-w-0 break-words">{offer.name}</span>
          <Badge>{t.offerKind[offer.kind]}</Badge>
        </h4>
        <div className="mt-1 flex flex-col gap-0.5 break-words text-muted text-sm">{facts()}</div>
        {problem !== null && (
          <p className="mt-2 break-words text-sm text-warning">
            {problem.message} <span className="text-ink">{problem.remedy}</span>
          </p>
        )}
      </div>
      {usable ? (
        <Button
          variant={first ? "primary" : "secondary"}
          busy={busy}
          aria-disabled={disabled && !busy}
          aria-label={t.takeNamed(offer.name)}
          onClick={disabled ? undefined : onUse}
        >
          {t.use}
        </Button>
      ) : (
        offer.configured && offer.kind !== "embedded" && <Badge tone="success">{t.useAgain}</Badge>
      )}
    </article>
  );

  function facts(): ReactNode {
    if (offer.kind === "embedded") {
      return <p>{t.embedded}</p>;
    }
    if (offer.kind === "key") {
      return (
        <>
          <p>{t.keyFrom(offer.variable ?? "", offer.key_last4 ?? null)}</p>
          {offer.base_url && <p>{t.keyGoes(hostOf(offer.base_url))}</p>}
        </>
      );
    }
    return (
      <>
        <p>{t.serverAt(hostOf(offer.base_url ?? ""))}</p>
        {offer.models.length > 0 && (
          <p className="text-ink">
            {t.models(offer.models.slice(0, MODELS_SHOWN), Math.max(0, offer.models.length - MODELS_SHOWN))}
          </p>
        )}
      </>
    );
  }
}
