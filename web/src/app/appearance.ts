/** Shows the page in the chosen theme, text size and language, and follows the system where it is asked to. */
import { setLanguage } from "@/shared/i18n";
import { onPreferenceChange, type Preferences, preferences } from "@/shared/lib/preferences";

/** The colour of the page's ground, as in theme.css. */
const CANVAS = { light: "#ffffff", dark: "#131417" } as const;

const dark = matchMedia("(prefers-color-scheme: dark)");

function show({ theme, textSize }: Preferences): void {
  const root = document.documentElement;
  const shown = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  root.dataset.theme = shown;
  // The bar of the browser or of the installed app stands above the page and looks like it.
  document.querySelector("meta[name=theme-color]")?.setAttribute("content", CANVAS[shown]);
  root.dataset.textSize = textSize;
}

export function followAppearance(): void {
  show(preferences());
  dark.addEventListener("change", () => show(preferences()));
  onPreferenceChange((now, before) => {
    show(now);
    if (now.language !== before.language) {
      void setLanguage(now.language);
    }
  });
}
