/** What answers by default, and the providers: one form at a time takes the place of the list. */
import { useBlocker } from "@tanstack/react-router";
import { Cpu, Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { ProviderForm } from "@/shared/providers/provider-form";
import { useProviders, useSettings } from "@/shared/providers/queries";
import type { Provider } from "@/shared/providers/types";
import { UseProvider } from "@/shared/providers/use-provider";
import { Button } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/dialog";
import { EmptyState } from "@/shared/ui/feedback";
import { toast } from "@/shared/ui/toast";
import { AnswersForm } from "./answers-form";
import { Loading, LoadProblem, Part } from "./parts";
import { ProviderCard } from "./provider-card";

export function ProvidersSection() {
  const t = useStrings().settings.providers;
  const providers = useProviders();
  const [editing, setEditing] = useState<Provider | "new" | null>(null);
  /** Whose button gets the focus back when the form is closed. */
  const returnTo = useRef<string | null>(null);
  const region = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (editing === null && returnTo.current !== null) {
      const target = region.current?.querySelector<HTMLElement>(
        `[data-edit="${CSS.escape(returnTo.current)}"]`,
      );
      target?.focus();
      returnTo.current = null;
    }
  }, [editing]);

  function edit(what: Provider | "new") {
    returnTo.current = what === "new" ? "new" : what.id;
    setEditing(what);
  }

  if (providers.data === undefined) {
    return providers.isError ? (
      <LoadProblem error={providers.error} onRetry={() => void providers.refetch()} />
    ) : (
      <Loading />
    );
  }
  const { items } = providers.data;
  if (editing !== null) {
    return (
      <Editing
        provider={editing === "new" ? null : editing}
        providers={items}
        onClose={() => setEditing(null)}
      />
    );
  }
  const add = (
    <Button size="small" icon={<Plus />} data-edit="new" onClick={() => edit("new")}>
      {t.add}
    </Button>
  );
  return (
    <div ref={region}>
      <Part title={t.answers} hint={t.answersHint}>
        <AnswersForm providers={items} />
      </Part>
      <Part title={t.list} action={items.length > 0 ? add : undefined}>
        {items.length === 0 ? (
          <EmptyState icon={<Cpu />} title={t.empty} action={add} className="rounded-lg border border-dashed">
            {t.emptyHint}
          </EmptyState>
        ) : (
          <ul className="flex flex-col gap-3">
            {items.map((provider) => (
              <li key={provider.id}>
                <ProviderCard
                  provider={provider}
                  onEdit={() => edit(provider)}
                  onDeleted={() => region.current?.querySelector<HTMLElement>('[data-edit="new"]')?.focus()}
                />
              </li>
            ))}
          </ul>
        )}
      </Part>
    </div>
  );
}

function Editing({
  provider,
  providers,
  onClose,
}: {
  provider: Provider | null;
  providers: readonly Provider[];
  onClose: () => void;
}) {
  const t = useStrings().settings;
  const settings = useSettings();
  const heading = useRef<HTMLHeadingElement>(null);
  const [dirty, setDirty] = useState(false);
  const blocker = useBlocker({
    shouldBlockFn: () => dirty,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  useEffect(() => heading.current?.focus(), []);
  return (
    <section>
      <h2 ref={heading} tabIndex={-1} className="mb-5 font-semibold text-lg outline-none">
        {provider?.name ?? t.provider.add}
      </h2>
      <ProviderForm
        provider={provider}
        providers={providers}
        onClose={onClose}
        onDirty={setDirty}
        closeLabel={t.providers.back}
      >
        {(saved, test) =>
          settings.data?.provider_id === saved.id && settings.data.model ? null : (
            <UseProvider
              provider={saved}
              suggested={test.model ?? null}
              onUsed={(model) => {
                toast({ title: t.providers.nowDefault(model), tone: "success" });
                onClose();
              }}
            />
          )
        }
      </ProviderForm>
      <ConfirmDialog
        open={blocker.status === "blocked"}
        onClose={() => blocker.reset?.()}
        title={t.provider.leaveTitle}
        description={t.provider.leaveText}
        confirmLabel={t.provider.leave}
        danger
        onConfirm={() => blocker.proceed?.()}
      />
    </section>
  );
}
