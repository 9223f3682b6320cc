/**
 * The list of conversations as the server has it: its pages, its changes, and what a person has read.
 *
 * What was read is shown at once and told to the server a moment later; it never goes back, also where an older line
 * arrives in between.
 */
import { Unreachable } from "@/shared/api/client";
import { addLines, addPage, applyListed, isUnread, type Listed, type ListPage, type ListView } from "./list";
import type { ListQuery, Server } from "./server";
import type { LiveStore } from "./state";

const READ_MILLISECONDS = 300;

export class Lines {
  private readonly store: LiveStore;
  private readonly server: Server;
  private users = 0;
  private first: Promise<void> | null = null;
  private following: Promise<void> | null = null;
  /** How far each conversation was read here. */
  private readonly marks = new Map<string, number>();
  private readonly unsent = new Set<string>();
  private sending: ReturnType<typeof setTimeout> | null = null;
  /** Conversations that are looked at, whose answer the list knows before their own events have come. */
  private readonly looking = new Set<string>();

  constructor(store: LiveStore, server: Server) {
    this.store = store;
    this.server = server;
  }

  /** Wants the list until what it gives is called. */
  start(): () => void {
    this.users += 1;
    let open = true;
    return () => {
      if (open) {
        open = false;
        this.users -= 1;
      }
    };
  }

  /** Where the list is; null where nobody wants it. */
  position(): number | null {
    const { list, listStatus } = this.store.getState();
    return this.users > 0 && listStatus === "ready" ? list.seq : null;
  }

  /** Loads the first page, if it is wanted and not there. */
  async prepare(): Promise<void> {
    if (this.users > 0 && this.store.getState().listStatus !== "ready") {
      this.first ??= this.load().finally(() => {
        this.first = null;
      });
      await this.first;
    }
  }

  /** Loads the following page, if there is one. */
  more(): Promise<void> {
    const { next } = this.store.getState().list;
    if (next === null) {
      return Promise.resolve();
    }
    this.following ??= this.page({ cursor: next })
      .then((page) => this.change((list) => addPage(list, page)))
      .finally(() => {
        this.following = null;
      });
    return this.following;
  }

  /** Gives a page of any list; its lines are known from then on. */
  async page(query: ListQuery): Promise<ListPage> {
    const page = await this.server.page(query);
    const items = page.items.map((line) => this.seen(line));
    this.change((list) => addLines(list, items));
    return { items, next: page.next };
  }

  receive(listed: readonly Listed[]): void {
    if (listed.length > 0) {
      this.change((list) =>
        applyListed(
          list,
          listed.map((line) => this.seen(line)),
        ),
      );
    }
  }

  running(id: string): boolean {
    const line = this.store.getState().list.items.get(id);
    return line !== undefined && !line.deleted && line.status !== "idle";
  }

  /** Notes that a person has seen a conversation as far as its events have come. */
  markRead(id: string): void {
    const seq = this.store.getState().conversations.get(id)?.view?.state.seq ?? 0;
    const line = this.store.getState().list.items.get(id);
    if (line && line.answered_seq > seq) {
      this.looking.add(id);
    }
    if (seq <= (this.marks.get(id) ?? 0) || (line && !isUnread(line))) {
      return;
    }
    this.marks.set(id, seq);
    this.unsent.add(id);
    if (line) {
      this.change((list) => ({ ...list, items: new Map(list.items).set(id, this.seen(line)) }));
    }
    this.sending ??= setTimeout(() => {
      this.sending = null;
      this.send();
    }, READ_MILLISECONDS);
  }

  /** Marks what was looked at once its events have come. */
  catchUp(ids: Iterable<string>): void {
    for (const id of ids) {
      if (this.looking.delete(id)) {
        this.markRead(id);
      }
    }
  }

  /** Tells the server what it was not told yet; what does not reach it is told with the next connection. */
  send(): void {
    for (const id of this.unsent) {
      this.unsent.delete(id);
      this.server.read(id, this.marks.get(id) ?? 0).catch((error) => {
        if (error instanceof Unreachable) {
          this.unsent.add(id);
        }
      });
    }
  }

  private async load(): Promise<void> {
    this.store.setState({ listStatus: "loading" });
    try {
      const page = await this.server.page({});
      this.change((list) => addPage(list, { ...page, items: page.items.map((line) => this.seen(line)) }));
      this.store.setState({ listStatus: "ready" });
    } catch (error) {
      this.store.setState({ listStatus: "failed" });
      throw error;
    }
  }

  private seen(line: Listed): Listed {
    const mark = this.marks.get(line.id) ?? 0;
    return mark > line.read_seq ? { ...line, read_seq: mark } : line;
  }

  private change(change: (list: ListView) => ListView): void {
    this.store.setState(({ list }) => ({ list: change(list) }));
  }
}
