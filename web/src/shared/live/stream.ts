/**
 * The one connection of the tab: follows the list and the watched conversations, and comes back by itself.
 *
 * Invariants:
 *
 * - Positions are asked from the host whenever a connection begins, after what is pending was handed over; nothing
 *   between two connections is missed. What comes twice is passed over by the folds.
 * - Where other conversations are to be watched, the old connection stays until the new one is open.
 * - Events are handed over in batches (`batches.ts`).
 * - A quiet server sends a comment every 15 seconds; a connection that says nothing for 40 is dead, whatever the
 *   system says.
 */
import { createParser } from "eventsource-parser";
import { Problem } from "@/shared/api/client";
import type { StreamEvent } from "@/shared/api/types";
import { type Batch, Batches, type Clock, SYSTEM_CLOCK, type Timer } from "./batches";
import type { Listed } from "./list";

export const SILENCE_MILLISECONDS = 40_000;
/** A connection that was quiet for longer than a heartbeat when its tab is looked at again slept with its computer. */
export const DOUBTFUL_MILLISECONDS = 20_000;
const FIRST_WAIT_MILLISECONDS = 500;
const LONGEST_WAIT_MILLISECONDS = 10_000;
/** A connection that lived this long was a good one: the next failure is a first failure again. */
const STABLE_MILLISECONDS = 5_000;

export interface ConnectionStatus {
  readonly kind: "connecting" | "live" | "reconnecting" | "logged_out";
  /** Since when it is so, in milliseconds since 1970. */
  readonly since: number;
  /** How often was tried in vain since the last connection. */
  readonly attempts: number;
  /** When the next try begins; null while one runs or none is needed. */
  readonly nextTryAt: number | null;
}

/** What is followed, with the last event that was folded of each. */
export interface Positions {
  readonly conversations: ReadonlyMap<string, number>;
  /** The list's counter; null where the list is not followed. */
  readonly list: number | null;
}

export interface StreamHost {
  /** Loads what must be there before positions can be told; a failure counts as the connection's. */
  prepare(): Promise<void>;
  positions(): Positions;
  receive(batch: Batch): void;
  /** A watched conversation is gone: finds out which, and names it no more. */
  lost(): Promise<void>;
  /** The server knows less of a conversation than this tab: what is here is not what is true. */
  rewound(conversationId: string): void;
  changed(status: ConnectionStatus): void;
}

export interface StreamOptions {
  /** Where the server is; the page's own origin where it is empty. */
  base?: string;
  clock?: Clock;
  random?: () => number;
  fetch?: typeof fetch;
}

/** The stream was refused with that status. */
class Refused extends Error {
  readonly status: number;
  readonly wait: number;

  constructor(response: Response) {
    super(`the stream was refused: ${response.status}`);
    this.status = response.status;
    this.wait = (Number(response.headers.get("Retry-After")) || 0) * 1000;
  }
}

class Connection {
  readonly aborter = new AbortController();
  readonly startedAt: number;
  following = new Map<string, number>();
  list = false;
  heardAt: number;
  silence: Timer | null = null;

  constructor(now: number) {
    this.startedAt = now;
    this.heardAt = now;
  }

  get closed(): boolean {
    return this.aborter.signal.aborted;
  }
}

export class Stream {
  private readonly host: StreamHost;
  private readonly base: string;
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly fetch: typeof fetch;
  private status: ConnectionStatus;
  private running = false;
  private current: Connection | null = null;
  private next: Connection | null = null;
  private failures = 0;
  private firstWait = FIRST_WAIT_MILLISECONDS;
  private retry: Timer | null = null;
  private refreshing = false;
  private readonly pending: Batches;

  constructor(host: StreamHost, options: StreamOptions = {}) {
    this.host = host;
    this.base = options.base ?? "";
    this.clock = options.clock ?? SYSTEM_CLOCK;
    this.random = options.random ?? Math.random;
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.pending = new Batches(this.clock, (batch) => this.host.receive(batch));
    this.status = { kind: "connecting", since: this.clock.now(), attempts: 0, nextTryAt: null };
  }

  /** Connects, and stays connected until `stop`. */
  start(): void {
    if (!this.running) {
      this.running = true;
      this.failures = 0;
      this.tell("connecting");
      this.connect();
    }
  }

  stop(): void {
    this.running = false;
    this.drop();
    this.pending.flush();
  }

  /** Connects again at once, also after somebody has logged in again. */
  reconnect(): void {
    if (this.running) {
      if (this.status.kind === "logged_out") {
        this.tell("connecting");
      }
      this.connect();
    }
  }

  /** Tells that something is to be watched that the connection does not follow yet. */
  refresh(): void {
    if (this.refreshing) {
      return;
    }
    this.refreshing = true;
    queueMicrotask(() => {
      this.refreshing = false;
      if (this.running && this.status.kind !== "logged_out") {
        this.connect();
      }
    });
  }

  /** Whether the open connection follows a conversation. */
  follows(conversationId: string): boolean {
    return (this.next ?? this.current)?.following.has(conversationId) ?? false;
  }

  /** Whether the open connection follows the list. */
  followsList(): boolean {
    return (this.next ?? this.current)?.list ?? false;
  }

  /** The tab is looked at again, or the network is back. */
  wake(cause: "visible" | "online"): void {
    this.pending.flush();
    if (!this.running || this.status.kind === "logged_out" || this.next) {
      return;
    }
    const quiet = this.current ? this.clock.now() - this.current.heardAt : Number.POSITIVE_INFINITY;
    if (cause === "online" || quiet > DOUBTFUL_MILLISECONDS) {
      this.connect();
    }
  }

