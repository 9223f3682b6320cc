/**
 * A form for some of the settings: loads them, keeps what was touched, saves what differs and says what is wrong at the
 * field. What the server refuses stays in the form.
 */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { fieldErrors, focusFirstWrong } from "@/shared/providers/field-errors";
import { useSaveSettings, useSettings } from "@/shared/providers/queries";
import type { Settings } from "@/shared/providers/types";
import { announce } from "@/shared/ui/announcer";
import { Button } from "@/shared/ui/button";
import { ProblemText } from "@/shared/ui/feedback";
import { changedFields, markUnsaved, type SettingsFormState } from "./drafts";
import { Loading, LoadProblem } from "./parts";

export interface FormFields<Values extends object> {
  values: Values;
  set: (part: Partial<Values>) => void;
  error: (field: string) => string | undefined;
  settings: Settings;
  dirty: boolean;
}

export interface SettingsFormProps<Values extends object> {
  form: SettingsFormState<Values>;
  label: string;
  children: (fields: FormFields<Values>) => ReactNode;
  /** Stands at the left of the buttons. */
  extra?: ReactNode;
}

export function SettingsForm<Values extends object>(props: SettingsFormProps<Values>) {
  const settings = useSettings();
  if (settings.data === undefined) {
    return settings.isError ? (
      <LoadProblem error={settings.error} onRetry={() => void settings.refetch()} />
    ) : (
      <Loading />
    );
  }
  return <LoadedForm {...props} settings={settings.data} />;
}

function LoadedForm<Values extends object>({
  form,
  label,
  children,
  extra,
  settings,
}: SettingsFormProps<Values> & { settings: Settings }) {
  const t = useStrings();
  const element = useRef<HTMLFormElement>(null);
  const save = useSaveSettings();
  const touched = form.useTouched((state) => state.touched);
  const [saved, setSaved] = useState(false);
  const [attempts, setAttempts] = useState(0);
  const stored = form.read(settings);
  const changed = changedFields(stored, touched);
  const dirty = Object.keys(changed).length > 0;
  const errors = fieldErrors(dirty ? save.error : null, form.shows);

  useEffect(() => markUnsaved(form.section, dirty), [form.section, dirty]);
  useEffect(() => {
    if (attempts > 0) focusFirstWrong(element.current);
  }, [attempts]);

  function set(part: Partial<Values>) {
    setSaved(false);
    form.useTouched.setState((state) => ({ touched: { ...state.touched, ...part } }));
  }

  function discard() {
    save.reset();
    form.useTouched.setState({ touched: {} });
    element.current?.querySelector<HTMLElement>("button[type=submit]")?.focus();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!dirty || save.isPending) return;
    const wrong = element.current?.querySelector<HTMLElement>(
      "input:invalid, textarea:invalid, select:invalid",
    );
    if (wrong) {
      wrong.focus();
      return;
    }
    const sent = { ...stored, ...touched };
    save.mutate(form.write(changed), {
      onSuccess: () => {
        // What was typed while it was saved stays.
        form.useTouched.setState((now) => ({ touched: changedFields(sent, now.touched) }));
        setSaved(true);
        announce(t.settings.form.saved);
      },
      onError: () => setAttempts((count) => count + 1),
    });
  }

  return (
    <form ref={element} noValidate aria-label={label} onSubmit={submit}>
      {children({ values: { ...stored, ...touched }, set, error: errors.at, settings, dirty })}
      {errors.form !== undefined && <ProblemText error={new Error(errors.form)} className="mt-4" />}
      <div className="mt-6 flex flex-wrap items-center gap-2">
        <Button type="submit" variant="primary" busy={save.isPending} aria-disabled={!dirty}>
          {t.common.save}
        </Button>
        {dirty && <Button onClick={discard}>{t.settings.form.discard}</Button>}
        <span className="px-1 text-muted text-xs">
          {dirty ? t.settings.form.unsaved : saved ? t.settings.form.saved : ""}
        </span>
        {extra !== undefined && <span className="ms-auto">{extra}</span>}
      </div>
    </form>
  );
}
