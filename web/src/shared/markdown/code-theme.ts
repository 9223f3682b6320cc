/**
 * Which parts of code share a colour. The colours themselves are in markdown.css, one pair for light and dark each, so
 * that code is read once for both: the number of a style stands here in the place of a colour.
 */
import type { ThemeRegistrationRaw } from "shiki/core";

/** The names of the styles; the position is the number, 0 is text without a colour of its own. */
export const STYLES = [
  "text",
  "comment",
  "keyword",
  "constant",
  "string",
  "function",
  "type",
  "tag",
  "escape",
  "inserted",
  "deleted",
  "heading",
] as const;

type Style = (typeof STYLES)[number];

const SCOPES: readonly [readonly string[], Style, string?][] = [
  [["comment", "punctuation.definition.comment", "string.comment"], "comment"],
  [["constant.character", "constant.other.placeholder"], "escape"],
  [
    [
      "constant",
      "entity.name.constant",
      "variable.other.constant",
      "variable.other.enummember",
      "variable.language",
      "support",
      "meta.property-name",
      "support.constant",
      "support.variable",
      "meta.module-reference",
    ],
    "constant",
  ],
  [["entity", "entity.name.function", "support.function", "entity.name.function.decorator"], "function"],
  [
    [
      "entity.name",
      "entity.name.type",
      "entity.name.class",
      "entity.name.namespace",
      "entity.other.inherited-class",
      "support.type",
      "support.class",
      "meta.export.default",
      "meta.definition.variable",
    ],
    "type",
  ],
  [
    [
      "entity.name.tag",
      "support.class.component",
      "support.type.property-name.json",
      "entity.name.tag.yaml",
      "support.type.property-name.toml",
    ],
    "tag",
  ],
  [["entity.other.attribute-name"], "constant"],
  [
    [
      "keyword",
      "storage",
      "storage.type",
      "punctuation.section.embedded",
      "punctuation.definition.template-expression",
    ],
    "keyword",
  ],
  [
    [
      "variable",
      "variable.other",
      "variable.parameter",
      "storage.modifier.package",
      "storage.modifier.import",
      "storage.type.java",
      "meta.embedded.expression",
      "meta.jsx.children",
      "keyword.operator.accessor",
    ],
    "text",
  ],
  [
    [
      "string",
      "string.regexp",
      "constant.other.reference.link",
      "string.other.link",
      "string punctuation.section.embedded source",
    ],
    "string",
  ],
  [["string.regexp constant.character.escape", "string constant.character.escape"], "escape"],
  [["string variable"], "constant"],
  [["invalid"], "deleted"],
  [
    ["markup.heading", "markup.heading entity.name", "meta.separator", "meta.diff.range", "meta.diff.header"],
    "heading",
    "bold",
  ],
  [["markup.bold"], "text", "bold"],
  [["markup.italic"], "text", "italic"],
  [["markup.underline"], "text", "underline"],
  [["markup.inline.raw", "markup.fenced_code.block"], "constant"],
  [["markup.quote"], "tag"],
  [["punctuation.definition.list.begin.markdown"], "type"],
  [["markup.inserted", "meta.diff.header.to-file", "punctuation.definition.inserted"], "inserted"],
  [["markup.deleted", "meta.diff.header.from-file", "punctuation.definition.deleted"], "deleted"],
  [["markup.changed", "punctuation.definition.changed"], "type"],
];

export const codeTheme: ThemeRegistrationRaw = {
  name: "flowent",
  type: "light",
  fg: placeholder("text"),
  bg: "#ffffff",
  settings: [
    { settings: { foreground: placeholder("text"), background: "#ffffff" } },
    ...SCOPES.map(([scope, style, fontStyle]) => ({
      scope: [...scope],
      settings: { foreground: placeholder(style), ...(fontStyle !== undefined && { fontStyle }) },
    })),
  ],
};

/** The number of the style that a placeholder colour stands for; 0 for any other colour. */
export function styleOf(color: string | undefined): number {
  const number = color === undefined ? Number.NaN : Number.parseInt(color.slice(1), 16);
  return number > 0 && number < STYLES.length ? number : 0;
}

function placeholder(style: Style): string {
  return `#${STYLES.indexOf(style).toString(16).padStart(6, "0")}`;
}
