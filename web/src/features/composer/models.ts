/** The models of all providers, asked for when the picker is opened. */
import { useQueries } from "@tanstack/react-query";
import { call, client } from "@/shared/api/client";
import type { Model, Provider } from "@/shared/providers/types";

export interface ProviderModels {
  provider: Provider;
  models: readonly Model[];
  loading: boolean;
  error: Error | null;
}

/** Each provider is asked by itself: one that does not answer hides no other. */
export function useModels(providers: readonly Provider[]): readonly ProviderModels[] {
  return useQueries({
    queries: providers.map((provider) => ({
      queryKey: ["provider-models", provider.id],
      queryFn: () =>
        call(
          client.GET("/api/providers/{provider_id}/models", {
            params: { path: { provider_id: provider.id } },
          }),
        ),
      staleTime: 300_000,
      retry: false,
    })),
    combine: (answers) =>
      providers.map((provider, place) => ({
        provider,
        models: answers[place]?.data?.items ?? [],
        loading: answers[place]?.isPending ?? true,
        error: answers[place]?.error ?? null,
      })),
  });
}

/** Whether every word that was typed is in the model's or its provider's name. */
export function fitsModel(
  query: string,
  model: Pick<Model, "id" | "name">,
  provider: Pick<Provider, "name">,
): boolean {
  const text = `${model.id} ${model.name ?? ""} ${provider.name}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
