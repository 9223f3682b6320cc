/** The connection against a real server on the loopback: cuts, restarts, refusals, silence, other conversations. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StreamEvent } from "@/shared/api/types";
import { BATCH_MILLISECONDS, type Batch, type Clock } from "./batches";
import type { Listed } from "./list";
import {
  type ConnectionStatus,
  SILENCE_MILLISECONDS,
  Stream,
  type StreamHost,
  type StreamOptions,
} from "./stream";

/** A workspace with journals, and streams that follow them. */
class Workspace {
  readonly journals = new Map<string, StreamEvent[]>();
  readonly requests: string[] = [];
  refusal: { status: number; headers?: Record<string, string> } | null = null;
  /** Whether new streams are kept waiting for their first byte. */
  held = false;
  private port = 0;
  private http: Server | null = null;
  private readonly open = new Map<ServerResponse, Map<string, number>>();

  get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get streams(): number {
    return this.open.size;
  }

  async listen(): Promise<void> {
    const http = createServer((request, response) => this.answer(request, response));
    await new Promise<void>((resolve) => http.listen(this.port, "127.0.0.1", resolve));
    this.port = (http.address() as AddressInfo).port;
    this.http = http;
  }

  async stop(): Promise<void> {
    const { http } = this;
    this.http = null;
    this.open.clear();
    http?.closeAllConnections();
    await new Promise((resolve) => (http ? http.close(resolve) : resolve(null)));
  }

  say(id: string, ...texts: string[]): void {
    const journal = this.journals.get(id) ?? [];
    this.journals.set(id, journal);
    for (const text of texts) {
      const seq = journal.length + 1;
      journal.push({
        type: "delta",
        conversation_id: id,
        seq,
        at: seq,
        message_id: "m",
        index: 1,
        attempt: 1,
        part_id: "p",
        text,
      });
    }
    for (const [response, positions] of this.open) {
      this.feed(response, positions);
    }
  }

  list(line: Partial<Listed>): void {
    this.write(`event: conversation_listed\ndata: ${JSON.stringify(line)}\n\n`);
  }

  write(text: string): void {
    for (const response of this.open.keys()) {
      response.write(text);
    }
  }

  /** Ends every connection, as a broken network does. */
  cut(): void {
    for (const response of this.open.keys()) {
      response.destroy();
    }
    this.open.clear();
  }

