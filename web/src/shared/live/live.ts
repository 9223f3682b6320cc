/** Joins the stream, the conversations in memory and the list: the whole live state of a tab, without React. */
import { Problem } from "@/shared/api/client";
import type { Batch } from "./batches";
import { Conversations } from "./conversations";
import { Lines } from "./lines";
import type { Server } from "./server";
import { createLiveStore, type LiveStore } from "./state";
import { Stream, type StreamOptions } from "./stream";

export class Live {
  readonly store: LiveStore = createLiveStore();
  readonly conversations: Conversations;
  readonly lines: Lines;
  private readonly stream: Stream;
  private readonly server: Server;
  private version: string | null = null;
  private users = 0;

  constructor(server: Server, options: StreamOptions = {}) {
    this.server = server;
    this.lines = new Lines(this.store, server);
    this.conversations = new Conversations(this.store, server, {
      follow: () => this.follow(),
      loaded: (id) => this.lines.catchUp([id]),
      failed: (error) => this.failed(error),
      running: (id) => this.lines.running(id),
    });
    this.stream = new Stream(
      {
        prepare: () => this.lines.prepare(),
        positions: () => ({ conversations: this.conversations.positions(), list: this.lines.position() }),
        receive: (batch) => this.receive(batch),
        lost: () => this.conversations.lost(),
        rewound: (id) => void this.conversations.reload(id),
        changed: (connection) => {
          const before = this.store.getState().connection.kind;
          this.store.setState({ connection });
          if (connection.kind === "live" && before !== "live") {
            this.opened();
          }
        },
      },
      options,
    );
  }

  /** Connects until what it gives is called. */
  start(): () => void {
    this.users += 1;
    if (this.users === 1) {
      this.stream.start();
    }
    let open = true;
    return () => {
      if (open) {
        open = false;
        this.users -= 1;
        if (this.users === 0) {
          this.stream.stop();
        }
      }
    };
  }

  /** Wants the list until what it gives is called. */
  startList(): () => void {
    const stop = this.lines.start();
    if (this.lines.position() === null || !this.stream.followsList()) {
      this.stream.refresh();
    }
    return stop;
  }

  reconnect(): void {
    this.stream.reconnect();
  }

  /** Somebody has logged in again: the state is no longer that of a logout. */
  forgetLogout(): void {
    const { connection } = this.store.getState();
    if (connection.kind === "logged_out") {
      this.store.setState({ connection: { ...connection, kind: "connecting", since: Date.now() } });
    }
    this.stream.reconnect();
  }

  wake(cause: "visible" | "online"): void {
    this.stream.wake(cause);
  }

  private receive(batch: Batch): void {
    if (batch.events.size > 0) {
      this.conversations.receive(batch.events);
    }
    this.lines.receive(batch.listed);
    this.lines.catchUp(batch.events.keys());
    if (batch.listed.length > 0) {
      // A conversation that is kept may have begun to run.
      this.follow();
    }
  }

  private follow(): void {
    for (const id of this.conversations.positions().keys()) {
      if (!this.stream.follows(id)) {
        this.stream.refresh();
        return;
      }
    }
  }

  private failed(error: unknown): void {
    if (error instanceof Problem && error.status === 401) {
      this.stream.logOut();
    }
  }

  private opened(): void {
    this.conversations.revive();
    this.lines.send();
    void this.compareVersion();
  }

  private async compareVersion(): Promise<void> {
    try {
      const version = await this.server.version();
      this.version ??= version;
      if (version !== this.version) {
        this.store.setState({ updated: true });
      }
    } catch {
      // Asked again with the next connection.
    }
  }
}
