import { expect, test } from "vitest";
import { parsePlan } from "./plan";

test("a plan is read as its tool writes it", () => {
  const steps = [
    { step: "Look", status: "completed" },
    { step: "Act", status: "in_progress" },
  ];
  expect(parsePlan({ kind: "plan", explanation: "Why", steps })).toEqual({
    explanation: "Why",
    steps: [
      { text: "Look", status: "completed" },
      { text: "Act", status: "in_progress" },
    ],
  });
});

test.each([null, "text", {}, { steps: [] }, { steps: [{ step: 1 }, null] }])("%j is no plan", (data) => {
  expect(parsePlan(data)).toBeNull();
});
