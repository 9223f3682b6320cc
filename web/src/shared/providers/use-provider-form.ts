/** What a provider form holds and does: the draft, saving it, asking the provider for a word. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { announce } from "@/shared/ui/announcer";
import { type FieldErrors, fieldErrors, focusFirstWrong } from "./field-errors";
import {
  changesOf,
  draftFromPreset,
  draftFromProvider,
  isShownField,
  type ProviderDraft,
  suggestId,
} from "./provider-draft";
import { useSaveProvider, useTestProvider } from "./queries";
import type { Provider } from "./types";

export interface ProviderFormOptions {
  /** The provider to change; null to add one. */
  provider: Provider | null;
  providers: readonly Provider[];
  onSaved: ((provider: Provider) => void) | undefined;
  onDirty: ((dirty: boolean) => void) | undefined;
}

export function useProviderForm({ provider, providers, onSaved, onDirty }: ProviderFormOptions) {
  const t = useStrings().settings.provider;
  const form = useRef<HTMLFormElement>(null);
  const [saved, setSaved] = useState(provider);
  const [draft, setDraft] = useState(() =>
    provider === null ? draftFromPreset(null) : draftFromProvider(provider),
  );
  const [local, setLocal] = useState<Readonly<Record<string, string>>>({});
  const saving = useSaveProvider();
  const testing = useTestProvider();
  /** Grows with each attempt that failed, so that the focus moves once for each. */
  const [attempts, setAttempts] = useState(0);

  const others = providers.filter((other) => other.id !== saved?.id).map((other) => other.id);
  const id = saved?.id ?? (draft.id.trim() === "" ? suggestId(draft.name, others) : draft.id.trim());
  const dirty = Object.keys(changesOf(draft, saved)).length > (saved === null ? 1 : 0) || draft.apiKey !== "";
  const refused = fieldErrors(saving.error, isShownField(draft));
  const errors: FieldErrors = { at: (field) => local[field] ?? refused.at(field), form: refused.form };

  useEffect(() => onDirty?.(dirty), [dirty, onDirty]);
  useEffect(() => {
    if (attempts > 0) focusFirstWrong(form.current);
  }, [attempts]);

  function change(part: Partial<ProviderDraft>) {
    setDraft((before) => ({ ...before, ...part }));
  }

  function wrong(): Record<string, string> {
    const found: Record<string, string> = {};
    if (saved === null && others.includes(id)) found.id = t.idTaken(id);
    if (draft.baseUrl.trim() === "") found.base_url = t.baseUrlMissing;
    const names = new Set<string>();
    for (const header of draft.headers) {
      const name = header.name.trim().toLowerCase();
      if (name !== "" && names.has(name)) found[`headers.${name}`] = t.headerTwice(name);
      names.add(name);
    }
    draft.models.forEach((model, place) => {
      if (model.id.trim() === "") found[`models.${place}.id`] = t.modelIdMissing;
    });
    return found;
  }

  async function save(): Promise<Provider | null> {
    const found = wrong();
    setLocal(found);
    if (Object.keys(found).length > 0 || form.current?.querySelector(":invalid")) {
      setAttempts((count) => count + 1);
      return null;
    }
    try {
      const next = await saving.mutateAsync({ id, changes: changesOf(draft, saved) });
      setSaved(next);
      // What was typed while it was saved stays.
      setDraft((now) => (now === draft ? draftFromProvider(next) : now));
      announce(t.saved);
      onSaved?.(next);
      return next;
    } catch {
      setAttempts((count) => count + 1);
      return null;
    }
  }

  function test(provider: Provider, model: string | null) {
    testing.mutate({ id: provider.id, model });
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    testing.reset();
    const next = saved !== null && !dirty ? saved : await save();
    if (next !== null) test(next, null);
  }

  return { form, draft, change, saved, id, dirty, errors, saving, testing, save, test, submit };
}

export type ProviderForm = ReturnType<typeof useProviderForm>;
