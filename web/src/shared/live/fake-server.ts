/** A server in memory for this folder's tests: journals, a list, and streams that follow them. */
import { Problem, Unreachable } from "@/shared/api/client";
import type { StreamEvent } from "@/shared/api/types";
import { applyEvents, emptyView, type LoadedDetails } from "./conversation";
import { detailsOf } from "./golden";
import type { Listed, ListPage } from "./list";
import type { ListQuery, Server } from "./server";

type BodyOf<Event> = Event extends StreamEvent ? Omit<Event, "seq" | "at" | "conversation_id"> : never;
export type EventBody = BodyOf<StreamEvent>;

export const said = (id: string, parent: string | null): EventBody => ({
  type: "message",
  message_id: id,
  parent_id: parent,
  author: "user",
  origin: "send",
  parts: [{ type: "text", id: `${id}.text`, text: id, payload: null }],
  turn_id: null,
});

export const begun = (id: string, parent: string): EventBody => ({
  type: "start",
  turn_id: `turn.${id}`,
  message_id: id,
  parent_id: parent,
  cause: "message",
});

export const asked = (id: string): EventBody => ({
  type: "output_start",
  turn_id: `turn.${id}`,
  message_id: id,
  index: 1,
  attempt: 1,
});

export const piece = (id: string, text: string): EventBody => ({
  type: "delta",
  message_id: id,
  index: 1,
  attempt: 1,
  part_id: `${id}.1`,
  text,
});

export const ended = (id: string): EventBody => ({
  type: "turn_ended",
  turn_id: `turn.${id}`,
  message_id: id,
  status: "completed",
});

/** Messages in one branch: `m0`, `m1`, … */
export const chain = (length: number): EventBody[] =>
  Array.from({ length }, (_, index) => said(`m${index}`, index === 0 ? null : `m${index - 1}`));

export function numbered(id: string, bodies: readonly EventBody[], after = 0): StreamEvent[] {
  return bodies.map((body, index) => ({
    ...body,
    conversation_id: id,
    seq: after + index + 1,
    at: 1000 + after + index,
  }));
}

export function line(id: string, changes: Partial<Listed> = {}): Listed {
  return {
    id,
    seq: 1,
    list_seq: 1,
    title: id,
    status: "idle",
    outcome: null,
    answered_seq: 0,
    read_seq: 0,
    workdir: "",
    pinned: false,
    archived: false,
    deleted: false,
    created_at: 0,
    updated_at: 0,
    ...changes,
  };
}

interface Open {
  controller: ReadableStreamDefaultController<Uint8Array>;
  positions: Map<string, number>;
  list: boolean;
}

export class FakeServer implements Server {
  readonly journals = new Map<string, StreamEvent[]>();
  readonly lines = new Map<string, Listed>();
  readonly reads: (readonly [string, number])[] = [];
  readonly asked: string[] = [];
  pageSize = 3;
  linesPerPage = 50;
  answers = "1.0.0";
  /** What every request is refused with, if any; `down` means that nobody answers. */
  refusal: number | "down" | null = null;
  private readonly open = new Set<Open>();
  private gate: Promise<void> = Promise.resolve();

  /** Keeps the answers to requests back until what it gives is called. */
  hold(): () => void {
    let release = () => {};
    this.gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  say(id: string, ...bodies: EventBody[]): void {
    const journal = this.journals.get(id) ?? [];
    this.journals.set(id, [...journal, ...numbered(id, bodies, journal.at(-1)?.seq ?? 0)]);
    for (const open of this.open) {
      this.feed(open);
    }
  }

  /** Changes a conversation's line, for everyone who follows the list. */
  list(id: string, changes: Partial<Listed>): void {
    const list_seq = Math.max(0, ...[...this.lines.values()].map((known) => known.list_seq)) + 1;
    const changed = { ...(this.lines.get(id) ?? line(id)), ...changes, list_seq };
    this.lines.set(id, changed);
    for (const { controller, list } of this.open) {
      if (list) {
        controller.enqueue(bytes("conversation_listed", changed));
      }
    }
  }

  /** Ends every stream. */
  cut(): void {
    for (const { controller } of this.open) {
      controller.close();
    }
    this.open.clear();
  }

  /** Writes an event to the streams, whatever the journal says. */
  write(event: StreamEvent): void {
    for (const { controller } of this.open) {
      controller.enqueue(bytes(event.type, event));
    }
  }

  async details(id: string, before?: string): Promise<LoadedDetails> {
    return this.answer(`details ${id}${before ? ` before ${before}` : ""}`, () => {
      const journal = this.journals.get(id);
      if (!journal) {
        throw new Problem(404, undefined);
      }
      return detailsOf(applyEvents(emptyView(id), journal), this.pageSize, before);
    });
  }

  async exists(id: string): Promise<void> {
    await this.details(id);
  }

  async page({ archived = false, cursor }: ListQuery): Promise<ListPage> {
    return this.answer(`page ${cursor ?? 0}`, () => {
      const all = [...this.lines.values()].filter((known) => known.archived === archived);
      all.sort((left, right) => right.updated_at - left.updated_at);
      const first = Number(cursor ?? 0);
      const last = first + this.linesPerPage;
      return { items: all.slice(first, last), next: last < all.length ? String(last) : null };
    });
  }

  async read(id: string, seq: number): Promise<void> {
    await this.answer(`read ${id}`, () => this.reads.push([id, seq]));
  }

  async version(): Promise<string> {
    return this.answer("version", () => this.answers);
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input), "http://workspace");
    this.asked.push(`stream ${decodeURIComponent(url.search)}`);
    if (this.refusal === "down") {
      throw new TypeError("fetch failed");
    }
    if (this.refusal) {
      return new Response(null, { status: this.refusal });
    }
    const positions = new Map(
      url.searchParams.getAll("watch").map((text) => {
        const [id = "", after = "0"] = text.split(":");
        return [id, Number(after)] as const;
      }),
    );
    if ([...positions.keys()].some((id) => !this.journals.has(id))) {
      return new Response(null, { status: 404 });
    }
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const open = { controller, positions, list: url.searchParams.has("list") };
        this.open.add(open);
        init?.signal?.addEventListener("abort", () => {
          if (this.open.delete(open)) {
            controller.error(new DOMException("aborted", "AbortError"));
          }
        });
        controller.enqueue(new TextEncoder().encode("retry: 1\n\n"));
        this.feed(open);
      },
    });
    return new Response(body);
  };

  /** The answer is what was so when it was asked, however late it comes. */
  private async answer<Value>(what: string, make: () => Value): Promise<Value> {
    this.asked.push(what);
    if (this.refusal === "down") {
      throw new Unreachable(new TypeError("fetch failed"));
    }
    if (this.refusal) {
      throw new Problem(this.refusal, undefined);
    }
    const value = make();
    await this.gate;
    return value;
  }

  private feed({ controller, positions }: Open): void {
    for (const [id, after] of positions) {
      for (const event of this.journals.get(id) ?? []) {
        if (event.seq > after) {
          controller.enqueue(bytes(event.type, event));
          positions.set(id, event.seq);
        }
      }
    }
  }
}

function bytes(type: string, data: unknown): Uint8Array {
  return new TextEncoder().encode(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}
