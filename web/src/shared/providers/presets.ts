/** Services and servers that people know: choosing one fills in the format and the address. */
import type { Format } from "./types";

export interface Preset {
  id: string;
  name: string;
  format: Format;
  baseUrl: string;
  /** Whether it answers without a key. */
  local: boolean;
}

export const PRESETS: readonly Preset[] = [
  {
    id: "anthropic",
    name: "Anthropic",
    format: "anthropic",
    baseUrl: "https://api.anthropic.com",
    local: false,
  },
  {
    id: "openai",
    name: "OpenAI",
    format: "openai_responses",
    baseUrl: "https://api.openai.com/v1",
    local: false,
  },
  {
    id: "gemini",
    name: "Google Gemini",
    format: "gemini",
    baseUrl: "https://generativelanguage.googleapis.com",
    local: false,
  },
  {
    id: "openrouter",
    name: "OpenRouter",
    format: "openai",
    baseUrl: "https://openrouter.ai/api/v1",
    local: false,
  },
  { id: "ollama", name: "Ollama", format: "openai", baseUrl: "http://127.0.0.1:11434/v1", local: true },
  { id: "lm-studio", name: "LM Studio", format: "openai", baseUrl: "http://127.0.0.1:1234/v1", local: true },
];

export const FORMATS: readonly Format[] = ["openai", "openai_responses", "anthropic", "gemini"];
