/**
 * What can be attached, found out before anything is sent: the kind is read from a file's first bytes, as the server
 * does. What is decided here only spares the wait; the server decides for itself.
 */
const MIB = 1024 * 1024;
const LOOKED_AT = 4096;

export type FileKind = "image" | "pdf" | "text";

/** From the settings: bytes of a file, files of a message. */
export interface AttachmentLimits {
  file_bytes: number;
  message_files: number;
}

export const DEFAULT_LIMITS: AttachmentLimits = { file_bytes: 20 * MIB, message_files: 20 };

const LARGEST: Readonly<Record<FileKind, number>> = { image: 20 * MIB, pdf: 32 * MIB, text: 4 * MIB };

export type Refusal =
  | { reason: "empty" }
  | { reason: "kind" }
  | { reason: "size"; largest: number }
  | { reason: "count"; most: number }
  | { reason: "unreadable" };

function startsWith(bytes: Uint8Array, signature: readonly number[], at = 0): boolean {
  return signature.every((byte, place) => bytes[at + place] === byte);
}

const letters = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];

/** Tells the kind by the first bytes; null where they are of neither an image we take, nor a PDF, nor text. */
export function kindOf(head: Uint8Array): FileKind | null {
  const webp = startsWith(head, letters("RIFF")) && startsWith(head, letters("WEBP"), 8);
  if (startsWith(head, PNG) || startsWith(head, JPEG) || startsWith(head, letters("GIF8")) || webp) {
    return "image";
  }
  if (startsWith(head, letters("%PDF-"))) {
    return "pdf";
  }
  return head.includes(0) ? null : "text";
}

/** Says why a file cannot be attached; null where nothing speaks against it. */
export async function refusalOf(file: File, limits: AttachmentLimits): Promise<Refusal | null> {
  if (file.size === 0) {
    return { reason: "empty" };
  }
  let head: Uint8Array;
  try {
    head = new Uint8Array(await file.slice(0, LOOKED_AT).arrayBuffer());
  } catch {
    // A folder was dropped, or the file is gone.
    return { reason: "unreadable" };
  }
  const kind = kindOf(head);
  if (kind === null) {
    return { reason: "kind" };
  }
  const largest = Math.min(LARGEST[kind], limits.file_bytes);
  return file.size > largest ? { reason: "size", largest } : null;
}

/** A pasted image has no name of its own; several of them are told apart by the time. */
export function namedFile(file: File, now = new Date()): File {
  if (file.name !== "" && file.name !== "image.png") {
    return file;
  }
  const time = now.toISOString().slice(0, 19).replace(/[T:]/g, "-");
  const ending = file.type.split("/")[1] ?? "png";
  return new File([file], `pasted-${time}.${ending}`, { type: file.type });
}

/** From how many characters or lines on a pasted text is offered as a file instead. */
const LONG_CHARACTERS = 10_000;
const LONG_LINES = 200;

export function isLongPaste(text: string): boolean {
  return text.length >= LONG_CHARACTERS || (text.match(/\n/g)?.length ?? 0) >= LONG_LINES;
}
