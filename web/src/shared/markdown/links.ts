/**
 * Which addresses of a text may become links, and what a person must see of them.
 *
 * Only http, https and mailto leave the page, always in a new tab. Everything else is text, except paths inside of the
 * project, which open the file viewer.
 */

const SCHEME = /^(?:https?:\/\/|mailto:)/i;
const ANY_SCHEME = /^[a-z][a-z0-9+.-]*:/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop these characters from addresses, so they could hide a scheme.
const CONTROLS = /[\u0000-\u0020\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const DOMAIN = /(?:^|[\s(/@])((?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}][\p{L}\p{N}-]{1,62})(?=$|[\s/:?#)])/u;
const LINES = /(?:#L(\d{1,7})(?:-L?(\d{1,7}))?|:(\d{1,7})(?:-(\d{1,7}))?)$/;
const PATH = /^(?:\.\/)?[\p{L}\p{N}_.@+~()-][\p{L}\p{N}_.@+~()\- /]*$/u;
const RASTER = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[a-z0-9+/=]+$/i;

export interface WebLink {
  kind: "web";
  url: string;
  /** The host that the address leads to; of mail addresses the address. */
  host: string;
}

export interface FileLink {
  kind: "file";
  path: string;
  line: number | null;
  lastLine: number | null;
}

/** What an address of the text leads to; null if it is to stay text. */
export function linkOf(address: string): WebLink | FileLink | null {
  return webLinkOf(address) ?? fileLinkOf(address);
}

export function webLinkOf(address: string): WebLink | null {
  if (CONTROLS.test(address) || !SCHEME.test(address) || !URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol === "mailto:") return { kind: "web", url: url.href, host: decoded(url.pathname) };
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return { kind: "web", url: url.href, host: url.host };
}

function fileLinkOf(address: string): FileLink | null {
  const text = decoded(address);
  const [, hashLine, hashLast, line, last] = LINES.exec(text) ?? [];
  const path = text.replace(LINES, "");
  if (ANY_SCHEME.test(path) || !PATH.test(path) || path.split("/").includes("..") || path.includes("//"))
    return null;
  return {
    kind: "file",
    path: path.replace(/^\.\//, ""),
    line: numberOf(hashLine ?? line),
    lastLine: numberOf(hashLast ?? last),
  };
}

/** Whether the text of a link names another place than the link leads to, or its host can be mistaken for another. */
export function isMisleading(text: string, link: WebLink): boolean {
  const url = new URL(link.url);
  if (url.protocol === "mailto:") return text.includes("@") && text.trim() !== link.host;
  if (url.username !== "" || url.password !== "" || /(?:^|\.)xn--/.test(url.hostname)) return true;
  const named = DOMAIN.exec(text)?.[1];
  return named !== undefined && bare(named) !== bare(url.hostname) && text.trim() !== link.url;
}

/** Whether an image is part of the text itself and of a kind that cannot run anything. */
export function isEmbeddedImage(address: string): boolean {
  return RASTER.test(address);
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^www\./, "");
}

function numberOf(digits: string | undefined): number | null {
  return digits === undefined ? null : Number.parseInt(digits, 10);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
