/**
 * What a person prefers on this device: kept in the browser, the same in all its tabs. A value that cannot be read
 * (an older page's, or nonsense) falls back to the default.
 */
import { create } from "zustand";
import { type Language, preferredLanguage } from "@/shared/i18n";

export interface Preferences {
  theme: "system" | "light" | "dark";
  language: Language;
  /** Which keys send a message; the other of the two makes a new line. */
  sendWith: "enter" | "mod+enter";
  /** What becomes of a message that is sent while a turn runs. */
  whileBusy: "queue" | "steer";
  sidebarOpen: boolean;
  panelOpen: boolean;
  notifications: boolean;
  wrapCode: boolean;
  textSize: "small" | "medium" | "large";
}

const KEY = "flowent.preferences";

const DEFAULTS: Preferences = {
  theme: "system",
  language: preferredLanguage(),
  sendWith: "enter",
  whileBusy: "queue",
  sidebarOpen: true,
  panelOpen: false,
  notifications: false,
  wrapCode: false,
  textSize: "medium",
};

const CHOICES: { readonly [Name in keyof Preferences]: readonly Preferences[Name][] } = {
  theme: ["system", "light", "dark"],
  language: ["en", "de"],
  sendWith: ["enter", "mod+enter"],
  whileBusy: ["queue", "steer"],
  sidebarOpen: [true, false],
  panelOpen: [true, false],
  notifications: [true, false],
  wrapCode: [true, false],
  textSize: ["small", "medium", "large"],
};

function chosen<Name extends keyof Preferences>(
  name: Name,
  stored: Record<string, unknown>,
): Preferences[Name] {
  return CHOICES[name].find((choice) => choice === stored[name]) ?? DEFAULTS[name];
}

function parse(text: string | null): Preferences {
  let stored: Record<string, unknown> = {};
  try {
    stored = Object(JSON.parse(text ?? "{}"));
  } catch {
    // Whatever it was, it is not ours.
  }
  return {
    theme: chosen("theme", stored),
    language: chosen("language", stored),
    sendWith: chosen("sendWith", stored),
    whileBusy: chosen("whileBusy", stored),
    sidebarOpen: chosen("sidebarOpen", stored),
    panelOpen: chosen("panelOpen", stored),
    notifications: chosen("notifications", stored),
    wrapCode: chosen("wrapCode", stored),
    textSize: chosen("textSize", stored),
  };
}

function read(): Preferences {
  try {
    return parse(localStorage.getItem(KEY));
  } catch {
    return DEFAULTS;
  }
}

const usePreferenceStore = create<Preferences>(() => read());

/** Follows changes that other tabs make. */
export function followOtherTabs(): () => void {
  const follow = (event: StorageEvent) => {
    if (event.key === KEY) {
      usePreferenceStore.setState(parse(event.newValue));
    }
  };
  addEventListener("storage", follow);
  return () => removeEventListener("storage", follow);
}

export function usePreference<Name extends keyof Preferences>(name: Name): Preferences[Name] {
  return usePreferenceStore((preferences) => preferences[name]);
}

export function preferences(): Preferences {
  return usePreferenceStore.getState();
}

export function setPreference<Name extends keyof Preferences>(name: Name, value: Preferences[Name]): void {
  usePreferenceStore.setState({ [name]: value });
  try {
    localStorage.setItem(KEY, JSON.stringify(usePreferenceStore.getState()));
  } catch {
    // Without storage the choice holds until the tab is closed.
  }
}

export function onPreferenceChange(listener: (now: Preferences, before: Preferences) => void): () => void {
  return usePreferenceStore.subscribe(listener);
}
