/** The last part of a path, which is what people call a folder or a project; of a root, the root. */
export function folderName(path: string): string {
  return path.split(/[/\\]/).filter(Boolean).at(-1) ?? path;
}
