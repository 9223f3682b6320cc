/**
 * What was changed in forms and not saved: kept while somebody looks at another section, until it is saved or discarded.
 * A draft holds only the fields that were touched; everything else follows the server.
 */
import { create, type StoreApi, type UseBoundStore } from "zustand";
import type { Settings, SettingsPatch } from "@/shared/providers/types";
import type { SectionName } from "./sections";

export interface FormDefinition<Values extends object> {
  section: SectionName;
  read: (settings: Settings) => Values;
  /** What is to be sent for the fields that differ; an empty number is null, which resets it. */
  write: (changed: Partial<Values>) => SettingsPatch;
  /** Whether the form has a place for what is wrong with that field of the server. */
  shows: (field: string) => boolean;
}

export interface SettingsFormState<Values extends object> extends FormDefinition<Values> {
  useTouched: UseBoundStore<StoreApi<{ touched: Partial<Values> }>>;
}

const useUnsaved = create<{ sections: readonly SectionName[] }>(() => ({ sections: [] }));
const resets: (() => void)[] = [];

/** Makes a form; its draft lives as long as the tab. */
export function defineForm<Values extends object>(
  definition: FormDefinition<Values>,
): SettingsFormState<Values> {
  const useTouched = create<{ touched: Partial<Values> }>(() => ({ touched: {} }));
  resets.push(() => useTouched.setState({ touched: {} }));
  return { ...definition, useTouched };
}

/** The touched fields whose value differs from the stored one. */
export function changedFields<Values extends object>(
  stored: Values,
  touched: Partial<Values>,
): Partial<Values> {
  const changed: Partial<Values> = {};
  for (const name in touched) {
    if (JSON.stringify(touched[name]) !== JSON.stringify(stored[name])) {
      changed[name] = touched[name];
    }
  }
  return changed;
}

export function markUnsaved(section: SectionName, unsaved: boolean): void {
  const others = useUnsaved.getState().sections.filter((name) => name !== section);
  useUnsaved.setState({ sections: unsaved ? [...others, section] : others });
}

/** The sections that hold something that is not saved. */
export function useUnsavedSections(): readonly SectionName[] {
  return useUnsaved((unsaved) => unsaved.sections);
}

/** Forgets all drafts: whoever logs in next must not find them. */
export function dropDrafts(): void {
  for (const reset of resets) reset();
  useUnsaved.setState({ sections: [] });
}
