/**
 * The conversations that are in memory: which are loaded, kept and watched, and how what is loaded joins what streams.
 *
 * What is loaded while events arrive is joined exactly: the events since the request are recorded, those up to the
 * answer's seq are folded below it, the rest on top.
 */
import { Problem } from "@/shared/api/client";
import type { StreamEvent } from "@/shared/api/types";
import {
  applyEvents,
  type ConversationView,
  fromDetails,
  type LoadedDetails,
  mergeNewest,
  mergeOlder,
} from "./conversation";
import type { Server } from "./server";
import { type Held, type LiveStore, NOTHING_HELD, withView } from "./state";

/** How many conversations stay in memory after they were closed, for those who come back. */
const KEPT_CLOSED = 8;
const MOST_WATCHED = 16;
/** How long the stream may take to come to what the server has answered already. */
const CATCH_UP_MILLISECONDS = 5_000;
/** How long to wait before a view that stayed incomplete is loaded once more. */
const RELOAD_MILLISECONDS = 1_000;

interface Recording {
  base: ConversationView;
  events: StreamEvent[];
}

/** What is known of a conversation in memory beside what components see. */
interface Keeper {
  users: number;
  usedAt: number;
  /** Counts up when the view was replaced as a whole: what was asked before does not fit any more. */
  generation: number;
  load: Promise<void> | null;
  reloading: boolean;
  older: Promise<void> | null;
  recording: Recording | null;
  /** What arrived for the view that is there while the conversation is loaded anew; null while it is not. */
  arrived: StreamEvent[] | null;
  joins: Promise<unknown>;
  waiting: Set<() => void>;
}

export interface ConversationsHost {
  /** Something is to be watched that perhaps is not yet. */
  follow(): void;
  /** A conversation was loaded: its events have come without the stream. */
  loaded(id: string): void;
  /** A request was refused or failed. */
  failed(error: unknown): void;
  /** Whether a conversation is running, as far as the list knows. */
  running(id: string): boolean;
}

export class Conversations {
  private readonly store: LiveStore;
  private readonly server: Server;
  private readonly host: ConversationsHost;
  private readonly keepers = new Map<string, Keeper>();
  private uses = 0;

  constructor(store: LiveStore, server: Server, host: ConversationsHost) {
    this.store = store;
    this.server = server;
    this.host = host;
  }

  /** Loads and follows a conversation until what it gives is called. */
  open(id: string): () => void {
    const keeper = this.keeper(id);
    keeper.users += 1;
    keeper.usedAt = ++this.uses;
    if (this.view(id)) {
      this.host.follow();
    } else {
      void this.load(id);
    }
    let open = true;
    return () => {
      if (open) {
        open = false;
        keeper.users -= 1;
        keeper.usedAt = ++this.uses;
        this.forget();
      }
    };
  }

  view(id: string): ConversationView | null {
    return this.held(id)?.view ?? null;
  }

  /** Names what is to be watched, with the last seq of each: open ones first, then kept ones that run. */
  positions(): Map<string, number> {
    const found = new Map<string, number>();
    for (const [id, keeper] of this.byUse()) {
      const view = this.view(id);
      if (view && (keeper.users > 0 || this.running(id, view)) && found.size < MOST_WATCHED) {
        found.set(id, view.state.seq);
      }
    }
    return found;
  }

  /** Folds events of several conversations, and shows them all at once. */
  receive(events: ReadonlyMap<string, readonly StreamEvent[]>): void {
    const conversations = new Map(this.store.getState().conversations);
    for (const [id, batch] of events) {
      const held = conversations.get(id);
      const keeper = this.keepers.get(id);
      if (held?.view && keeper) {
        keeper.recording?.events.push(...batch);
        keeper.arrived?.push(...batch);
        conversations.set(id, withView(held, applyEvents(held.view, batch)));
      }
    }
    this.store.setState({ conversations });
    for (const id of events.keys()) {
      this.settle(id);
    }
  }

  /** Loads what could not be loaded while the server was away. */
  revive(): void {
    for (const [id, keeper] of this.keepers) {
      const held = this.held(id);
      if (keeper.users > 0 && held && !held.view && held.status !== "missing") {
        void this.load(id);
      }
      this.settle(id);
    }
  }

  /** Finds out which of the watched conversations are gone. */
  async lost(): Promise<void> {
    await Promise.all(
      [...this.positions().keys()].map(async (id) => {
        try {
          await this.server.exists(id);
        } catch (error) {
          if (isMissing(error)) {
            this.replace(id, { ...NOTHING_HELD, status: "missing" });
          }
        }
      }),
    );
  }

  /** Loads a conversation anew; what was there is shown until then. */
  async reload(id: string): Promise<void> {
    const keeper = this.keepers.get(id);
    if (keeper) {
      await keeper.load;
      await this.load(id);
    }
  }

  /** Loads the page before the oldest loaded message; what goes wrong is told by `older.failed`. */
  loadOlder(id: string): Promise<void> {
    const keeper = this.keepers.get(id);
    const before = this.view(id)?.before;
    if (!keeper || !before) {
      return Promise.resolve();
    }
    keeper.older ??= this.older(id, keeper, before).finally(() => {
      keeper.older = null;
    });
    return keeper.older;
  }

  private async older(id: string, keeper: Keeper, before: string): Promise<void> {
    this.patch(id, { older: { loading: true, failed: false } });
    let failed = false;
    try {
      failed = !(await this.join(id, keeper, () => this.server.details(id, before), mergeOlder));
    } catch (error) {
      failed = true;
      this.host.failed(error);
    }
    this.patch(id, { older: { loading: false, failed } });
  }

