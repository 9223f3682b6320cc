/** What a message is made of, as the fold needs it: parts that begin, parts that are open, and sums. */
import type { Message, Part, StreamEvent } from "@/shared/api/types";
import { addDecimals } from "./decimal";

/** A piece of a part that is still arriving. */
export type Arriving = Extract<StreamEvent, { type: "delta" | "thinking_delta" | "tool_input_delta" }>;

/** Sorts the names of open parts by the messages that hold them. */
export function openOf(
  messages: Iterable<Message>,
  openParts: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  if (openParts.length === 0) {
    return found;
  }
  const open = new Set(openParts);
  for (const message of messages) {
    const parts = message.parts.filter((part) => open.has(part.id)).map((part) => part.id);
    if (parts.length > 0) {
      found.set(message.id, parts);
    }
  }
  return found;
}

/** The part that begins with a first piece. */
export function firstPiece(event: Arriving): Part {
  const { part_id: id, text } = event;
  switch (event.type) {
    case "delta":
      return { type: "text", id, text, payload: null };
    case "thinking_delta":
      return { type: "thinking", id, text, payload: null, duration_ms: null };
    case "tool_input_delta":
      return {
        type: "tool",
        id,
        call_id: "",
        name: event.name,
        input: text,
        title: null,
        arguments: null,
        status: "pending",
        result: null,
        duration_ms: null,
        payload: null,
      };
  }
}

export function addUsage(left: NonNullable<Message["usage"]>, right: NonNullable<Message["usage"]>) {
  return {
    input: left.input + right.input,
    cached: left.cached + right.cached,
    cache_written: left.cache_written + right.cache_written,
    output: left.output + right.output,
    reasoning: left.reasoning + right.reasoning,
    estimated: left.estimated || right.estimated,
  };
}

export function addCost(left: NonNullable<Message["cost"]>, right: NonNullable<Message["cost"]>) {
  return { amount: addDecimals(left.amount, right.amount), complete: left.complete && right.complete };
}
