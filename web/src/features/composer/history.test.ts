import { describe, expect, it } from "vitest";
import { newer, older } from "./history";

const entries = ["newest", "older", "older", "oldest"];

describe("going back", () => {
  it("begins in an empty field with the newest message", () => {
    expect(older(entries, null, "")).toEqual({ place: 0, text: "newest" });
  });

  it("leaves a draft alone", () => {
    expect(older(entries, null, "half a thought")).toBeNull();
  });

  it("leaves a message alone that was changed", () => {
    expect(older(entries, { place: 0, text: "newest" }, "newest!")).toBeNull();
  });

  it("passes over the same text twice in a row", () => {
    const second = older(entries, { place: 0, text: "newest" }, "newest");
    expect(second).toEqual({ place: 1, text: "older" });
    expect(older(entries, second, "older")).toEqual({ place: 3, text: "oldest" });
  });

  it("ends at the oldest", () => {
    expect(older(entries, { place: 3, text: "oldest" }, "oldest")).toBeNull();
  });
});

describe("coming back", () => {
  it("ends in an empty field", () => {
    expect(newer(entries, { place: 0, text: "newest" }, "newest")).toBe("present");
  });

  it("goes the same way", () => {
    expect(newer(entries, { place: 3, text: "oldest" }, "oldest")).toEqual({ place: 2, text: "older" });
  });

  it("does nothing where nobody went back", () => {
    expect(newer(entries, null, "")).toBeNull();
  });

  it("leaves a message alone that was changed", () => {
    expect(newer(entries, { place: 1, text: "older" }, "older!")).toBeNull();
  });
});