  /** Loads the newest page; the view becomes what the server says. */
  private load(id: string): Promise<void> {
    const keeper = this.keeper(id);
    keeper.load ??= this.loadNow(id, keeper).finally(() => {
      keeper.load = null;
    });
    return keeper.load;
  }

  private async loadNow(id: string, keeper: Keeper): Promise<void> {
    if (!this.view(id)) {
      this.replace(id, NOTHING_HELD);
    }
    const arrived: StreamEvent[] = [];
    keeper.arrived = arrived;
    try {
      const details = await this.server.details(id);
      if (this.keepers.get(id) === keeper) {
        keeper.generation += 1;
        this.replace(
          id,
          withView(
            { ...NOTHING_HELD, branch: this.held(id)?.branch ?? [] },
            applyEvents(fromDetails(details), arrived),
          ),
        );
        this.host.follow();
        this.host.loaded(id);
      }
    } catch (error) {
      if (this.keepers.get(id) === keeper) {
        if (isMissing(error)) {
          this.replace(id, { ...NOTHING_HELD, status: "missing" });
        } else if (!this.view(id)) {
          this.replace(id, { ...NOTHING_HELD, status: "failed", error: asError(error) });
        }
        this.host.failed(error);
      }
    } finally {
      keeper.arrived = null;
    }
  }

  /** Wakes who waits for a seq, and loads the newest page again where the head is not loaded. */
  private settle(id: string): void {
    const keeper = this.keepers.get(id);
    for (const wake of [...(keeper?.waiting ?? [])]) {
      wake();
    }
    if (keeper && !keeper.reloading && this.view(id)?.incomplete) {
      keeper.reloading = true;
      void this.complete(id, keeper);
    }
  }

  private async complete(id: string, keeper: Keeper): Promise<void> {
    try {
      if (!(await this.join(id, keeper, () => this.server.details(id), mergeNewest))) {
        await this.reload(id);
      }
    } catch (error) {
      this.host.failed(error);
    }
    const again = () => {
      keeper.reloading = false;
      if (this.keepers.get(id) === keeper) {
        this.settle(id);
      }
    };
    if (this.view(id)?.incomplete) {
      setTimeout(again, RELOAD_MILLISECONDS);
    } else {
      again();
    }
  }

  /** Joins what a request gives with the events that arrive meanwhile; false where they do not come together. */
  private join(
    id: string,
    keeper: Keeper,
    request: () => Promise<LoadedDetails>,
    merge: (view: ConversationView, details: LoadedDetails) => ConversationView,
  ): Promise<boolean> {
    const joined = keeper.joins.then(async () => {
      const base = this.view(id);
      const { generation } = keeper;
      if (!base) {
        return false;
      }
      const recording: Recording = { base, events: [] };
      keeper.recording = recording;
      try {
        const details = await request();
        const together = details.seq >= base.state.seq && (await this.reached(id, keeper, details.seq));
        const held = this.held(id);
        if (!together || !held || keeper.generation !== generation || this.keepers.get(id) !== keeper) {
          return false;
        }
        const below = recording.events.filter((event) => event.seq <= details.seq);
        const merged = merge(applyEvents(recording.base, below), details);
        this.replace(id, withView(held, applyEvents(merged, recording.events)));
        return true;
      } finally {
        keeper.recording = null;
      }
    });
    keeper.joins = joined.catch(() => undefined);
    return joined;
  }

  /** Waits until the view has come to a seq; false if that takes too long. */
  private reached(id: string, keeper: Keeper, seq: number): Promise<boolean> {
    const there = () => (this.view(id)?.state.seq ?? 0) >= seq;
    if (there()) {
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const end = (result: boolean) => {
        clearTimeout(timer);
        keeper.waiting.delete(look);
        resolve(result);
      };
      const look = () => {
        if (there()) {
          end(true);
        }
      };
      const timer = setTimeout(() => end(false), CATCH_UP_MILLISECONDS);
      keeper.waiting.add(look);
    });
  }

  // Memory

  private keeper(id: string): Keeper {
    let keeper = this.keepers.get(id);
    if (!keeper) {
      keeper = {
        users: 0,
        usedAt: 0,
        generation: 0,
        load: null,
        reloading: false,
        older: null,
        recording: null,
        arrived: null,
        joins: Promise.resolve(),
        waiting: new Set(),
      };
      this.keepers.set(id, keeper);
      this.replace(id, NOTHING_HELD);
    }
    return keeper;
  }

  /** Lets go of the closed conversations that were not used for longest; those that run are kept as long as watched. */
  private forget(): void {
    const watched = this.positions();
    let kept = 0;
    for (const [id, keeper] of this.byUse()) {
      const view = this.view(id);
      if (keeper.users > 0 || (view && this.running(id, view) && watched.has(id))) {
        continue;
      }
      kept += 1;
      if (kept > KEPT_CLOSED || !view) {
        this.keepers.delete(id);
        const conversations = new Map(this.store.getState().conversations);
        conversations.delete(id);
        this.store.setState({ conversations });
      }
    }
  }

  private byUse(): [string, Keeper][] {
    const rank = (keeper: Keeper) => (keeper.users > 0 ? this.uses : 0) + keeper.usedAt;
    return [...this.keepers].sort(([, left], [, right]) => rank(right) - rank(left));
  }

  private running(id: string, view: ConversationView): boolean {
    return view.state.turn_id !== null || this.host.running(id);
  }

  private held(id: string): Held | undefined {
    return this.store.getState().conversations.get(id);
  }

  private patch(id: string, changes: Partial<Held>): void {
    const held = this.held(id);
    if (held) {
      this.replace(id, { ...held, ...changes });
    }
  }

  private replace(id: string, held: Held): void {
    this.store.setState(({ conversations }) => ({ conversations: new Map(conversations).set(id, held) }));
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Problem && (error.status === 404 || error.status === 422);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
