/** Markdown and code. */
export const markdown = {
  copyCode: "Copy code",
  copyTable: "Copy table",
  wrapLines: "Wrap lines",
  codeOf: (name: string) => `Code: ${name}`,
  table: "Table",
  plainText: "Text",
  showMoreLines: (count: number) =>
    `Show ${count.toLocaleString("en")} more ${count === 1 ? "line" : "lines"}`,
  showFewerLines: "Show fewer lines",
  charactersLeftOut: (count: number) =>
    `… ${count.toLocaleString("en")} more characters; copy the code to get them`,
  charactersHidden: (count: number) => `Show ${count.toLocaleString("en")} more characters`,
  footnote: (label: string) => `Footnote ${label}`,
  image: (description: string) => (description === "" ? "Image" : `Image: ${description}`),
  imageNotLoaded: (host: string) => `Not loaded from ${host}`,
  openImage: "Open in a new tab",
  showImage: "Show image",
  embeddedImage: "Part of the text",
  leadsTo: (host: string) => `leads to ${host}`,
  openFile: (path: string) => `Open ${path}`,
  controlCharacter: (name: string) => `Invisible character ${name}, which can change the order of the text`,
  done: "Done",
  notDone: "Not done",
};
