/** Reading values whose shape only their sender knows. */
import type { JsonValue } from "@/shared/api/types";

export type JsonRecord = Readonly<Record<string, JsonValue>>;

export function asRecord(value: JsonValue): JsonRecord | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : null;
}

export function asList(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: JsonValue): string | null {
  return typeof value === "string" ? value : null;
}

export function asNumber(value: JsonValue): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The list's elements as far as `read` can make something of them. */
export function readAll<Value>(
  value: JsonValue,
  read: (element: JsonRecord) => Value | null,
): readonly Value[] {
  return asList(value).flatMap((element) => {
    const record = asRecord(element);
    const found = record && read(record);
    return found === null ? [] : [found];
  });
}
