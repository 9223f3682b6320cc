/** Markdown und Code. */
import type { Strings } from "..";

export const markdown: Strings["markdown"] = {
  copyCode: "Code kopieren",
  copyTable: "Tabelle kopieren",
  wrapLines: "Zeilen umbrechen",
  codeOf: (name: string) => `Code: ${name}`,
  table: "Tabelle",
  plainText: "Text",
  showMoreLines: (count: number) =>
    `${count.toLocaleString("de")} weitere ${count === 1 ? "Zeile" : "Zeilen"} zeigen`,
  showFewerLines: "Weniger Zeilen zeigen",
  charactersLeftOut: (count: number) =>
    `… ${count.toLocaleString("de")} weitere Zeichen; kopiere den Code, um sie zu bekommen`,
  charactersHidden: (count: number) => `${count.toLocaleString("de")} weitere Zeichen zeigen`,
  footnote: (label: string) => `Fußnote ${label}`,
  image: (description: string) => (description === "" ? "Bild" : `Bild: ${description}`),
  imageNotLoaded: (host: string) => `Nicht geladen von ${host}`,
  openImage: "In neuem Tab öffnen",
  showImage: "Bild zeigen",
  embeddedImage: "Im Text enthalten",
  leadsTo: (host: string) => `führt zu ${host}`,
  openFile: (path: string) => `${path} öffnen`,
  controlCharacter: (name: string) =>
    `Unsichtbares Zeichen ${name}, das die Reihenfolge des Textes ändern kann`,
  done: "Erledigt",
  notDone: "Nicht erledigt",
};
