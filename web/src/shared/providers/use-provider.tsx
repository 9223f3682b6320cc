/** The last step after a provider has answered: which of its models is to answer where nothing else is chosen. */
import { useState } from "react";
import { useStrings } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { ProblemText } from "@/shared/ui/feedback";
import { ModelField } from "./model-field";
import { useProviderModels, useSaveSettings } from "./queries";
import type { Provider } from "./types";

export interface UseProviderProps {
  provider: Provider;
  /** The model to begin with. */
  suggested: string | null;
  onUsed: (model: string) => void;
}

export function UseProvider({ provider, suggested, onUsed }: UseProviderProps) {
  const t = useStrings().settings.provider;
  const models = useProviderModels(provider.id);
  const settings = useSaveSettings();
  const [typed, setTyped] = useState<string>();
  const [missing, setMissing] = useState(false);
  const model = (typed ?? suggested ?? "").trim();

  async function use() {
    setMissing(model === "");
    if (model === "") {
      return;
    }
    try {
      // A context window that was set belonged to the model before.
      // Not a callback of the mutation: this part of the page may go as soon as something answers.
      await settings.mutateAsync({ provider_id: provider.id, model, context_window: null });
      onUsed(model);
    } catch {
      // Shown by the state of the mutation.
    }
  }

  return (
    <div className="rounded-lg border bg-surface p-4">
      <div className="flex flex-wrap items-end gap-3">
        <ModelField
          label={t.useWhich}
          value={typed ?? suggested ?? ""}
          onChange={setTyped}
          models={models.data?.items ?? []}
          loading={models.isFetching}
          onEnter={() => void use()}
          error={missing ? t.modelIdMissing : undefined}
          className="flex-1 basis-60"
        />
        <Button variant="primary" busy={settings.isPending} onClick={() => void use()}>
          {t.use}
        </Button>
      </div>
      {models.isError && <p className="mt-2 text-muted text-xs">{t.modelsUnknown}</p>}
      {settings.isError && <ProblemText error={settings.error} className="mt-2" />}
    </div>
  );
}
