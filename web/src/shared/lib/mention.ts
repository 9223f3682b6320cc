/** A file as the text of a message names it; a path with spaces is quoted, so that its end is seen. */
export function mentionText(path: string, kind: "file" | "directory"): string {
  const whole = kind === "directory" && !path.endsWith("/") ? `${path}/` : path;
  return /\s/.test(whole) ? `@"${whole}"` : `@${whole}`;
}
