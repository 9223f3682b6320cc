/** What the live state asks of the server beside the stream. Everything throws `Problem` or `Unreachable`. */
import { call, client } from "@/shared/api/client";
import { markSeen } from "@/shared/api/commands";
import type { LoadedDetails } from "./conversation";
import type { ListPage } from "./list";

export interface ListQuery {
  archived?: boolean;
  deleted?: boolean;
  /** Text in the title. */
  search?: string;
  /** `next` of the page before. */
  cursor?: string | null;
}

export interface Server {
  /** The newest page of the branch, or the one before that message. */
  details(id: string, before?: string): Promise<LoadedDetails>;
  /** Throws a `Problem` of status 404 where there is no such conversation. */
  exists(id: string): Promise<void>;
  page(query: ListQuery): Promise<ListPage>;
  read(id: string, seq: number): Promise<void>;
  version(): Promise<string>;
}

const PAGE_MESSAGES = 100;
const PAGE_LINES = 50;

const details = (id: string, query: { before?: string; limit: number }): Promise<LoadedDetails> =>
  call(
    client.GET("/api/conversations/{conversation_id}", { params: { path: { conversation_id: id }, query } }),
  );

export const server: Server = {
  details: (id, before) => details(id, { limit: PAGE_MESSAGES, ...(before === undefined ? {} : { before }) }),
  exists: async (id) => {
    await details(id, { limit: 1 });
  },
  page: ({ archived = false, deleted = false, search, cursor }) =>
    call(
      client.GET("/api/conversations", {
        params: {
          query: {
            archived,
            deleted,
            limit: PAGE_LINES,
            ...(search ? { search } : {}),
            ...(cursor ? { cursor } : {}),
          },
        },
      }),
    ),
  read: markSeen,
  version: async () => (await call(client.GET("/api/health"))).version,
};
