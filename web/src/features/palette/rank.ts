/**
 * How well something fits what was searched: every word must stand in it. Letters that merely come in order do not count,
 * for what is first is run with Enter.
 */
export function rank(keywords: readonly string[], search: string): number {
  const text = keywords.join(" ").toLowerCase();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => text.includes(word))) {
    return 0;
  }
  const [first = ""] = words;
  if (text.startsWith(first)) {
    return 1;
  }
  return text.includes(` ${first}`) ? 0.7 : 0.4;
}
