/** How the page looks and behaves on this device. Every choice holds at once. */
import { useState } from "react";
import { LANGUAGES, type Language, useStrings } from "@/shared/i18n";
import { setPreference, usePreference } from "@/shared/lib/preferences";
import { Banner } from "@/shared/ui/feedback";
import { SegmentedControl, SelectField, Switch } from "@/shared/ui/field";
import { shortcutText } from "@/shared/ui/kbd";
import { Panel, Part } from "./parts";

const THEMES = ["system", "light", "dark"] as const;
const SIZES = ["small", "medium", "large"] as const;
const CODES: readonly Language[] = ["en", "de"];

export function AppearanceSection() {
  const t = useStrings().settings.appearance;
  const theme = usePreference("theme");
  const language = usePreference("language");
  const textSize = usePreference("textSize");
  const wrapCode = usePreference("wrapCode");
  return (
    <>
      <Part title={t.look} hint={t.device}>
        <Panel>
          <SegmentedControl
            label={t.theme}
            value={theme}
            onChange={(value) => setPreference("theme", value)}
            options={THEMES.map((value) => ({ value, label: t.themes[value] }))}
          />
          <SegmentedControl
            label={t.textSize}
            value={textSize}
            onChange={(value) => setPreference("textSize", value)}
            options={SIZES.map((value) => ({ value, label: t.textSizes[value] }))}
          />
          <div>
            <SelectField
              label={t.language}
              value={language}
              onChange={(value) => setPreference("language", value)}
              options={CODES.map((value) => ({ value, label: LANGUAGES[value] }))}
              className="max-w-64"
            />
          </div>
          <Switch
            label={t.wrapCode}
            hint={t.wrapCodeHint}
            checked={wrapCode}
            onChange={(value) => setPreference("wrapCode", value)}
          />
        </Panel>
      </Part>
      <Writing />
      <Notifications />
    </>
  );
}

function Writing() {
  const t = useStrings().settings.appearance;
  const sendWith = usePreference("sendWith");
  const whileBusy = usePreference("whileBusy");
  return (
    <Part title={t.writing}>
      <Panel>
        <SegmentedControl
          label={t.sendWith}
          hint={t.sendWithHint[sendWith]}
          value={sendWith}
          onChange={(value) => setPreference("sendWith", value)}
          options={[
            { value: "enter", label: shortcutText("enter") },
            { value: "mod+enter", label: shortcutText("mod+enter") },
          ]}
        />
        <SegmentedControl
          label={t.whileBusy}
          hint={t.whileBusyHint[whileBusy]}
          value={whileBusy}
          onChange={(value) => setPreference("whileBusy", value)}
          options={[
            { value: "queue", label: t.whileBusyChoices.queue },
            { value: "steer", label: t.whileBusyChoices.steer },
          ]}
        />
      </Panel>
    </Part>
  );
}

/** What the browser says of notifications; where a page may not show any, it has no interface for them. */
function permission(): NotificationPermission | "impossible" {
  return "Notification" in globalThis && globalThis.isSecureContext !== false
    ? Notification.permission
    : "impossible";
}

function Notifications() {
  const t = useStrings().settings.appearance;
  const wanted = usePreference("notifications");
  const [state, setState] = useState(permission);
  const [dismissed, setDismissed] = useState(false);
  const on = wanted && state === "granted";

  async function change(next: boolean) {
    setDismissed(false);
    if (!next) {
      setPreference("notifications", false);
      return;
    }
    const answer = permission() === "default" ? await Notification.requestPermission() : permission();
    setState(answer);
    setDismissed(answer === "default");
    setPreference("notifications", answer === "granted");
  }

  return (
    <Part title={t.notifications}>
      <Panel>
        <div>
          <Switch
            label={t.notify}
            hint={t.notifyHint}
            checked={on}
            disabled={state === "impossible"}
            onChange={(next) => void change(next)}
          />
          {state === "denied" && (
            <Banner tone="warning" title={t.notifyBlocked} className="mt-3">
              {t.notifyBlockedHint}
            </Banner>
          )}
          {state === "impossible" && (
            <Banner tone="info" title={t.notifyImpossible} className="mt-3">
              {t.notifyImpossibleHint}
            </Banner>
          )}
          {dismissed && (
            <p role="status" className="mt-2 text-muted text-xs">
              {t.notifyDismissed}
            </p>
          )}
        </div>
      </Panel>
    </Part>
  );
}
