/**
 * What was changed in forms and not saved: kept while somebody looks at another section, until it is saved or discarded.
 * A draft holds only the fields that were touched; everything else follows the server.
 */
import { create } from "zustand";
import type { SectionName } from "./sections";

type Fields = Readonly<Record<string, unknown>>;

interface Drafts {
  forms: Readonly<Record<string, { section: SectionName; fields: Fields; dirty: boolean }>>;
}

const useDrafts = create<Drafts>(() => ({ forms: {} }));

/** Touched fields of a form; `parse` gives them their type back. */
export function useDraft(form: string): Fields | undefined {
  return useDrafts((drafts) => drafts.forms[form]?.fields);
}

export function putDraft(form: string, section: SectionName, fields: Fields, dirty: boolean): void {
  useDrafts.setState(({ forms }) => ({ forms: { ...forms, [form]: { section, fields, dirty } } }));
}

export function dropDraft(form: string): void {
  useDrafts.setState(({ forms }) => {
    const { [form]: _, ...others } = forms;
    return { forms: others };
  });
}

/** The sections that hold something that is not saved. */
export function useUnsavedSections(): readonly SectionName[] {
  const forms = useDrafts((drafts) => drafts.forms);
  return Object.values(forms)
    .filter(({ dirty }) => dirty)
    .map(({ section }) => section);
}

export function dropAllDrafts(): void {
  useDrafts.setState({ forms: {} });
}
