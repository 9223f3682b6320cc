/** Shows the page in the chosen theme, text size and language, and follows the system where it is asked to. */
import { setLanguage } from "@/shared/i18n";
import { onPreferenceChange, type Preferences, preferences } from "@/shared/lib/preferences";

const dark = matchMedia("(prefers-color-scheme: dark)");

function show({ theme, textSize }: Preferences): void {
  const root = document.documentElement;
  root.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
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
