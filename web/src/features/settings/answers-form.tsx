/** The provider, model and effort that answer where a conversation names nothing else. */
import { useStrings } from "@/shared/i18n";
import { EFFORTS } from "@/shared/providers/efforts";
import { ModelField } from "@/shared/providers/model-field";
import { useProviderModels, useSetup } from "@/shared/providers/queries";
import { EMBEDDED, type Provider, type Settings, type SettingsPatch } from "@/shared/providers/types";
import { NumberField, SelectField } from "@/shared/ui/field";
import { defineForm } from "./drafts";
import { type FormFields, SettingsForm } from "./settings-form";

interface Values {
  provider_id: string;
  model: string;
  reasoning_effort: Settings["reasoning_effort"];
  context_window: number | null;
}

const FIELDS = ["provider_id", "model", "reasoning_effort", "context_window"];

export const answersForm = defineForm<Values>({
  section: "providers",
  read: ({ provider_id, model, reasoning_effort, context_window }) => ({
    provider_id: provider_id ?? "",
    model: model ?? "",
    reasoning_effort,
    context_window: context_window ?? null,
  }),
  write: (changed) => {
    const patch: SettingsPatch = {};
    if (changed.provider_id !== undefined) patch.provider_id = changed.provider_id || null;
    if (changed.model !== undefined) patch.model = changed.model.trim() || null;
    if (changed.reasoning_effort !== undefined) patch.reasoning_effort = changed.reasoning_effort;
    if (changed.context_window !== undefined) patch.context_window = changed.context_window;
    return patch;
  },
  shows: (field) => FIELDS.includes(field),
});

export function AnswersForm({ providers }: { providers: readonly Provider[] }) {
  const t = useStrings().settings.providers;
  return (
    <SettingsForm form={answersForm} label={t.answers}>
      {(fields) => <Fields fields={fields} providers={providers} />}
    </SettingsForm>
  );
}

function Fields({ fields, providers }: { fields: FormFields<Values>; providers: readonly Provider[] }) {
  const {
    settings: t,
    composer: { effort },
  } = useStrings();
  const { values, set, error, settings } = fields;
  const setup = useSetup();
  const embedded = setup.data?.offers.find((offer) => offer.kind === "embedded");
  const known = providers.some(({ id }) => id === values.provider_id);
  const models = useProviderModels(known ? values.provider_id : null);
  const provider = providers.find(({ id }) => id === values.provider_id);
  const listed =
    values.provider_id === EMBEDDED
      ? (embedded?.models ?? []).map((id) => ({ id }))
      : (models.data?.items ?? provider?.models ?? []);

  const options = [
    { value: "", label: t.providers.nothing },
    ...providers.map(({ id, name }) => ({ value: id, label: name })),
  ];
  if (embedded !== undefined && (!embedded.problem || values.provider_id === EMBEDDED)) {
    options.push({ value: EMBEDDED, label: embedded.name });
  }
  if (!options.some(({ value }) => value === values.provider_id)) {
    const name = values.provider_id;
    options.push({
      value: name,
      label: name === EMBEDDED ? t.providers.embeddedFallback : t.providers.gone(name),
    });
  }

  function choose(provider_id: string) {
    const own = provider_id === EMBEDDED ? embedded?.models[0] : undefined;
    const first = own ?? providers.find(({ id }) => id === provider_id)?.models[0]?.id ?? "";
    // A model belongs to its provider, and its context window to the model.
    const back = provider_id === (settings.provider_id ?? "");
    set({
      provider_id,
      model: back ? (settings.model ?? "") : first,
      context_window: back ? (settings.context_window ?? null) : null,
    });
  }

  function chooseModel(model: string) {
    const stored = settings.context_window ?? null;
    const kept = values.context_window !== stored && values.context_window !== null;
    set({ model, context_window: kept ? values.context_window : model === settings.model ? stored : null });
  }

  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <SelectField
        label={t.providers.provider}
        value={values.provider_id}
        onChange={choose}
        options={options}
        error={error("provider_id")}
      />
      <ModelField
        label={t.providers.model}
        value={values.model}
        onChange={chooseModel}
        models={listed}
        loading={models.isFetching}
        error={error("model")}
        hint={models.isError ? t.providers.modelsFailed : t.providers.modelHint}
      />
      <SelectField
        label={effort.label}
        hint={t.providers.effortHint}
        value={values.reasoning_effort}
        onChange={(reasoning_effort) => set({ reasoning_effort })}
        options={EFFORTS.map((value) => ({ value, label: effort.levels[value] }))}
        error={error("reasoning_effort")}
      />
      <NumberField
        label={t.providers.contextWindow}
        hint={t.providers.contextWindowHint}
        unit={t.provider.tokens}
        min={1_000}
        max={100_000_000}
        value={values.context_window}
        onChange={(context_window) => set({ context_window })}
        error={error("context_window")}
      />
    </div>
  );
}
