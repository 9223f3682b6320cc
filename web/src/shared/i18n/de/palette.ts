import type { Strings } from "..";

export const palette: Strings["palette"] = {
  open: "Befehlspalette",
  placeholder: "Befehle, Unterhaltungen und Nachrichten suchen",
  nothing: "Nichts passt.",
  commands: "Befehle",
  conversations: "Unterhaltungen",
  messages: "Nachrichten dieser Unterhaltung",
  shortcuts: "Tastenkürzel",
  newConversation: "Neue Unterhaltung",
  toggleSidebar: "Liste der Unterhaltungen ein- oder ausblenden",
  togglePanel: "Seitenleiste ein- oder ausblenden",
  timeTravel: "Durch den Verlauf reisen",
  settings: "Einstellungen",
  theme: { light: "Helles Aussehen", dark: "Dunkles Aussehen", system: "Aussehen des Systems" },
  groups: {
    conversation: "Unterhaltung",
    thread: "Verlauf",
    composer: "Schreiben",
    view: "Ansicht",
    go: "Gehe zu",
    settings: "Einstellungen",
  },
  you: "Du",
  assistant: "Assistent",
};
