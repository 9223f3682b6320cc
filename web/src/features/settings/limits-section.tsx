/** What ends a turn by itself, and what a message may carry. An empty field is the default. */
import { useStrings } from "@/shared/i18n";
import { count } from "@/shared/lib/format";
import { useSaveSettings } from "@/shared/providers/queries";
import type { SettingsPatch } from "@/shared/providers/types";
import { Button } from "@/shared/ui/button";
import { problemSentence } from "@/shared/ui/feedback";
import { NumberField, type NumberFieldProps } from "@/shared/ui/field";
import { toast } from "@/shared/ui/toast";
import { defineForm } from "./drafts";
import { BOUNDS, type LimitName } from "./limits";
import { Part } from "./parts";
import { type FormFields, SettingsForm } from "./settings-form";

type Values = Record<LimitName, number | null>;

const TURN: readonly LimitName[] = ["steps", "wall_seconds", "identical_calls", "retries"];
const FILES: readonly LimitName[] = ["file_bytes", "message_files"];
const NAMES = [...TURN, ...FILES];

const fieldOf = (name: LimitName) => `${FILES.includes(name) ? "attachments" : "limits"}.${name}`;

export const limitsForm = defineForm<Values>({
  section: "limits",
  read: ({ limits, attachments }) => ({ ...limits, ...attachments }),
  write: (changed) => {
    const patch: SettingsPatch = {};
    for (const name of NAMES) {
      const value = changed[name];
      if (value !== undefined) {
        const group = FILES.includes(name) ? "attachments" : "limits";
        patch[group] = { ...patch[group], [name]: value === null ? null : Math.round(value) };
      }
    }
    return patch;
  },
  shows: (field) => NAMES.some((name) => fieldOf(name) === field),
});

export function LimitsSection() {
  const t = useStrings().settings;
  return (
    <SettingsForm form={limitsForm} label={t.sections.limits} extra={<Reset />}>
      {(fields) => (
        <>
          <Part title={t.limits.turn} hint={t.limits.turnHint}>
            <div className="grid gap-5 sm:grid-cols-2">
              {TURN.map((name) => (
                <LimitField key={name} name={name} fields={fields} />
              ))}
            </div>
          </Part>
          <Part title={t.limits.files} hint={t.limits.filesHint}>
            <div className="grid gap-5 sm:grid-cols-2">
              {FILES.map((name) => (
                <LimitField key={name} name={name} fields={fields} />
              ))}
            </div>
          </Part>
        </>
      )}
    </SettingsForm>
  );
}

function LimitField({ name, fields }: { name: LimitName; fields: FormFields<Values> }) {
  const t = useStrings().settings;
  const { per, min, max, byDefault, step } = BOUNDS[name];
  const value = fields.values[name];
  const shown: Partial<NumberFieldProps> = { min: Math.ceil((min / per) * 100) / 100, max: max / per, step };
  return (
    <NumberField
      {...shown}
      label={t.limits[name]}
      unit={t.limits[`${name}Unit`]}
      hint={`${t.limits[`${name}Hint`]} ${t.form.byDefault(`${count(byDefault / per)} ${t.limits[`${name}Unit`]}`)}`}
      placeholder={String(byDefault / per)}
      value={value === null ? null : Math.round((value / per) * 100) / 100}
      onChange={(next) => fields.set({ [name]: next === null ? null : next * per })}
      error={fields.error(fieldOf(name))}
    />
  );
}

function Reset() {
  const t = useStrings().settings.form;
  const save = useSaveSettings();
  function reset() {
    save.mutate(
      { limits: null, attachments: null },
      {
        onSuccess: () => {
          limitsForm.useTouched.setState({ touched: {} });
          toast({ title: t.resetDone, tone: "success" });
        },
        onError: (error) => toast({ title: problemSentence(error), tone: "danger" }),
      },
    );
  }
  return (
    <Button variant="ghost" busy={save.isPending} onClick={reset}>
      {t.reset}
    </Button>
  );
}
