/** The models that a person wrote down for a provider, with what they know better than the catalogue. */
import { Plus, Trash2 } from "lucide-react";
import { useRef } from "react";
import { useStrings } from "@/shared/i18n";
import { Button, IconButton } from "@/shared/ui/button";
import { Disclosure } from "@/shared/ui/disclosure";
import { NumberField, TextField } from "@/shared/ui/field";
import type { FieldErrors } from "./field-errors";
import { type ModelDraft, newModel } from "./provider-draft";

export interface ModelEntriesProps {
  models: readonly ModelDraft[];
  onChange: (models: readonly ModelDraft[]) => void;
  errors: FieldErrors;
}

const PRICES = ["input_price", "cached_price", "output_price"] as const;

export function ModelEntries({ models, onChange, errors }: ModelEntriesProps) {
  const t = useStrings().settings.provider;
  const region = useRef<HTMLFieldSetElement>(null);

  function change(key: string, part: Partial<ModelDraft>) {
    onChange(models.map((model) => (model.key === key ? { ...model, ...part } : model)));
  }

  return (
    <fieldset ref={region} className="flex min-w-0 flex-col gap-3">
      <legend className="mb-1 font-medium text-sm">{t.ownModels}</legend>
      <p className="text-muted text-xs">{t.ownModelsHint}</p>
      {errors.at("models") && (
        <p role="alert" className="text-danger text-xs">
          {errors.at("models")}
        </p>
      )}
      {models.map((model, place) => {
        const at = (name: string) => errors.at(`models.${place}.${name}`);
        const wrongInside = ["name", "context_window", "max_output_tokens", ...PRICES].some(
          (name) => at(name) !== undefined,
        );
        return (
          <div key={model.key} className="rounded-md border p-3">
            <div className="flex items-start gap-2">
              <TextField
                label={t.modelId}
                value={model.id}
                onChange={(id) => change(model.key, { id })}
                error={at("id")}
                required
                monospace
                autoFocus={model.id === ""}
                maxLength={200}
                className="flex-1"
              />
              <IconButton
                label={t.removeModel(model.id)}
                icon={<Trash2 />}
                className="mt-6.5"
                onClick={() => {
                  onChange(models.filter((other) => other.key !== model.key));
                  region.current?.querySelector<HTMLElement>("[data-add]")?.focus();
                }}
              />
            </div>
            <Disclosure
              summary={<span className="text-muted text-xs">{t.modelFacts}</span>}
              className="mt-2"
              {...(wrongInside && { open: true })}
            >
              <div className="mt-2 grid gap-3 sm:grid-cols-2">
                <TextField
                  label={t.modelName}
                  value={model.name}
                  onChange={(name) => change(model.key, { name })}
                  error={at("name")}
                  maxLength={200}
                  className="sm:col-span-2"
                />
                <NumberField
                  label={t.contextWindow}
                  unit={t.tokens}
                  min={1}
                  max={1_000_000_000}
                  value={model.context_window}
                  onChange={(context_window) => change(model.key, { context_window })}
                  error={at("context_window")}
                />
                <NumberField
                  label={t.maxOutput}
                  unit={t.tokens}
                  min={1}
                  max={1_000_000_000}
                  value={model.max_output_tokens}
                  onChange={(max_output_tokens) => change(model.key, { max_output_tokens })}
                  error={at("max_output_tokens")}
                />
                {PRICES.map((name) => (
                  <NumberField
                    key={name}
                    label={t.prices[name]}
                    unit={t.perMillion}
                    min={0}
                    max={1_000_000}
                    step={0.01}
                    value={model[name]}
                    onChange={(price) => change(model.key, { [name]: price })}
                    error={at(name)}
                  />
                ))}
              </div>
            </Disclosure>
          </div>
        );
      })}
      <div>
        <Button size="small" icon={<Plus />} data-add="" onClick={() => onChange([...models, newModel()])}>
          {t.addModel}
        </Button>
      </div>
    </fieldset>
  );
}
