/** The models that a provider lists, asked for when somebody wants to see them. */
import { useDeferredValue, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { compactCount } from "@/shared/lib/format";
import { useProviderModels } from "@/shared/providers/queries";
import type { Model, Provider } from "@/shared/providers/types";
import { Button } from "@/shared/ui/button";
import { ProblemText, Spinner } from "@/shared/ui/feedback";
import { TextField } from "@/shared/ui/field";

const MOST_SHOWN = 50;
const FILTER_FROM = 10;

export function ModelList({ provider }: { provider: Provider }) {
  const t = useStrings();
  const words = t.settings.providers;
  const models = useProviderModels(provider.id);
  const [typed, setTyped] = useState("");
  const wanted = useDeferredValue(typed).toLowerCase().split(/\s+/);
  if (models.isPending) {
    return (
      <p role="status" className="flex items-center gap-2 py-2 text-muted text-sm">
        <Spinner />
        {t.settings.provider.askingForModels}
      </p>
    );
  }
  if (models.isError) {
    return (
      <div className="flex flex-wrap items-start justify-between gap-2 py-2">
        <ProblemText error={models.error} className="min-w-0 flex-1 basis-60" />
        <Button size="small" busy={models.isFetching} onClick={() => void models.refetch()}>
          {t.common.retry}
        </Button>
      </div>
    );
  }
  const all = models.data.items;
  const found = all.filter(({ id, name }) => {
    const text = `${id} ${name ?? ""}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  return (
    <div className="pt-1">
      {all.length === 0 && <p className="py-1 text-muted text-sm">{words.noModels}</p>}
      {all.length > FILTER_FROM && (
        <TextField
          label={words.filterModels}
          hideLabel
          type="search"
          placeholder={words.filterModels}
          value={typed}
          onChange={setTyped}
          className="mb-2 max-w-72"
        />
      )}
      {all.length > 0 && found.length === 0 && <p className="py-1 text-muted text-sm">{words.noModelFits}</p>}
      <ul aria-label={words.modelsOf(provider.name)} className="divide-y">
        {found.slice(0, MOST_SHOWN).map((model) => (
          <ModelLine key={model.id} model={model} />
        ))}
      </ul>
      {found.length > MOST_SHOWN && (
        <p className="pt-2 text-muted text-xs">{words.moreModels(found.length - MOST_SHOWN)}</p>
      )}
    </div>
  );
}

function ModelLine({ model }: { model: Model }) {
  const words = useStrings().settings.providers;
  const { input_price, output_price, context_window } = model;
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 py-1.5 text-sm">
      <span className="min-w-0 flex-1 basis-48 break-all font-mono text-xs">{model.id}</span>
      <span className="text-muted text-xs tabular-nums">
        {[
          context_window === null ? "" : words.window(compactCount(context_window)),
          input_price === null || output_price === null
            ? ""
            : words.price(String(input_price), String(output_price)),
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </li>
  );
}
