/** The way to something that answers: what was found here, or a provider of one's own. Nothing is used unasked. */
import { Plus, RefreshCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { FailureBanner } from "@/shared/providers/connection-test";
import { ProviderForm } from "@/shared/providers/provider-form";
import { useAcceptOffer, useSetup } from "@/shared/providers/queries";
import type { Failure, Offer, Provider, Settings } from "@/shared/providers/types";
import { UseProvider } from "@/shared/providers/use-provider";
import { Button } from "@/shared/ui/button";
import { Banner, ProblemText, problemSentence, Skeleton } from "@/shared/ui/feedback";
import { Logo } from "@/shared/ui/logo";
import { OfferCard } from "./offer-card";

export interface FirstStartProps {
  settings: Settings;
  providers: readonly Provider[];
  /** Whether a choice is under way that must not be cut short by something that answers already. */
  onChoosing: (choosing: boolean) => void;
  onChosen: (model: string) => void;
}

export function FirstStart({ settings, providers, onChoosing, onChosen }: FirstStartProps) {
  const t = useStrings().welcome;
  const [editing, setEditing] = useState<Provider | "new" | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const unfinished = providers.find(({ id }) => id === settings.provider_id) ?? providers.at(-1);

  function edit(what: Provider | "new" | null) {
    setEditing(what);
    onChoosing(what !== null);
  }

  // What had the focus is gone: reading goes on at the heading of what came.
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the other of the two is shown
  useEffect(() => {
    if (!first.current) heading.current?.focus();
    first.current = false;
  }, [editing === null]);

  if (editing !== null) {
    return (
      <section className="mx-auto w-full max-w-2xl">
        <h2 ref={heading} tabIndex={-1} className="mb-5 font-semibold text-xl tracking-tight outline-none">
          {editing === "new" ? t.addProviderTitle : editing.name}
        </h2>
        <ProviderForm
          provider={editing === "new" ? null : editing}
          providers={providers}
          onClose={() => edit(null)}
          closeLabel={t.backToOffers}
        >
          {(provider, test) => (
            <UseProvider provider={provider} suggested={test.model ?? null} onUsed={onChosen} />
          )}
        </ProviderForm>
      </section>
    );
  }
  return (
    <section className="mx-auto w-full max-w-2xl">
      <Logo className="size-10 text-accent" />
      <h2 ref={heading} tabIndex={-1} className="mt-4 font-semibold text-2xl tracking-tight outline-none">
        {t.title}
      </h2>
      <p className="mt-2 text-pretty text-prose">{t.what}</p>
      <p className="mt-1 text-muted text-prose">{t.choose}</p>
      {unfinished !== undefined && (
        <Unfinished
          key={unfinished.id}
          provider={unfinished}
          onEdit={() => edit(unfinished)}
          onChosen={onChosen}
        />
      )}
      <Offers onAdd={() => edit("new")} onChosen={onChosen} />
    </section>
  );
}

/** A provider is there, but no model of it was chosen. */
function Unfinished({
  provider,
  onEdit,
  onChosen,
}: {
  provider: Provider;
  onEdit: () => void;
  onChosen: (model: string) => void;
}) {
  const t = useStrings().welcome;
  return (
    <div className="mt-6">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm">
          <span className="font-medium">{t.chooseModel(provider.name)}</span>{" "}
          <span className="text-muted">{t.chooseModelHint}</span>
        </p>
        <Button size="small" onClick={onEdit}>
          {t.changeProvider(provider.name)}
        </Button>
      </div>
      <UseProvider provider={provider} suggested={provider.models[0]?.id ?? null} onUsed={onChosen} />
    </div>
  );
}

function Offers({ onAdd, onChosen }: { onAdd: () => void; onChosen: (model: string) => void }) {
  const t = useStrings().welcome;
  const setup = useSetup();
  const accept = useAcceptOffer();
  const [failure, setFailure] = useState<Failure>();

  async function use(offer: Offer) {
    setFailure(undefined);
    try {
      // Not a callback of the mutation: this part of the page goes as soon as something answers.
      const accepted = await accept.mutateAsync(offer.id);
      setFailure(accepted.failure ?? undefined);
      if (accepted.model !== null) {
        onChosen(offer.kind === "embedded" ? offer.name : accepted.model);
      }
    } catch {
      // Shown by the state of the mutation.
    }
  }

  return (
    <div className="mt-7 flex flex-col gap-3">
      <div className="flex min-h-8 items-center justify-between gap-3">
        <h3 className="font-medium text-muted text-sm">{t.found}</h3>
        <Button
          variant="ghost"
          size="small"
          icon={<RefreshCw />}
          busy={setup.isFetching}
          onClick={() => void setup.refetch()}
        >
          {setup.isFetching ? t.looking : t.lookAgain}
        </Button>
      </div>
      {failure !== undefined && <FailureBanner failure={failure} />}
      {accept.isError && <ProblemText error={accept.error} />}
      {setup.isError && (
        <Banner tone="warning" title={t.lookFailed}>
          {problemSentence(setup.error)}
        </Banner>
      )}
      {setup.isPending && (
        <>
          <Skeleton className="h-24 w-full rounded-lg!" />
          <Skeleton className="h-24 w-full rounded-lg!" />
        </>
      )}
      <ul className="flex flex-col gap-3">
        {setup.data?.offers.map((offer, place) => (
          <li key={offer.id}>
            <OfferCard
              offer={offer}
              first={place === 0}
              busy={accept.isPending && accept.variables === offer.id}
              disabled={accept.isPending}
              onUse={() => void use(offer)}
            />
          </li>
        ))}
      </ul>
      <button
        type="button"
        onClick={onAdd}
        className="flex items-center gap-3 rounded-lg border border-line-strong border-dashed px-4 py-3 text-start transition-colors hover:border-control hover:bg-hover"
      >
        <Plus aria-hidden="true" className="size-5 shrink-0 text-accent" />
        <span>
          <span className="block font-medium text-sm">{t.addProvider}</span>
          <span className="block text-muted text-xs">{t.addProviderHint}</span>
        </span>
      </button>
    </div>
  );
}
