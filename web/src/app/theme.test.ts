/** What the style sheet promises: every text can be read on every ground that it stands on, in both themes. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Rgb = readonly [red: number, green: number, blue: number];
type Theme = "light" | "dark";

const css = readFileSync(new URL("./theme.css", import.meta.url), "utf8");

const tokens = new Map(
  [...css.matchAll(/--color-([a-z-]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\);/g)].map(
    ([, name, light, dark]) => [name, { light, dark }],
  ),
);

/** A token's colour; "hover over canvas" is a translucent one as it looks on another. */
function rgb(name: string, theme: Theme): Rgb {
  const [top = "", below] = name.split(" over ");
  const hex = tokens.get(top)?.[theme];
  if (hex?.length !== (below === undefined ? 7 : 9))
    throw new Error(`--color-${top} is no such colour: ${hex}`);
  const channel = (start: number) => Number.parseInt(hex.slice(start, start + 2), 16) / 255;
  const colour: Rgb = [channel(1), channel(3), channel(5)];
  if (below === undefined) return colour;
  const [alpha, ground] = [channel(7), rgb(below, theme)];
  const mixed = (index: 0 | 1 | 2) => alpha * colour[index] + (1 - alpha) * ground[index];
  return [mixed(0), mixed(1), mixed(2)];
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function contrast(one: string, other: string, theme: Theme): number {
  const [darker, lighter] = [luminance(rgb(one, theme)), luminance(rgb(other, theme))].sort((a, b) => a - b);
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05);
}

const GROUNDS = ["canvas", "surface", "raised", "sunken"];
const TONES = ["accent", "danger", "warning", "success", "info"];

const TEXTS: [text: string, ground: string][] = [
  ...["ink", "muted", ...TONES].flatMap((text) => GROUNDS.map((ground): [string, string] => [text, ground])),
  ...TONES.flatMap((tone): [string, string][] => [
    [tone, `${tone}-soft`],
    ["ink", `${tone}-soft`],
    ["muted", `${tone}-soft`],
  ]),
  ...["ink", "muted"].flatMap((text) =>
    ["hover", "active"].flatMap((state) =>
      ["canvas", "surface", "raised"].map((ground): [string, string] => [text, `${state} over ${ground}`]),
    ),
  ),
  ["accent-ink", "accent"],
  ["accent-ink", "accent-strong"],
  ["danger-ink", "danger-fill"],
  ["danger-ink", "danger-fill-strong"],
  ["ink", "selection"],
];

const SHAPES: [shape: string, ground: string][] = ["faint", "control", "accent"].flatMap((shape) =>
  ["canvas", "surface", "raised"].map((ground): [string, string] => [shape, ground]),
);

describe.each<Theme>(["light", "dark"])("the %s theme", (theme) => {
  it.each(TEXTS)("has %s on %s at 4.5:1 or more", (text, ground) => {
    expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SHAPES)("shows %s on %s at 3:1 or more", (shape, ground) => {
    expect(contrast(shape, ground, theme)).toBeGreaterThanOrEqual(3);
  });
});
