import type { Strings } from "..";

export const welcome: Strings["welcome"] = {
  title: "Willkommen bei Flowent",
  what: "Flowent ist dein eigener Arbeitsbereich für einen KI-Agenten: Er liest dein Projekt, arbeitet Schritt für Schritt daran und bewahrt alles auf deinem eigenen Rechner auf.",
  choose: "Wähle, was antworten soll. Du kannst es jederzeit ändern.",
  looking: "Schlüssel und Server auf diesem Rechner werden gesucht …",
  lookFailed: "Es ließ sich nicht herausfinden, was auf diesem Rechner da ist.",
  lookAgain: "Noch einmal suchen",
  found: "Auf diesem Rechner gefunden",
  offerKind: {
    key: "API-Schlüssel",
    server: "Lokaler Server",
    embedded: "Eingebaut",
  },
  keyFrom: (variable: string, last4: string | null) =>
    last4 === null
      ? `Aus der Umgebungsvariablen ${variable}`
      : `Aus der Umgebungsvariablen ${variable}, endet auf ${last4}`,
  keyGoes: (host: string) => `Nachrichten gehen an ${host}.`,
  serverAt: (address: string) => `Unter ${address}; Nachrichten bleiben auf diesem Rechner.`,
  models: (names: readonly string[], more: number) =>
    more > 0 ? `${names.join(", ")} und ${more} weitere` : names.join(", "),
  embedded:
    "Läuft hier, ohne Schlüssel und ohne Netz. Es ist sehr klein (135 Millionen Parameter, 250 MB Arbeitsspeicher): gut für einen ersten Blick, nicht für echte Arbeit, und es kann weder Dateien lesen noch Werkzeuge benutzen.",
  use: "Das nehmen",
  takeNamed: (name: string) => `Das nehmen: ${name}`,
  useAgain: "Ist schon eingerichtet",
  addProvider: "Anbieter hinzufügen",
  addProviderHint: "Ein Dienst mit deinem Schlüssel oder ein eigener Server.",
  addProviderTitle: "Anbieter hinzufügen",
  backToOffers: "Zurück zu den Angeboten",
  chooseModel: (name: string) => `${name} ist eingerichtet, aber noch ist kein Modell gewählt.`,
  chooseModelHint: "Wähle das Modell, das antworten soll.",
  changeProvider: (name: string) => `${name} ändern`,
  answers: (model: string) => `Ab jetzt antwortet ${model}.`,
  answersHint: "Ein anderes lässt sich unten wählen, für jede Unterhaltung einzeln.",
  settingsUnknown: "Die Einstellungen konnten nicht geladen werden.",

  greeting: {
    night: "Noch wach?",
    morning: "Guten Morgen",
    day: "Guten Tag",
    evening: "Guten Abend",
  },
  starters: "Für den Anfang",
  starter: {
    explain: {
      title: "Dieses Projekt erklären",
      text: "Erkläre mir dieses Projekt: was es tut, wie es aufgebaut ist und wo man mit dem Lesen anfängt.",
    },
    find: {
      title: "Eine Stelle finden",
      text: "Finde in diesem Projekt die Stelle, an der ",
    },
    review: {
      title: "Nach Problemen suchen",
      text: "Lies den wichtigsten Code dieses Projekts und liste die Probleme auf, die du siehst, das schlimmste zuerst.",
    },
    plan: {
      title: "Eine Änderung planen",
      text: "Mach einen Plan, ohne schon etwas zu ändern, für diese Änderung: ",
    },
  },
  recent: "Zuletzt",

  login: {
    title: "Bei Flowent anmelden",
    password: "Passwort",
    logIn: "Anmelden",
    passwordHint: "Das mit flowent password gesetzte.",
    passwordMissing: "Gib das Passwort ein.",
    passwordWrong: "Das Passwort ist falsch, oder in diesem Arbeitsbereich ist keines gesetzt.",
    linkWrong:
      "Dieser Link oder dieses Token wurde nicht angenommen. Ein Link gilt einmal und zehn Minuten lang; flowent link gibt einen neuen aus.",
    linkMissing: "Füge den Link oder das Token ein.",
    link: "Anmelde-Link oder Token",
    linkHint:
      "Füge die ganze Adresse ein, die flowent serve oder flowent link ausgegeben hat, oder das Token des Arbeitsbereichs.",
    withLink: "Stattdessen mit Anmelde-Link oder Token",
    withPassword: "Stattdessen mit Passwort",
    refusedLink: "Der Link wurde nicht angenommen",
    refusedLinkText:
      "Er wurde schon benutzt, ist älter als zehn Minuten oder stammt aus der Zeit vor dem letzten Start. Wie du einen neuen bekommst, steht unten.",
    tooMany: "Zu viele Anmeldungen sind fehlgeschlagen",
    wait: (seconds: number) =>
      seconds === 1
        ? "Der nächste Versuch ist in 1 Sekunde möglich."
        : `Der nächste Versuch ist in ${seconds} Sekunden möglich.`,
    tryNow: "Du kannst es jetzt wieder versuchen.",
    waitShort: (seconds: number) => `Noch ${seconds} s`,
    how: "Kein Passwort?",
    howLink:
      "In einem Terminal auf dem Rechner, auf dem Flowent läuft, gibt dies eine Adresse aus, die dich anmeldet:",
    howPassword: "Die Adresse, die flowent serve beim Start ausgibt, tut dasselbe. So setzt du ein Passwort:",
    howNone: "Solange kein Passwort gesetzt ist, funktionieren nur Links und das Token.",
  },
};