  release(): void {
    this.held = false;
    for (const [response, positions] of this.open) {
      this.begin(response, positions);
    }
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "", this.base);
    this.requests.push(url.search);
    if (this.refusal) {
      response.writeHead(this.refusal.status, this.refusal.headers).end();
      return;
    }
    const positions = new Map(
      url.searchParams.getAll("watch").map((text) => {
        const [id = "", after = "0"] = text.split(":");
        return [id, Number(after)] as const;
      }),
    );
    this.open.set(response, positions);
    response.on("close", () => this.open.delete(response));
    if (!this.held) {
      this.begin(response, positions);
    }
  }

  private begin(response: ServerResponse, positions: Map<string, number>): void {
    if (!response.headersSent) {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write("retry: 1\n\n");
    }
    this.feed(response, positions);
  }

  private feed(response: ServerResponse, positions: Map<string, number>): void {
    if (!response.headersSent) {
      return;
    }
    let text = "";
    for (const [id, after] of positions) {
      for (const event of this.journals.get(id)?.slice(after) ?? []) {
        text += `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
        positions.set(id, event.seq);
      }
    }
    if (text) {
      response.write(text);
    }
  }
}

/** Folds as the store does: what was seen is passed over, what was lost would leave a gap. */
class Reader implements StreamHost {
  readonly watched = new Map<string, number>();
  readonly texts = new Map<string, string>();
  readonly batches: Batch[] = [];
  readonly rewinds: string[] = [];
  status: ConnectionStatus = { kind: "connecting", since: 0, attempts: 0, nextTryAt: null };
  list: number | null = null;
  readonly listed: Listed[] = [];

  async prepare(): Promise<void> {}

  positions() {
    return { conversations: this.watched, list: this.list };
  }

  receive(batch: Batch): void {
    this.batches.push(batch);
    this.listed.push(...batch.listed);
    for (const [id, events] of batch.events) {
      for (const event of events) {
        const seen = this.watched.get(id) ?? 0;
        if (event.seq > seen && event.type === "delta") {
          expect(event.seq, "a gap means that something was lost").toBe(seen + 1);
          this.watched.set(id, event.seq);
          this.texts.set(id, (this.texts.get(id) ?? "") + event.text);
        }
      }
    }
  }

  async lost(): Promise<void> {
    this.watched.delete("gone");
  }

  rewound(id: string): void {
    this.rewinds.push(id);
  }

  changed(status: ConnectionStatus): void {
    this.status = status;
  }
}

/** Time that passes when a test says so. */
class ManualClock implements Clock {
  private time = 1_000_000;
  private readonly timers = new Map<number, { at: number; run: () => void }>();
  readonly waits: number[] = [];
  private count = 0;

  now(): number {
    return this.time;
  }

  setTimeout(run: () => void, milliseconds: number): ReturnType<typeof setTimeout> {
    this.count += 1;
    this.waits.push(milliseconds);
    this.timers.set(this.count, { at: this.time + milliseconds, run });
    return this.count as unknown as ReturnType<typeof setTimeout>;
  }

  clearTimeout(timer: ReturnType<typeof setTimeout>): void {
    this.timers.delete(Number(timer));
  }

  pass(milliseconds: number): void {
    this.time += milliseconds;
    for (const [id, { at, run }] of [...this.timers]) {
      if (at <= this.time && this.timers.delete(id)) {
        run();
      }
    }
  }
}

let workspace: Workspace;
let reader: Reader;
let streams: Stream[];

function follow(options: StreamOptions = {}): Stream {
  const stream = new Stream(reader, { base: workspace.base, random: () => 0, ...options });
  streams.push(stream);
  stream.start();
  return stream;
}

const until = (what: () => void) => vi.waitFor(what, { timeout: 5000, interval: 5 });
const hears = (id: string, text: string) => until(() => expect(reader.texts.get(id)).toBe(text));
const isLive = () => until(() => expect(reader.status.kind).toBe("live"));

beforeEach(async () => {
  workspace = new Workspace();
  await workspace.listen();
  reader = new Reader();
  streams = [];
});

afterEach(async () => {
  for (const stream of streams) {
    stream.stop();
  }
  await workspace.stop();
});

describe("what is followed", () => {
  it("begins after what was folded, and goes on", async () => {
    workspace.say("one", "a", "b");
    reader.watched.set("one", 1);
    follow();
    await hears("one", "b");
    workspace.say("one", "c");
    await hears("one", "bc");
  });

  it("hands over changed lines of the list", async () => {
    reader.list = 7;
    follow();
    await isLive();
    workspace.list({ id: "one", list_seq: 8 });
    await until(() => expect(reader.listed).toEqual([{ id: "one", list_seq: 8 }]));
    expect(workspace.requests).toEqual(["?list=7"]);
  });

  it("asks for nothing while there is nothing to follow", async () => {
    const stream = follow();
    reader.watched.set("one", 0);
    workspace.say("one", "a");
    stream.refresh();
    await hears("one", "a");
    expect(workspace.requests).toEqual(["?watch=one%3A0"]);
  });

  it("takes in another conversation without losing or doubling anything of the first", async () => {
    workspace.say("one", "a");
    reader.watched.set("one", 0);
    const stream = follow();
    await hears("one", "a");
    workspace.held = true;
    reader.watched.set("two", 0);
    stream.refresh();
    await until(() => expect(workspace.streams).toBe(2));
    workspace.say("one", "b");
    workspace.say("two", "x");
    await hears("one", "ab");
    expect(reader.status.kind).toBe("live");
    workspace.release();
    await hears("two", "x");
    workspace.say("one", "c");
    await hears("one", "abc");
    await until(() => expect(workspace.streams).toBe(1));
  });
});

describe("a connection that breaks", () => {
  it("goes on where it was after a cut in mid-event", async () => {
    workspace.say("one", "a");
    reader.watched.set("one", 0);
    follow();
    await hears("one", "a");
    workspace.write('id: 2\nevent: delta\ndata: {"conversation_id":"one","seq":2,"te');
    workspace.cut();
    workspace.say("one", "b", "c");
    await hears("one", "abc");
    workspace.say("one", "d");
    await hears("one", "abcd");
  });

  it("comes back after a restart on the same port", async () => {
    workspace.say("one", "a");
    reader.watched.set("one", 0);
    follow();
    await hears("one", "a");
    await workspace.stop();
    await until(() => expect(reader.status.kind).toBe("reconnecting"));
    workspace.say("one", "b");
    await workspace.listen();
    await hears("one", "ab");
    expect(reader.status).toMatchObject({ kind: "live", attempts: 0, nextTryAt: null });
  });

  it("loses and doubles nothing through many cuts while much is said", async () => {
    const words = Array.from({ length: 60 }, (_, index) => `${index} `);
    reader.watched.set("one", 0);
    follow();
    for (const [index, word] of words.entries()) {
      workspace.say("one", word);
      if (index % 10 === 5) {
        await isLive();
        workspace.cut();
      }
    }
    await hears("one", words.join(""));
  });

  it("is replaced once it says nothing for too long", async () => {
    const clock = new ManualClock();
    workspace.say("one", "a");
    reader.watched.set("one", 0);
    follow({ clock });
    await hears("one", "a");
    clock.pass(SILENCE_MILLISECONDS - 1);
    expect(workspace.requests).toHaveLength(1);
    clock.pass(1);
    expect(reader.status.kind).toBe("reconnecting");
    await isLive();
    expect(workspace.requests).toEqual(["?watch=one%3A0", "?watch=one%3A1"]);
  });

  it("stays as long as heartbeats come", async () => {
    const clock = new ManualClock();
    reader.list = 0;
    follow({ clock });
    await isLive();
    clock.pass(SILENCE_MILLISECONDS - 5_000);
    workspace.write(": \n\n");
    workspace.list({ id: "heard", list_seq: 1 });
    await until(() => expect(reader.listed).toHaveLength(1));
    clock.pass(SILENCE_MILLISECONDS - 5_000);
    expect(reader.status.kind).toBe("live");
    expect(workspace.requests).toHaveLength(1);
  });

  it("is replaced when its tab is looked at after a sleep, and the old one stays until then", async () => {
    const clock = new ManualClock();
    reader.list = 0;
    const stream = follow({ clock });
    await isLive();
    stream.wake("visible");
    clock.pass(30_000);
    stream.wake("visible");
    expect(reader.status.kind).toBe("live");
    await until(() => expect(workspace.requests).toHaveLength(2));
  });
});

describe("a refusal", () => {
  it("of a login that has ended stops everything until somebody has logged in", async () => {
    workspace.refusal = { status: 401 };
    reader.watched.set("one", 0);
    const stream = follow();
    await until(() => expect(reader.status.kind).toBe("logged_out"));
    stream.wake("online");
    stream.refresh();
    workspace.refusal = null;
    workspace.say("one", "a");
    stream.reconnect();
    await hears("one", "a");
    expect(workspace.requests).toHaveLength(2);
  });

  it("of a conversation that is gone leaves the others", async () => {
    const clock = new ManualClock();
    workspace.refusal = { status: 404 };
    workspace.say("one", "a");
    reader.watched.set("gone", 0).set("one", 0);
    follow({ clock });
    await until(() => expect(reader.watched.has("gone")).toBe(false));
    workspace.refusal = null;
    clock.pass(10_000);
    await hears("one", "a");
  });

  it("for want of room is tried again later and later, at most every ten seconds", async () => {
    const clock = new ManualClock();
    workspace.refusal = { status: 503 };
    reader.list = 0;
    follow({ clock, random: () => 1 });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      await until(() => expect(reader.status.attempts).toBe(attempt));
      waits.push((reader.status.nextTryAt ?? 0) - clock.now());
      clock.pass(10_000);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it("that names a time is not tried again before", async () => {
    const clock = new ManualClock();
    workspace.refusal = { status: 429, headers: { "Retry-After": "7" } };
    reader.list = 0;
    follow({ clock });
    await until(() => expect(reader.status.attempts).toBe(1));
    expect((reader.status.nextTryAt ?? 0) - clock.now()).toBe(7000);
  });

  it("is tried again at once when the network is back", async () => {
    const clock = new ManualClock();
    workspace.refusal = { status: 503 };
    reader.list = 0;
    const stream = follow({ clock });
    await until(() => expect(reader.status.nextTryAt).not.toBeNull());
    workspace.refusal = null;
    stream.wake("online");
    await isLive();
  });
});

describe("batches", () => {
  it("are handed over at once after a quiet time, then together", async () => {
    const clock = new ManualClock();
    reader.watched.set("one", 0);
    follow({ clock });
    await isLive();
    workspace.say("one", "a");
    await hears("one", "a");
    clock.pass(BATCH_MILLISECONDS - 1);
    workspace.say("one", "b", "c");
    await until(() => expect(clock.waits).toContain(1));
    expect(reader.texts.get("one")).toBe("a");
    clock.pass(1);
    expect(reader.texts.get("one")).toBe("abc");
    expect(reader.batches).toHaveLength(2);
  });

  it("are handed over before a stream is stopped", async () => {
    const clock = new ManualClock();
    reader.watched.set("one", 0);
    reader.list = 0;
    const stream = follow({ clock });
    await isLive();
    workspace.say("one", "a");
    await hears("one", "a");
    clock.pass(1);
    workspace.say("one", "b");
    await until(() => expect(clock.waits).toContain(BATCH_MILLISECONDS - 1));
    stream.stop();
    expect(reader.texts.get("one")).toBe("ab");
  });
});

describe("a stream that is stopped", () => {
  it("stays so where its answer comes at the same moment", async () => {
    reader.watched.set("one", 0);
    const response = new Response(new ReadableStream());
    const stream = follow({
      fetch: async () => {
        queueMicrotask(() => stream.stop());
        return response;
      },
    });
    await until(() => expect(stream.follows("one")).toBe(false));
    await new Promise((resolve) => setTimeout(resolve));
    expect(reader.status.kind).toBe("connecting");
    expect(response.bodyUsed).toBe(false);
  });
});

describe("a server that knows less than the tab", () => {
  it("is noticed, and what it says is not mixed with what is here", async () => {
    workspace.say("one", "a");
    reader.watched.set("one", 0);
    follow();
    await hears("one", "a");
    const [event] = workspace.journals.get("one") ?? [];
    workspace.cut();
    await until(() => expect(workspace.streams).toBe(1));
    workspace.write(`event: delta\ndata: ${JSON.stringify(event)}\n\n`);
    await until(() => expect(reader.rewinds).toEqual(["one"]));
    expect(reader.texts.get("one")).toBe("a");
  });
});
