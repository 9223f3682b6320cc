import type { Strings } from "..";

export const live: Strings["live"] = {
  unreachable: "Der Arbeitsbereich ist nicht erreichbar",
  reconnecting: "Der Arbeitsbereich antwortet nicht",
  nothingLost:
    "Die Seite versucht es von selbst weiter. Es geht nichts verloren: Was inzwischen geschieht, erscheint dann.",
  nextTry: (seconds: number) =>
    seconds <= 0
      ? "Neuer Versuch …"
      : `Nächster Versuch in ${seconds} ${seconds === 1 ? "Sekunde" : "Sekunden"}`,
  reconnectNow: "Jetzt versuchen",
  connected: "Wieder verbunden",
  updated: "Flowent wurde aktualisiert. Lade die Seite neu, um die neue Version zu benutzen.",
  reload: "Neu laden",
  loggedOut: "Du bist abgemeldet.",
  notice: {
    done: "Die Antwort ist da.",
    failed: "Die Antwort ist fehlgeschlagen.",
    waiting: "Flowent wartet auf dich.",
  },
};
