/**
 * A conversation at every moment of its journal: the same fold as the live one, over the stored events.
 *
 * Views share what did not change, so a checkpoint costs little; going to any place folds at most `STRIDE` events.
 */
import type { StreamEvent } from "@/shared/api/types";
import { applyEvents, type ConversationView, emptyView } from "@/shared/live/conversation";

const STRIDE = 200;

export class Timeline {
  readonly events: readonly StreamEvent[];
  readonly #checkpoints: ConversationView[];

  constructor(conversationId: string, events: readonly StreamEvent[]) {
    this.events = events;
    this.#checkpoints = [emptyView(conversationId)];
  }

  /** The view after the first `count` events. */
  viewAfter(count: number): ConversationView {
    const wanted = Math.min(Math.floor(count / STRIDE), Math.floor(this.events.length / STRIDE));
    while (this.#checkpoints.length <= wanted) {
      const known = this.#checkpoints.length - 1;
      const slice = this.events.slice(known * STRIDE, (known + 1) * STRIDE);
      this.#checkpoints.push(applyEvents(this.#checkpoint(known), slice));
    }
    return applyEvents(this.#checkpoint(wanted), this.events.slice(wanted * STRIDE, count));
  }

  /** The place just after the nearest person's message before or after a place; the same place where there is none. */
  messagePlace(count: number, direction: -1 | 1): number {
    for (let place = count + direction; place >= 1 && place <= this.events.length; place += direction) {
      if (this.events[place - 1]?.type === "message") {
        return place;
      }
    }
    return direction === -1 ? 0 : this.events.length;
  }

  #checkpoint(index: number): ConversationView {
    const view = this.#checkpoints[index];
    if (!view) {
      throw new RangeError(`checkpoint ${index} is not made yet`);
    }
    return view;
  }
}