  /** Nobody is logged in any more: nothing is tried until `reconnect`. */
  logOut(): void {
    this.drop();
    this.pending.flush();
    this.tell("logged_out");
  }

  private tell(kind: ConnectionStatus["kind"], attempts = 0, nextTryAt: number | null = null): void {
    const since = kind === this.status.kind ? this.status.since : this.clock.now();
    this.status = { kind, since, attempts, nextTryAt };
    this.host.changed(this.status);
  }

  private connect(): void {
    this.clearRetry();
    this.close(this.next);
    if (this.status.nextTryAt !== null) {
      this.tell(this.status.kind, this.status.attempts);
    }
    const connection = new Connection(this.clock.now());
    this.next = connection;
    this.listen(connection, SILENCE_MILLISECONDS);
    void this.run(connection);
  }

  private async run(connection: Connection): Promise<void> {
    try {
      await this.host.prepare();
      if (connection.closed) {
        return;
      }
      this.pending.flush();
      const positions = this.host.positions();
      if (positions.conversations.size === 0 && positions.list === null) {
        // Nothing to follow yet: `refresh` tells when there is.
        this.close(connection);
        this.next = null;
        return;
      }
      connection.following = new Map(positions.conversations);
      connection.list = positions.list !== null;
      const response = await this.fetch(this.base + address(positions), {
        headers: { Accept: "text/event-stream" },
        credentials: "same-origin",
        cache: "no-store",
        signal: connection.aborter.signal,
      });
      if (connection.closed) {
        return;
      }
      if (!response.ok || !response.body) {
        throw new Refused(response);
      }
      this.takeOver(connection);
      await this.read(connection, response.body);
      throw new Error("the stream ended");
    } catch (error) {
      if (!connection.closed) {
        await this.failed(connection, error);
      }
    }
  }

  private takeOver(connection: Connection): void {
    this.close(this.current);
    this.current = connection;
    this.next = null;
    this.tell("live");
  }

  private async read(connection: Connection, body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    const parser = createParser({
      onEvent: ({ event, data }) => this.take(connection, event, data),
      onRetry: (milliseconds) => {
        this.firstWait = Math.min(Math.max(milliseconds, 1), LONGEST_WAIT_MILLISECONDS);
      },
    });
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || connection.closed) {
        return;
      }
      connection.heardAt = this.clock.now();
      parser.feed(decoder.decode(value, { stream: true }));
      this.pending.hand();
    }
  }

  private take(connection: Connection, type: string | undefined, data: string): void {
    if (type === "conversation_listed") {
      // The server's own document promises these shapes.
      this.pending.list(JSON.parse(data) as Listed);
      return;
    }
    const event = JSON.parse(data) as StreamEvent;
    const id = event.conversation_id;
    const after = connection.following.get(id);
    if (after === undefined) {
      return;
    }
    if (event.seq <= after) {
      connection.following.delete(id);
      this.pending.forget(id);
      this.host.rewound(id);
      return;
    }
    this.pending.add(id, event);
  }

  private async failed(connection: Connection, error: unknown): Promise<void> {
    const stable =
      connection === this.current && this.clock.now() - connection.startedAt >= STABLE_MILLISECONDS;
    this.failures = stable ? 0 : this.failures;
    this.drop();
    this.pending.flush();
    const status = error instanceof Refused || error instanceof Problem ? error.status : 0;
    if (status === 401) {
      this.tell("logged_out");
      return;
    }
    this.later(error instanceof Refused ? error.wait : 0);
    if (status === 404) {
      try {
        await this.host.lost();
      } catch {
        // The next try finds out.
      }
    }
  }

  private later(atLeast: number): void {
    const longest = Math.min(this.firstWait * 2 ** this.failures, LONGEST_WAIT_MILLISECONDS);
    const wait = Math.max(longest * (0.5 + this.random() / 2), Math.min(atLeast, LONGEST_WAIT_MILLISECONDS));
    this.failures += 1;
    this.retry = this.clock.setTimeout(() => this.connect(), wait);
    this.tell("reconnecting", this.failures, this.clock.now() + wait);
  }

  /** Watches over a connection: whoever says nothing for too long is replaced. */
  private listen(connection: Connection, wait: number): void {
    connection.silence = this.clock.setTimeout(() => {
      const quiet = this.clock.now() - connection.heardAt;
      if (quiet < SILENCE_MILLISECONDS) {
        this.listen(connection, Math.min(SILENCE_MILLISECONDS - quiet, SILENCE_MILLISECONDS));
        return;
      }
      if (connection !== this.current) {
        void this.failed(connection, new Error("the server does not answer"));
        return;
      }
      this.close(connection);
      this.current = null;
      this.pending.flush();
      this.tell("reconnecting");
      if (!this.next) {
        this.connect();
      }
    }, wait);
  }

  private drop(): void {
    this.clearRetry();
    this.close(this.current);
    this.close(this.next);
    this.current = null;
    this.next = null;
  }

  private close(connection: Connection | null): void {
    if (connection) {
      connection.aborter.abort();
      if (connection.silence !== null) {
        this.clock.clearTimeout(connection.silence);
      }
    }
  }

  private clearRetry(): void {
    if (this.retry !== null) {
      this.clock.clearTimeout(this.retry);
      this.retry = null;
    }
  }
}

function address({ conversations, list }: Positions): string {
  const query = new URLSearchParams();
  for (const [id, after] of conversations) {
    query.append("watch", `${id}:${after}`);
  }
  if (list !== null) {
    query.set("list", String(list));
  }
  return `/api/stream?${query}`;
}
