/** Commands that belong to the frame. */
import { useNavigate } from "@tanstack/react-router";
import { useStrings } from "@/shared/i18n";
import { useCommands } from "@/shared/lib/commands";
import { preferences, setPreference } from "@/shared/lib/preferences";
import { showPanel, useWorkspace } from "@/shared/lib/workspace";

export function useGlobalCommands(conversationId: string | null): void {
  const t = useStrings();
  const navigate = useNavigate();
  useCommands(
    () => [
      {
        id: "conversation.new",
        title: t.palette.newConversation,
        group: "conversation",
        shortcut: "shift+mod+o",
        run: () => void navigate({ to: "/" }),
      },
      {
        id: "palette.open",
        title: t.palette.open,
        group: "view",
        shortcut: "mod+k",
        keysOnly: true,
        run: () => useWorkspace.setState((workspace) => ({ paletteOpen: !workspace.paletteOpen })),
      },
      {
        id: "shortcuts.open",
        title: t.palette.shortcuts,
        group: "view",
        shortcut: "?",
        run: () => useWorkspace.setState({ shortcutsOpen: true }),
      },
      {
        id: "view.sidebar",
        title: t.palette.toggleSidebar,
        group: "view",
        shortcut: "mod+b",
        run: () => setPreference("sidebarOpen", !preferences().sidebarOpen),
      },
      {
        id: "settings.open",
        title: t.palette.settings,
        group: "settings",
        shortcut: "mod+,",
        run: () => void navigate({ to: "/settings/{-$section}", params: { section: undefined } }),
      },
      ...(["light", "dark", "system"] as const).map((theme) => ({
        id: `theme.${theme}`,
        title: t.palette.theme[theme],
        group: "view" as const,
        run: () => setPreference("theme", theme),
      })),
      ...(conversationId
        ? [
            {
              id: "view.panel",
              title: t.palette.togglePanel,
              group: "view" as const,
              shortcut: "shift+mod+b",
              run: () => setPreference("panelOpen", !preferences().panelOpen),
            },
            {
              id: "panel.history",
              title: t.palette.timeTravel,
              group: "view" as const,
              run: () => showPanel("history"),
            },
          ]
        : []),
    ],
    [t, navigate, conversationId],
  );
}
