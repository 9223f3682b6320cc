/**
 * Every text that a person reads, in one table per language.
 *
 * English comes with the page; another language is loaded when it is chosen. A text with values in it is a function.
 * Components use `useStrings()`, everything else `strings()`.
 */
import { create } from "zustand";
import { en } from "./en";

export type Strings = typeof en;
export type Language = "en" | "de";

export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

interface Table {
  language: Language;
  strings: Strings;
}

const useTable = create<Table>(() => ({ language: "en", strings: en }));

export function useStrings(): Strings {
  return useTable((table) => table.strings);
}

export function strings(): Strings {
  return useTable.getState().strings;
}

export function language(): Language {
  return useTable.getState().language;
}

/** How numbers and dates are written: as in the person's country, where the browser names one of that language. */
export function locale(): string {
  const chosen = language();
  return navigator.languages.find((tag) => tag.startsWith(`${chosen}-`)) ?? chosen;
}

export function useLanguage(): Language {
  return useTable((table) => table.language);
}

const TABLES: Readonly<Record<Language, () => Promise<Strings>>> = {
  en: async () => en,
  de: async () => (await import("./de")).de,
};
let wanted: Language = "en";

/** Loads a language and shows the page in it. Never fails: a language that cannot be loaded leaves the one before. */
export async function setLanguage(
  chosen: Language,
  load: (language: Language) => Promise<Strings> = (language) => TABLES[language](),
): Promise<void> {
  wanted = chosen;
  try {
    const table = await load(chosen);
    // The last choice holds, whichever was loaded first.
    if (wanted === chosen) {
      document.documentElement.lang = chosen;
      useTable.setState({ language: chosen, strings: table });
    }
  } catch {
    // The workspace is away, or was updated under this page.
  }
}

/** The first language of the browser that the page has. */
export function preferredLanguage(): Language {
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in LANGUAGES);
  return known === "de" ? "de" : "en";
}
