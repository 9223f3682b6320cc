import type { Strings } from "..";

export const frame: Strings["frame"] = {
  skipToContent: "Zum Inhalt springen",
  notFound: "Unter dieser Adresse ist nichts",
  notFoundHint: "Der Link ist vielleicht alt oder vertippt.",
  toStart: "Zur Startseite",
  crashed: "Die Seite ist auf einen Fehler gestoßen",
  crashedHint: "Nichts ist verloren: Unterhaltungen liegen auf dem Server, Entwürfe in diesem Browser.",
  copyDetails: "Einzelheiten kopieren",
  reload: "Seite neu laden",
  unreachable: "Der Arbeitsbereich antwortet nicht",
  reconnecting: "Die Verbindung zum Arbeitsbereich ist unterbrochen",
  reconnectNow: "Jetzt versuchen",
  nothingLost: "Die Seite kommt von selbst zurück. Was du schreibst, bleibt erhalten.",
  updated: "Der Arbeitsbereich wurde aktualisiert.",
  notice: {
    done: "Die Antwort ist fertig.",
    failed: "Der Durchgang ist fehlgeschlagen.",
    waiting: "Der Agent wartet auf dich.",
  },
};
