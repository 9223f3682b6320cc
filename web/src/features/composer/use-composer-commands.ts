/** What the composer offers to the palette and the keyboard while it is on the page. */
import { useStrings } from "@/shared/i18n";
import { type Command, useCommands } from "@/shared/lib/commands";
import { preferences, setPreference } from "@/shared/lib/preferences";
import { announce } from "@/shared/ui/announcer";

export interface ComposerActions {
  focus: () => void;
  stop: () => void;
  attach: () => void;
  pickModel: () => void;
  pickEffort: () => void;
}

export function useComposerCommands(actions: ComposerActions, busy: boolean): void {
  const text = useStrings().composer.commands;
  useCommands((): readonly Command[] => {
    const group = "composer";
    return [
      { id: "composer.focus", title: text.focus, group, shortcut: "mod+j", run: actions.focus },
      {
        id: "composer.focus.slash",
        title: text.focus,
        group,
        shortcut: "/",
        keysOnly: true,
        run: actions.focus,
      },
      { id: "composer.attach", title: text.attach, group, shortcut: "mod+u", run: actions.attach },
      { id: "composer.model", title: text.model, group, shortcut: "mod+.", run: actions.pickModel },
      { id: "composer.effort", title: text.effort, group, run: actions.pickEffort },
      {
        id: "composer.mode",
        title: text.toggleMode,
        group,
        run: () => {
          const mode = preferences().whileBusy === "queue" ? "steer" : "queue";
          setPreference("whileBusy", mode);
          announce(text.modeNow(mode));
        },
      },
      ...(busy
        ? [{ id: "composer.stop", title: text.stop, group, shortcut: "escape", run: actions.stop } as const]
        : []),
    ];
  }, [actions, busy, text]);
}
