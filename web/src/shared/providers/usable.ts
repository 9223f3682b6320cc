/** Whether something was chosen that can answer; the twin of the server's own rules, as far as settings tell. */
import { EMBEDDED, type Offer, type Provider, type Settings } from "./types";

export interface Answering {
  providerId: string;
  model: string;
}

/**
 * Gives what answers where a conversation names nothing else; null where nothing was chosen, or what was chosen is gone.
 * `offers` are undefined while nobody has looked: the embedded model counts as there then.
 */
export function answering(
  settings: Settings,
  providers: readonly Provider[],
  offers: readonly Offer[] | undefined,
): Answering | null {
  const chosen = settings.provider_id ?? null;
  const model = settings.model ?? null;
  if (chosen === EMBEDDED) {
    const offer = offers?.find(({ kind }) => kind === "embedded");
    return offer?.problem ? null : { providerId: EMBEDDED, model: model ?? offer?.models[0] ?? EMBEDDED };
  }
  const provider = providers.find(({ id }) => id === chosen);
  if (provider !== undefined) {
    const first = model ?? provider.models[0]?.id;
    return first === undefined ? null : { providerId: provider.id, model: first };
  }
  const able = providers.filter(({ models }) => models.length > 0);
  const [only] = able;
  const first = only?.models[0];
  return able.length === 1 && only && first ? { providerId: only.id, model: first.id } : null;
}
