/** What only the settings ask for: the health report, deleted conversations, login links. */
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { call, client } from "@/shared/api/client";
import { deleteConversation, restoreConversation } from "@/shared/api/commands";
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];

export type HealthReport = Schemas["HealthReport"];
export type Finding = Schemas["Finding"];
export type LoginLink = Schemas["LoginLink"];
export type Deleted = Schemas["ConversationListed"];

/** With the providers it takes as long as the slowest of them. */
export function useDoctor(providers: boolean) {
  return useQuery({
    queryKey: ["doctor", { providers }],
    queryFn: () => call(client.GET("/api/doctor", { params: { query: { providers } } })),
    placeholderData: keepPreviousData,
  });
}

export function useAbout() {
  return useQuery({ queryKey: ["about"], queryFn: () => call(client.GET("/api/about")) });
}

export function useDeletedConversations() {
  return useInfiniteQuery({
    queryKey: ["deleted-conversations"],
    queryFn: ({ pageParam }) =>
      call(client.GET("/api/conversations", { params: { query: { deleted: true, cursor: pageParam } } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}

/** Brings a conversation back, or deletes it for good. */
export function useEndDeletion() {
  const queries = useQueryClient();
  return useMutation<void, Error, { id: string; to: "restore" | "purge" }>({
    mutationFn: ({ id, to }) => (to === "restore" ? restoreConversation(id) : deleteConversation(id, true)),
    onSuccess: async () => {
      void queries.invalidateQueries({ queryKey: ["doctor"] });
      await queries.invalidateQueries({ queryKey: ["deleted-conversations"] });
    },
  });
}

export function useLoginLink() {
  return useMutation<LoginLink, Error, void>({ mutationFn: () => call(client.POST("/api/login-links")) });
}

export function useLogout() {
  return useMutation<unknown, Error, void>({ mutationFn: () => call(client.POST("/api/logout")) });
}
