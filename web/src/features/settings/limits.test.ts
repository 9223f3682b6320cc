import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LARGEST_PROMPT } from "./agent-section";
import { BOUNDS, type LimitName } from "./limits";

interface Schema {
  properties: Record<string, { minimum: number; maximum: number; default: number }>;
}

const { components } = JSON.parse(readFileSync("../docs/openapi.json", "utf-8"));
const schemas: Record<string, Schema> = components.schemas;

it.each(Object.keys(BOUNDS) as LimitName[])("has the server's bounds and default of %s", (name) => {
  const found = { ...schemas.Limits?.properties, ...schemas.AttachmentLimits?.properties }[name];
  const { min, max, byDefault } = BOUNDS[name];
  expect({ min, max, byDefault }).toEqual({
    min: found?.minimum,
    max: found?.maximum,
    byDefault: found?.default,
  });
});

it("shows the default waiting times of the server", async () => {
  const { TIMEOUTS } = await import("@/shared/providers/provider-draft");
  for (const [name, seconds] of Object.entries(TIMEOUTS)) {
    expect(schemas.ProviderTimeouts?.properties[name]?.default).toBe(seconds);
  }
});

it("knows the server's limit of the agent prompt", () => {
  const source = readFileSync("../src/flowent/settings/settings.py", "utf-8");
  expect(source).toContain(`LARGEST_PROMPT = ${LARGEST_PROMPT / 1024} * 1024`);
});
