/**
 * Exact sums of decimal numbers that are written as text, with the digits that Python's `Decimal` gives them: money is
 * never added as floating point.
 */

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

interface Decimal {
  coefficient: bigint;
  exponent: number;
}

/** Gives the exact sum of two decimal numbers; throws RangeError for what is none. */
export function addDecimals(left: string, right: string): string {
  const a = parse(left);
  const b = parse(right);
  const exponent = Math.min(a.exponent, b.exponent);
  return write({ coefficient: scaled(a, exponent) + scaled(b, exponent), exponent });
}

function parse(text: string): Decimal {
  const [, sign = "", whole = "", fraction = "", power = "0"] = NUMBER.exec(text) ?? [];
  if (whole + fraction === "") {
    throw new RangeError(`${text} is not a decimal number`);
  }
  const coefficient = BigInt(whole + fraction);
  return {
    coefficient: sign === "-" ? -coefficient : coefficient,
    exponent: Number(power) - fraction.length,
  };
}

function scaled(value: Decimal, exponent: number): bigint {
  return value.coefficient * 10n ** BigInt(value.exponent - exponent);
}

function write({ coefficient, exponent }: Decimal): string {
  const sign = coefficient < 0n ? "-" : "";
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  const magnitude = digits.length - 1 + exponent;
  if (exponent > 0 || magnitude < -6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${fraction}E${magnitude < 0 ? "-" : "+"}${Math.abs(magnitude)}`;
  }
  if (exponent === 0) {
    return sign + digits;
  }
  const padded = digits.padStart(1 - exponent, "0");
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}
