/** Text with the invisible characters shown that can make it read in another order than it is. */
import { Fragment, type ReactNode } from "react";
import { useStrings } from "@/shared/i18n";

const CONTROL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const CONTROLS = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/;

export function hasControls(text: string): boolean {
  return CONTROL.test(text);
}

/** The text itself, or its parts with a mark in the place of each control character. */
export function visibleText(text: string): ReactNode {
  if (!hasControls(text)) return text;
  return text.split(CONTROLS).map((part, index) => {
    // The parts never move: their position is what they are.
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    return <Fragment key={index}>{CONTROL.test(part) ? <ControlMark character={part} /> : part}</Fragment>;
  });
}

function ControlMark({ character }: { character: string }) {
  const { markdown } = useStrings();
  const name = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  return (
    <span className="md-control" title={markdown.controlCharacter(name)}>
      {name}
    </span>
  );
}
