/**
 * Adds a provider or changes one, and asks it for a word at once: a person knows before anything depends on it.
 *
 * A stored key is never shown and never sent back. Nothing that was typed is lost when the server refuses it.
 */
import { type ReactNode, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/dialog";
import { Disclosure } from "@/shared/ui/disclosure";
import { Banner, ProblemText } from "@/shared/ui/feedback";
import { Checkbox, NumberField, SecretField, SelectField, TextField } from "@/shared/ui/field";
import { Testing, TestResult } from "./connection-test";
import { HeaderFields } from "./header-fields";
import { ModelEntries } from "./model-entries";
import { PresetPicker } from "./preset-picker";
import { FORMATS, type Preset } from "./presets";
import type { ConnectionTest, Provider } from "./types";
import { type ProviderForm as Form, useProviderForm } from "./use-provider-form";

export interface ProviderFormProps {
  provider: Provider | null;
  /** All that there are: a new one must not take the place of another. */
  providers: readonly Provider[];
  onClose: () => void;
  closeLabel: string;
  onSaved?: ((provider: Provider) => void) | undefined;
  onDirty?: ((dirty: boolean) => void) | undefined;
  /** What there is to do once the provider answers. */
  children?: ((provider: Provider, test: ConnectionTest) => ReactNode) | undefined;
}

export function ProviderForm({
  provider,
  providers,
  onClose,
  closeLabel,
  onSaved,
  onDirty,
  children,
}: ProviderFormProps) {
  const t = useStrings().settings.provider;
  const form = useProviderForm({ provider, providers, onSaved, onDirty });
  const [preset, setPreset] = useState<Preset | null>();
  const [leaving, setLeaving] = useState(false);
  const { saved, dirty, errors, saving, testing } = form;
  const choosing = saved === null && preset === undefined;

  function begin(chosen: Preset | null) {
    setPreset(chosen);
    if (chosen !== null) form.change({ name: chosen.name, format: chosen.format, baseUrl: chosen.baseUrl });
  }

  return (
    <form
      ref={form.form}
      noValidate
      aria-label={saved?.name ?? t.add}
      onSubmit={(event) => void form.submit(event)}
      className="flex min-w-0 flex-col gap-5"
    >
      {saved === null && <PresetPicker value={preset} onChange={begin} />}
      {!choosing && (
        <>
          {saved?.problem && (
            <Banner tone="warning" title={saved.problem.message}>
              {saved.problem.remedy}
            </Banner>
          )}
          <MainFields form={form} preset={preset ?? null} />
          <Advanced form={form} />
          {errors.form !== undefined && <ProblemText error={new Error(errors.form)} />}
          {testing.isPending && <Testing name={saved?.name ?? ""} />}
          {testing.isError && <ProblemText error={testing.error} />}
          {testing.data !== undefined && !dirty && <TestResult test={testing.data} />}
          {testing.data?.ok === true && !dirty && saved !== null && children?.(saved, testing.data)}
        </>
      )}
      <div className="flex flex-wrap items-center gap-2">
        {!choosing && (
          <Button
            type="submit"
            variant={testing.data?.ok === true && !dirty ? "secondary" : "primary"}
            busy={saving.isPending || testing.isPending}
          >
            {saved !== null && !dirty ? t.test : t.saveAndTest}
          </Button>
        )}
        {!choosing && dirty && (
          <Button busy={saving.isPending} onClick={() => void form.save()}>
            {t.saveOnly}
          </Button>
        )}
        <Button variant="ghost" onClick={() => (dirty && !choosing ? setLeaving(true) : onClose())}>
          {closeLabel}
        </Button>
        {dirty && !choosing && saved !== null && <span className="text-muted text-xs">{t.unsaved}</span>}
      </div>
      <ConfirmDialog
        open={leaving}
        onClose={() => setLeaving(false)}
        title={t.leaveTitle}
        description={t.leaveText}
        confirmLabel={t.leave}
        danger
        onConfirm={onClose}
      />
    </form>
  );
}

function MainFields({ form, preset }: { form: Form; preset: Preset | null }) {
  const t = useStrings().settings.provider;
  const { draft, change, saved, errors } = form;
  return (
    <div className="flex flex-col gap-4">
      <TextField
        label={t.name}
        value={draft.name}
        onChange={(name) => change({ name })}
        error={errors.at("name")}
        hint={t.nameHint}
        maxLength={200}
      />
      <div className="grid gap-4 sm:grid-cols-[1fr_14rem]">
        <TextField
          label={t.baseUrl}
          value={draft.baseUrl}
          onChange={(baseUrl) => change({ baseUrl })}
          error={errors.at("base_url")}
          hint={t.baseUrlHint}
          inputMode="url"
          monospace
          required
          placeholder="https://api.example.com/v1"
        />
        <SelectField
          label={t.format}
          value={draft.format}
          onChange={(format) => change({ format })}
          error={errors.at("format")}
          options={FORMATS.map((format) => ({ value: format, label: t.formats[format] }))}
        />
      </div>
      <div className="flex flex-col gap-2">
        <SecretField
          label={t.key}
          value={draft.apiKey}
          onChange={(apiKey) => change({ apiKey, removeKey: false })}
          hasValue={saved?.has_key === true && !draft.removeKey}
          lastCharacters={saved?.key_last4}
          error={errors.at("api_key")}
          hint={keyHint()}
        />
        {saved?.has_key === true && draft.apiKey === "" && (
          <Checkbox
            label={t.removeKey}
            checked={draft.removeKey}
            onChange={(removeKey) => change({ removeKey })}
          />
        )}
      </div>
    </div>
  );

  function keyHint(): string | undefined {
    if (draft.removeKey) return t.keyRemoved;
    if (saved?.has_key === true) return saved.key_last4 ? t.keyStored(saved.key_last4) : undefined;
    return preset?.local === true ? t.keyNotNeeded : t.keyHint;
  }
}

const WAITS = ["connect", "first_chunk", "between_chunks"] as const;

function Advanced({ form }: { form: Form }) {
  const t = useStrings().settings.provider;
  const { draft, change, saved, id, errors } = form;
  const [open, setOpen] = useState(false);
  const inside = ["id", "provider_id", "headers", "models", ...WAITS.map((name) => `timeouts.${name}`)]
    .concat(draft.headers.map((header) => `headers.${header.name.trim().toLowerCase()}`))
    .concat(
      draft.models.flatMap((model, place) => Object.keys(model).map((name) => `models.${place}.${name}`)),
    )
    .some((field) => errors.at(field) !== undefined);
  return (
    <Disclosure
      summary={<span className="text-muted text-sm">{t.advanced}</span>}
      open={open || inside}
      onOpenChange={setOpen}
    >
      <div className="mt-3 flex flex-col gap-6 border-s ps-4">
        {saved === null && (
          <TextField
            label={t.id}
            value={draft.id}
            onChange={(next) => change({ id: next })}
            placeholder={id}
            error={errors.at("id") ?? errors.at("provider_id")}
            hint={t.idHint}
            maxLength={64}
            monospace
          />
        )}
        <ModelEntries models={draft.models} onChange={(models) => change({ models })} errors={errors} />
        <HeaderFields headers={draft.headers} onChange={(headers) => change({ headers })} errors={errors} />
        <fieldset className="min-w-0">
          <legend className="mb-1 font-medium text-sm">{t.timeouts}</legend>
          <p className="mb-3 text-muted text-xs">{t.timeoutsHint}</p>
          <div className="grid gap-3 sm:grid-cols-3">
            {WAITS.map((name) => (
              <NumberField
                key={name}
                label={t.waits[name]}
                unit={t.seconds}
                min={0.1}
                max={3_600}
                step={0.1}
                value={draft.timeouts[name]}
                onChange={(value) => change({ timeouts: { ...draft.timeouts, [name]: value } })}
                error={errors.at(`timeouts.${name}`)}
              />
            ))}
          </div>
        </fieldset>
      </div>
    </Disclosure>
  );
}
