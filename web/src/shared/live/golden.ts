/** The golden logs that the server's own fold is tested with, for this folder's tests. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SnapshotEvent, StreamEvent } from "@/shared/api/types";
import type { ConversationView, LoadedDetails } from "./conversation";
import { branch } from "./conversation";

export const GOLDEN_ID = "golden";

export type GoldenState = Pick<SnapshotEvent, "state" | "messages" | "open_parts">;

export interface Golden {
  name: string;
  events: readonly StreamEvent[];
  state: GoldenState;
}

const FOLDER = join(import.meta.dirname, "../../../../tests/golden");

export const GOLDEN: readonly Golden[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => {
    const { events, state: snapshot } = JSON.parse(readFileSync(join(FOLDER, name), "utf8"));
    const inPlace = events.map((event: StreamEvent) => ({ ...event, conversation_id: GOLDEN_ID }));
    const { state, messages, open_parts } = snapshot;
    return { name, events: inPlace, state: { state, messages, open_parts } };
  });

/** What a view says, as the server's snapshots say it. */
export function stateOf(view: ConversationView): GoldenState {
  return {
    state: view.state,
    messages: [...view.messages.values()],
    open_parts: [...view.openParts.values()].flat(),
  };
}

/** The snapshot that the server would make of a view for who has seen `before`: every message that changed since. */
export function snapshotOf(view: ConversationView, before: ConversationView): SnapshotEvent {
  const whole = stateOf(view);
  const messages = whole.messages.filter((message) => before.messages.get(message.id) !== message);
  return {
    ...whole,
    messages,
    type: "snapshot",
    conversation_id: view.id,
    seq: view.state.seq,
    at: view.state.updated_at,
  };
}

/** The page that the server would give of a view: the newest messages of its branch, or those before a message. */
export function detailsOf(view: ConversationView, limit: number, before?: string): LoadedDetails {
  const names = before === undefined ? branch(view) : pathBefore(view, before);
  const first = Math.max(0, names.length - limit);
  return {
    ...view.state,
    id: view.id,
    messages: names.slice(first).flatMap((name) => view.messages.get(name) ?? []),
    open_parts: [...view.openParts.values()].flat(),
    before: first > 0 ? (names[first] ?? null) : null,
  };
}

function pathBefore(view: ConversationView, id: string): readonly string[] {
  const parent = view.messages.get(id)?.parent_id ?? null;
  return branch({ ...view, state: { ...view.state, head: parent } });
}
