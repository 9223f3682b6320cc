/** The services and servers that people know, to begin a provider with. */
import { useStrings } from "@/shared/i18n";
import { classNames } from "@/shared/ui/class-names";
import { PRESETS, type Preset } from "./presets";

export interface PresetPickerProps {
  /** Null is a server of one's own; undefined is nothing chosen yet. */
  value: Preset | null | undefined;
  onChange: (preset: Preset | null) => void;
}

export function PresetPicker({ value, onChange }: PresetPickerProps) {
  const t = useStrings().settings.provider;
  const choices: readonly (Preset | null)[] = [...PRESETS, null];
  return (
    <fieldset>
      <legend className="mb-2 font-medium text-sm">{t.which}</legend>
      <div className="grid grid-cols-2 gap-2 sm:grid-cols-3">
        {choices.map((preset) => (
          <label
            key={preset?.id ?? "own"}
            className={classNames(
              "relative flex min-h-13 cursor-pointer flex-col justify-center rounded-md border px-3 py-1.5 transition-colors hover:border-control hover:bg-hover",
              "has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2",
            )}
          >
            <input
              type="radio"
              name="preset"
              checked={value?.id === preset?.id && value !== undefined}
              onChange={() => onChange(preset)}
              className="absolute inset-0 cursor-pointer appearance-none outline-none"
            />
            <span className="truncate font-medium text-sm">{preset?.name ?? t.custom}</span>
            <span className="truncate text-muted text-xs">
              {preset === null ? t.customHint : preset.local ? t.onThisMachine : t.withKey}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
