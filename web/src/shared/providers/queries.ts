/** Reading and changing settings and providers. Whatever a change touches is asked for again. */
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, client } from "@/shared/api/client";
import type { Accepted, ConnectionTest, Provider, ProviderInput, Settings, SettingsPatch } from "./types";

const named = (id: string) => ({ params: { path: { provider_id: id } } });

export function useSettings() {
  return useQuery({ queryKey: ["settings"], queryFn: () => call(client.GET("/api/settings")) });
}

export function useProviders() {
  return useQuery({ queryKey: ["providers"], queryFn: () => call(client.GET("/api/providers")) });
}

/** Asks the provider itself, so it may take seconds, and fail with the provider's own reason. */
export function useProviderModels(id: string | null) {
  return useQuery({
    queryKey: ["provider-models", id],
    queryFn: () => call(client.GET("/api/providers/{provider_id}/models", named(id ?? ""))),
    enabled: id !== null,
    staleTime: 300_000,
    retry: false,
  });
}

/** Looks for keys in the environment and for servers on this machine; takes about a second. */
export function useSetup(enabled = true) {
  return useQuery({ queryKey: ["setup"], queryFn: () => call(client.GET("/api/setup")), enabled });
}

export function useSaveSettings() {
  const queries = useQueryClient();
  return useMutation<Settings, Error, SettingsPatch>({
    mutationFn: (changes) => call(client.PUT("/api/settings", { body: changes })),
    onSuccess: (settings) => queries.setQueryData(["settings"], settings),
  });
}

export function useSaveProvider() {
  const queries = useQueryClient();
  return useMutation<Provider, Error, { id: string; changes: ProviderInput }>({
    mutationFn: ({ id, changes }) =>
      call(client.PUT("/api/providers/{provider_id}", { ...named(id), body: changes })),
    onSuccess: (provider) => providersChanged(queries, provider.id),
  });
}

export function useDeleteProvider() {
  const queries = useQueryClient();
  return useMutation<unknown, Error, string>({
    mutationFn: (id) => call(client.DELETE("/api/providers/{provider_id}", named(id))),
    onSuccess: async (_, id) => {
      queries.removeQueries({ queryKey: ["provider-models", id] });
      await providersChanged(queries);
    },
  });
}

export function useTestProvider() {
  return useMutation<ConnectionTest, Error, { id: string; model: string | null }>({
    mutationFn: ({ id, model }) =>
      call(
        client.POST("/api/providers/{provider_id}/test", {
          ...named(id),
          body: model === null ? null : { model },
        }),
      ),
  });
}

export function useAcceptOffer() {
  const queries = useQueryClient();
  return useMutation<Accepted, Error, string>({
    mutationFn: (id) =>
      call(client.POST("/api/setup/offers/{offer_id}", { params: { path: { offer_id: id } } })),
    onSuccess: () => providersChanged(queries),
  });
}

/** Deleting a provider may change what answers, and accepting one the settings: all of it is asked for again. */
async function providersChanged(queries: QueryClient, id?: string): Promise<void> {
  if (id !== undefined) {
    void queries.invalidateQueries({ queryKey: ["provider-models", id] });
  }
  void queries.invalidateQueries({ queryKey: ["setup"] });
  await Promise.all([
    queries.invalidateQueries({ queryKey: ["providers"] }),
    queries.invalidateQueries({ queryKey: ["settings"] }),
  ]);
}
