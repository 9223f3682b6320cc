/**
 * What has arrived and was not shown yet: events of several conversations, and lines of the list.
 *
 * They are handed over together: at once after a quiet time, then every 80 milliseconds. Timers are used, not animation
 * frames, which stop in hidden tabs.
 */
import type { StreamEvent } from "@/shared/api/types";
import type { Listed } from "./list";

export const BATCH_MILLISECONDS = 80;

export interface Batch {
  readonly events: ReadonlyMap<string, readonly StreamEvent[]>;
  readonly listed: readonly Listed[];
}

export type Timer = ReturnType<typeof setTimeout>;

export interface Clock {
  now(): number;
  setTimeout(run: () => void, milliseconds: number): Timer;
  clearTimeout(timer: Timer): void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer),
};

export class Batches {
  private readonly clock: Clock;
  private readonly receive: (batch: Batch) => void;
  private events = new Map<string, StreamEvent[]>();
  private listed: Listed[] = [];
  private timer: Timer | null = null;
  private flushedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, receive: (batch: Batch) => void) {
    this.clock = clock;
    this.receive = receive;
  }

  add(conversationId: string, event: StreamEvent): void {
    const pending = this.events.get(conversationId);
    if (pending) {
      pending.push(event);
    } else {
      this.events.set(conversationId, [event]);
    }
  }

  list(line: Listed): void {
    this.listed.push(line);
  }

  /** Drops what is pending of a conversation. */
  forget(conversationId: string): void {
    this.events.delete(conversationId);
  }

  /** Hands over at once after a quiet time, else once the batch's time is over. */
  hand(): void {
    if (this.empty) {
      return;
    }
    const quiet = this.clock.now() - this.flushedAt;
    if (quiet >= BATCH_MILLISECONDS || quiet < 0) {
      // Also where a timer is set: those of hidden tabs come late.
      this.flush();
    } else if (this.timer === null) {
      this.timer = this.clock.setTimeout(() => {
        this.timer = null;
        this.flush();
      }, BATCH_MILLISECONDS - quiet);
    }
  }

  /** Hands over what is pending. */
  flush(): void {
    if (this.timer !== null) {
      this.clock.clearTimeout(this.timer);
      this.timer = null;
    }
    if (this.empty) {
      return;
    }
    const { events, listed } = this;
    this.events = new Map();
    this.listed = [];
    this.flushedAt = this.clock.now();
    this.receive({ events, listed });
  }

  private get empty(): boolean {
    return this.events.size === 0 && this.listed.length === 0;
  }
}
