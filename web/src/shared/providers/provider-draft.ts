/**
 * A provider as it is being written, and what of it changes.
 *
 * Secrets go one way: a stored key or header value is never in a draft, and is sent only where somebody typed a new one
 * or removed it.
 */
import type { Preset } from "./presets";
import type { Format, ModelEntry, Provider, ProviderInput } from "./types";

export interface HeaderDraft {
  /** Names the line while it is edited; a header's name may change. */
  key: string;
  name: string;
  value: string;
  /** The server has a value of it. */
  stored: boolean;
}

export interface ModelDraft {
  key: string;
  id: string;
  name: string;
  context_window: number | null;
  max_output_tokens: number | null;
  input_price: number | null;
  cached_price: number | null;
  output_price: number | null;
}

export interface Timeouts {
  connect: number | null;
  first_chunk: number | null;
  between_chunks: number | null;
}

export interface ProviderDraft {
  /** Empty as long as it follows from the name. */
  id: string;
  name: string;
  format: Format;
  baseUrl: string;
  apiKey: string;
  removeKey: boolean;
  headers: readonly HeaderDraft[];
  models: readonly ModelDraft[];
  timeouts: Timeouts;
}

/** What the server takes where a timeout is left empty; in seconds. */
export const TIMEOUTS = { connect: 10, first_chunk: 120, between_chunks: 60 } as const;

let lines = 0;

/** A name for a new line of a list. */
function lineKey(): string {
  lines += 1;
  return `line-${lines}`;
}

export function newHeader(): HeaderDraft {
  return { key: lineKey(), name: "", value: "", stored: false };
}

export function newModel(id = ""): ModelDraft {
  return {
    key: lineKey(),
    id,
    name: "",
    context_window: null,
    max_output_tokens: null,
    input_price: null,
    cached_price: null,
    output_price: null,
  };
}

export function draftFromPreset(preset: Preset | null): ProviderDraft {
  return {
    id: "",
    name: preset?.name ?? "",
    format: preset?.format ?? "openai",
    baseUrl: preset?.baseUrl ?? "",
    apiKey: "",
    removeKey: false,
    headers: [],
    models: [],
    timeouts: { connect: null, first_chunk: null, between_chunks: null },
  };
}

export function draftFromProvider(provider: Provider): ProviderDraft {
  return {
    id: provider.id,
    name: provider.name,
    format: provider.format,
    baseUrl: provider.base_url,
    apiKey: "",
    removeKey: false,
    headers: provider.headers.map((name) => ({ key: lineKey(), name, value: "", stored: true })),
    models: provider.models.map((entry) => ({
      key: lineKey(),
      id: entry.id,
      name: entry.name ?? "",
      context_window: entry.context_window ?? null,
      max_output_tokens: entry.max_output_tokens ?? null,
      input_price: entry.input_price ?? null,
      cached_price: entry.cached_price ?? null,
      output_price: entry.output_price ?? null,
    })),
    timeouts: { ...provider.timeouts },
  };
}

/** An id out of a name: what the server takes, and none that is taken. */
export function suggestId(name: string, taken: readonly string[]): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 56);
  const base = plain === "" ? "provider" : plain;
  const used = new Set([...taken, "embedded"]);
  let id = base;
  for (let number = 2; used.has(id); number += 1) {
    id = `${base}-${number}`;
  }
  return id;
}

function entryOf({ key: _, name, id, ...figures }: ModelDraft): ModelEntry {
  return { id: id.trim(), name: name.trim() === "" ? null : name.trim(), ...figures };
}

function timeoutsOf(timeouts: Timeouts) {
  return {
    connect: timeouts.connect ?? TIMEOUTS.connect,
    first_chunk: timeouts.first_chunk ?? TIMEOUTS.first_chunk,
    between_chunks: timeouts.between_chunks ?? TIMEOUTS.between_chunks,
  };
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** What is to be sent: everything of a new provider (`before` null), else the fields that differ. */
export function changesOf(draft: ProviderDraft, before: Provider | null): ProviderInput {
  const changes: ProviderInput = {};
  if (draft.name.trim() !== (before?.name ?? "")) {
    changes.name = draft.name.trim();
  }
  if (draft.format !== before?.format) {
    changes.format = draft.format;
  }
  if (draft.baseUrl.trim() !== before?.base_url) {
    changes.base_url = draft.baseUrl.trim();
  }
  if (draft.apiKey.trim() !== "") {
    changes.api_key = draft.apiKey.trim();
  } else if (draft.removeKey && before?.has_key === true) {
    changes.api_key = null;
  }
  const headers = headerChanges(draft.headers, before?.headers ?? []);
  if (Object.keys(headers).length > 0) {
    changes.headers = headers;
  }
  const models = draft.models.map(entryOf);
  const stored = before === null ? [] : draftFromProvider(before).models.map(entryOf);
  if (!same(models, stored)) {
    changes.models = models;
  }
  const timeouts = timeoutsOf(draft.timeouts);
  if (!same(timeouts, timeoutsOf(before?.timeouts ?? TIMEOUTS))) {
    changes.timeouts = timeouts;
  }
  return changes;
}

function headerChanges(
  headers: readonly HeaderDraft[],
  stored: readonly string[],
): Record<string, string | null> {
  const changes: Record<string, string | null> = {};
  const kept = new Set(headers.filter((header) => header.stored).map((header) => header.name));
  for (const name of stored) {
    if (!kept.has(name)) {
      changes[name] = null;
    }
  }
  for (const header of headers) {
    const name = header.name.trim().toLowerCase();
    if (header.value.trim() !== "" && name !== "") {
      changes[name] = header.value.trim();
    }
  }
  return changes;
}

/** The field names of the server that the form has a place for. */
export function isShownField(draft: ProviderDraft): (field: string) => boolean {
  const shown = new Set(["id", "provider_id", "name", "format", "base_url", "api_key", "headers", "models"]);
  for (const name of ["connect", "first_chunk", "between_chunks"]) {
    shown.add(`timeouts.${name}`);
  }
  for (const header of draft.headers) {
    shown.add(`headers.${header.name.trim().toLowerCase()}`);
  }
  draft.models.forEach((model, place) => {
    for (const name of Object.keys(model)) {
      shown.add(`models.${place}.${name}`);
    }
  });
  return (field) => shown.has(field);
}
