import { describe, expect, it } from "vitest";
import { addDecimals } from "./decimal";

describe("addDecimals", () => {
  it.each([
    ["0.1", "0.2", "0.3"],
    ["0", "0.00012", "0.00012"],
    ["0.10", "0.2", "0.30"],
    ["12", "0.5", "12.5"],
    ["-1.5", "1", "-0.5"],
    ["1E-7", "0", "1E-7"],
    ["0.000003", "0.0000005", "0.0000035"],
    ["1E+3", "1", "1001"],
    ["1E+3", "1E+3", "2E+3"],
    ["123E-9", "0", "1.23E-7"],
    ["99999999999999999.01", "0.01", "99999999999999999.02"],
  ])("adds %s and %s as Python does", (left, right, sum) => {
    expect(addDecimals(left, right)).toBe(sum);
  });

  it("refuses what is no number", () => {
    expect(() => addDecimals("one", "1")).toThrow(RangeError);
  });
});
