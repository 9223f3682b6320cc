/**
 * Formulas inside of text: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`, as a construct of micromark and its node.
 *
 * A single dollar opens only before and closes only after something that is no space, and never before a digit, so that
 * prices stay prices. `\[…\]` counts only with something mathematical in it: the same signs are escaped brackets.
 */
import type { Literal } from "mdast";
import type { Extension as TreeExtension } from "mdast-util-from-markdown";
import type { Code, Construct, Extension, State, Tokenizer } from "micromark-util-types";

/** A formula in the tree of a text. */
export interface InlineMath extends Literal {
  type: "inlineMath";
  /** The text with its signs, shown when the formula has errors. */
  source: string;
  display: boolean;
}

declare module "mdast" {
  interface PhrasingContentMap {
    inlineMath: InlineMath;
  }
  interface RootContentMap {
    inlineMath: InlineMath;
  }
}

declare module "micromark-util-types" {
  interface TokenTypeMap {
    formula: "formula";
    formulaData: "formulaData";
  }
}

const LIMIT = 2_000;
const DOLLAR = 36;
const BACKSLASH = 92;
const PARENTHESIS = 40;
const BRACKET = 91;
const MATHEMATICAL = /[\\^_=+<>]/;

export const formulaSyntax: Extension = {
  text: {
    [DOLLAR]: construct(tokenizeDollars),
    [BACKSLASH]: construct(tokenizeBackslash),
  },
};

export const formulaTree: TreeExtension = {
  enter: {
    formula(token) {
      const source = this.sliceSerialize(token);
      const size = source.startsWith("$") && !source.startsWith("$$") ? 1 : 2;
      const display = source.startsWith("$$") || source.startsWith("\\[");
      this.enter({ type: "inlineMath", value: source.slice(size, -size).trim(), source, display }, token);
    },
  },
  exit: {
    formula(token) {
      this.exit(token);
    },
  },
};

function construct(tokenize: Tokenizer): Construct {
  return { name: "formula", tokenize };
}

function isEnd(code: Code): boolean {
  return code === null;
}

function isLineEnd(code: Code): boolean {
  return code !== null && code < -2;
}

function isSpace(code: Code): boolean {
  return code === null || code < 0 || code === 32;
}

function isDigit(code: Code): boolean {
  return code !== null && code >= 48 && code <= 57;
}

function tokenizeDollars(...[effects, ok, nok]: Parameters<Tokenizer>): State {
  let size = 0;
  let closing = 0;
  let length = 0;
  let last: Code = null;
  const start: State = (code) => {
    effects.enter("formula");
    effects.enter("formulaData");
    return opening(code);
  };
  const opening: State = (code) => {
    if (code === DOLLAR && size < 2) {
      effects.consume(code);
      size += 1;
      return opening;
    }
    if (code === DOLLAR || (size === 1 && isSpace(code))) return nok(code);
    return inside(code);
  };
  const inside: State = (code) => {
    length += 1;
    if (isEnd(code) || length > LIMIT) return nok(code);
    if (isLineEnd(code)) {
      effects.exit("formulaData");
      effects.enter("lineEnding");
      effects.consume(code);
      effects.exit("lineEnding");
      effects.enter("formulaData");
      last = 32;
      return inside;
    }
    if (code === DOLLAR) {
      closing = 0;
      return closer(code);
    }
    effects.consume(code);
    last = code;
    return code === BACKSLASH ? escaped : inside;
  };
  const escaped: State = (code) => {
    if (isEnd(code) || isLineEnd(code)) return inside(code);
    effects.consume(code);
    last = code;
    return inside;
  };
  const closer: State = (code) => {
    if (code === DOLLAR && closing < size) {
      effects.consume(code);
      closing += 1;
      return closer;
    }
    if (closing < size) {
      last = DOLLAR;
      return inside(code);
    }
    if (code === DOLLAR || (size === 1 && (isSpace(last) || isDigit(code)))) return nok(code);
    effects.exit("formulaData");
    effects.exit("formula");
    return ok(code);
  };
  return start;
}

function tokenizeBackslash(...[effects, ok, nok]: Parameters<Tokenizer>): State {
  let closer = 0;
  let content = "";
  const start: State = (code) => {
    effects.enter("formula");
    effects.enter("formulaData");
    effects.consume(code);
    return opening;
  };
  const opening: State = (code) => {
    if (code !== PARENTHESIS && code !== BRACKET) return nok(code);
    closer = code === PARENTHESIS ? PARENTHESIS + 1 : BRACKET + 2;
    effects.consume(code);
    return inside;
  };
  const inside: State = (code) => {
    if (isEnd(code) || content.length > LIMIT) return nok(code);
    if (isLineEnd(code)) {
      effects.exit("formulaData");
      effects.enter("lineEnding");
      effects.consume(code);
      effects.exit("lineEnding");
      effects.enter("formulaData");
      return inside;
    }
    effects.consume(code);
    if (code === BACKSLASH) return escaped;
    content += code !== null && code > 0 ? String.fromCharCode(code) : " ";
    return inside;
  };
  const escaped: State = (code) => {
    if (isEnd(code) || isLineEnd(code)) return inside(code);
    // Formulas do not nest; looking further would cost the square of many openings.
    if (code === PARENTHESIS || code === BRACKET) return nok(code);
    effects.consume(code);
    if (code !== closer) {
      content += `\\${code !== null && code > 0 ? String.fromCharCode(code) : " "}`;
      return inside;
    }
    if (content.trim() === "" || (closer === BRACKET + 2 && !MATHEMATICAL.test(content))) return nok(code);
    effects.exit("formulaData");
    effects.exit("formula");
    return ok;
  };
  return start;
}
