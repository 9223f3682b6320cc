/**
 * The end of a text that is still arriving, as if it were finished: what is open there is closed, and what cannot be
 * judged yet is left out. One pass over the last paragraph; the text before it is complete as it is.
 */

/** A last line that may still become anything: a heading, an item, a table's head, a definition. */
const UNDECIDED = /(?:^|\n)[ \t]{0,3}(?:[-=*_~`#|:+>$ \t]+|\d{1,9}[.)]?|\[[^\]\n]*\]?:?)$/;
const OPEN_TAG = /<[a-z!/][^<>]{0,500}$/i;
const OPEN_ADDRESS = /!?\[([^[\]]*)\]\([^()\s]*$/;
const OPEN_TITLE = /!?\[([^[\]]*)\]\([^()\s]+\s+["'][^"'()]*$/;
const SPACE = /\s/;

export function repaired(text: string): string {
  const decided = text.replace(UNDECIDED, "");
  const paragraph = decided.lastIndexOf("\n\n") + 1;
  const end = closed(decided.slice(paragraph).replace(OPEN_TAG, ""));
  return decided.slice(0, paragraph) + end;
}

function closed(text: string): string {
  const open: string[] = [];
  let bracket = -1;
  let index = 0;
  while (index < text.length) {
    const character = text[index] ?? "";
    if (character === "\\") {
      index += 2;
    } else if (character === "`") {
      const run = runAt(text, index);
      const close = text.indexOf(run, index + run.length);
      if (close === -1) return `${text.trimEnd()}${unclosedCode(text, index, run)}${open.reverse().join("")}`;
      index = close + run.length;
    } else if (character === "*" || character === "_" || character === "~") {
      const run = runAt(text, index);
      toggle(open, run, text[index - 1] ?? " ", text[index + run.length] ?? "");
      index += run.length;
    } else {
      if (character === "[") bracket = index;
      if (character === "]") bracket = -1;
      index += 1;
    }
  }
  return withoutOpenLink(text, bracket) + open.reverse().join("");
}

/** The words of a link whose address is not there yet; of an image nothing, and no bracket that may begin a link. */
function withoutOpenLink(text: string, bracket: number): string {
  const match = OPEN_ADDRESS.exec(text) ?? OPEN_TITLE.exec(text);
  const cut =
    match !== null
      ? text.slice(0, match.index) + (match[0].startsWith("!") ? "" : (match[1] ?? ""))
      : bracket === -1
        ? text
        : text.slice(0, text[bracket - 1] === "!" ? bracket - 1 : bracket) + text.slice(bracket + 1);
  return cut.trimEnd();
}

/** What closes code: a line of its own for a fence that is not the block itself (in an item or quote). */
function unclosedCode(text: string, start: number, run: string): string {
  const line = text.slice(text.lastIndexOf("\n", start) + 1, start);
  return run.length > 2 && line.trim().length < 6 ? "" : run;
}

function runAt(text: string, start: number): string {
  let end = start + 1;
  while (text[end] === text[start]) end += 1;
  return text.slice(start, end);
}

/** Opens or closes emphasis, by the characters around its signs. */
function toggle(open: string[], run: string, before: string, after: string): void {
  if (run.length > 3 || (run.startsWith("~") && run.length !== 2)) return;
  const last = open.at(-1);
  if (last === run && !SPACE.test(before)) {
    open.pop();
  } else if (after !== "" && !SPACE.test(after) && !(run.startsWith("_") && !SPACE.test(before))) {
    open.push(run);
  }
}
