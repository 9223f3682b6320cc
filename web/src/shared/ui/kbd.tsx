/**
 * Keyboard shortcuts as people read them.
 *
 * A shortcut is written "mod+shift+k"; keys pressed one after the other are separated by a space: "g s". "mod" is the
 * command key on a Mac and the control key elsewhere.
 */
import { strings, useStrings } from "@/shared/i18n";
import { classNames } from "./class-names";

const MAC_SIGNS: Readonly<Record<string, string>> = {
  mod: "⌘",
  meta: "⌘",
  ctrl: "⌃",
  alt: "⌥",
  shift: "⇧",
  enter: "↩",
  backspace: "⌫",
};

const SIGNS: Readonly<Record<string, string>> = {
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  plus: "+",
};

const ARIA_KEYS: Readonly<Record<string, string>> = {
  ctrl: "Control",
  alt: "Alt",
  shift: "Shift",
  meta: "Meta",
  enter: "Enter",
  escape: "Escape",
  space: "Space",
  backspace: "Backspace",
  arrowup: "ArrowUp",
  arrowdown: "ArrowDown",
  arrowleft: "ArrowLeft",
  arrowright: "ArrowRight",
  plus: "Plus",
};

export function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.platform);
}

function keyText(key: string): string {
  const sign = (isMac() ? MAC_SIGNS[key] : undefined) ?? SIGNS[key];
  if (sign !== undefined) return sign;
  const names: Readonly<Record<string, string>> = strings().common.keys;
  return names[key === "mod" ? "ctrl" : key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

/** The order in which people read modifiers: Ctrl Alt Shift, and ⌃⌥⇧⌘ on a Mac. */
const ORDER = ["ctrl", "alt", "shift", "meta"];

function placeOf(key: string): number {
  const place = ORDER.indexOf(key === "mod" ? (isMac() ? "meta" : "ctrl") : key);
  return place === -1 ? ORDER.length : place;
}

/** The keys of a shortcut, one array for each step. */
function steps(shortcut: string): string[][] {
  return shortcut.split(" ").map((step) =>
    step
      .toLowerCase()
      .split("+")
      .toSorted((left, right) => placeOf(left) - placeOf(right)),
  );
}

/** A shortcut as one line: "⌘K" on a Mac, "Ctrl K" elsewhere. */
export function shortcutText(shortcut: string): string {
  return steps(shortcut)
    .map((keys) => keys.map(keyText).join(isMac() ? "" : " "))
    .join(" ");
}

/** A shortcut as `aria-keyshortcuts` takes it; none for keys pressed one after the other. */
export function ariaShortcut(shortcut: string): string | undefined {
  const [keys, next] = steps(shortcut);
  if (keys === undefined || next !== undefined) return undefined;
  const control = isMac() ? "Meta" : "Control";
  return keys.map((key) => (key === "mod" ? control : (ARIA_KEYS[key] ?? key.toUpperCase()))).join("+");
}

export function Kbd({ shortcut, className }: { shortcut: string; className?: string | undefined }) {
  useStrings();
  return (
    <kbd className={classNames("inline-flex shrink-0 items-center gap-0.5 font-sans", className)}>
      {steps(shortcut).flatMap((keys) =>
        keys.map((key) => (
          <kbd
            key={`${keys.join()} ${key}`}
            className="inline-flex h-[1.125rem] min-w-[1.125rem] items-center justify-center rounded-xs border border-line-strong bg-surface px-1 font-sans text-2xs text-muted"
          >
            {keyText(key)}
          </kbd>
        )),
      )}
    </kbd>
  );
}
