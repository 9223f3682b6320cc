/**
 * Which model answers, and how hard it thinks: of the conversation, or of the one that is not there yet, where the draft
 * remembers it.
 */
import { useStore } from "zustand";
import { type ConversationChanges, changeConversation } from "@/shared/api/commands";
import type { ReasoningEffort } from "@/shared/api/types";
import { strings } from "@/shared/i18n";
import { useLatest } from "@/shared/lib/use-latest";
import { isEffort } from "@/shared/providers/efforts";
import { announce } from "@/shared/ui/announcer";
import type { ComposerStore } from "./composer-store";
import type { ChosenModel } from "./model-picker";
import { report } from "./use-slash-commands";

export interface InForce extends ChosenModel {
  reasoning_effort: ReasoningEffort | null;
}

export interface Choice extends InForce {
  chooseModel: (chosen: ChosenModel) => void;
  chooseEffort: (effort: ReasoningEffort | null) => void;
}

export function useChoice(store: ComposerStore, id: string | null, inForce: InForce | undefined): Choice {
  const drafted = useStore(store, (state) => state.choice);

  async function change(changes: Pick<ConversationChanges, keyof InForce>, said: string) {
    if (id === null) {
      store.setState(({ choice }) => ({ choice: { ...choice, ...changes } }));
    } else {
      await changeConversation(id, changes);
    }
    announce(said);
  }

  const chooseModel = useLatest((chosen: ChosenModel) => {
    const text = strings().composer.model;
    change({ ...chosen }, text.changed(chosen.model ?? text.default)).catch(report);
  });
  const chooseEffort = useLatest((effort: ReasoningEffort | null) => {
    const text = strings().composer.effort;
    const said = text.changed(effort === null ? text.workspace : text.levels[effort]);
    change({ reasoning_effort: effort }, said).catch(report);
  });

  const now: InForce = inForce ?? {
    provider_id: drafted.provider_id ?? null,
    model: drafted.model ?? null,
    reasoning_effort: isEffort(drafted.reasoning_effort) ? drafted.reasoning_effort : null,
  };
  return { ...now, chooseModel, chooseEffort };
}
