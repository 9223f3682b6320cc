/** Brings the current match into view, opens what hides it, and keeps the marks right while rows come and go. */
import { useEffect } from "react";
import { messagesOf } from "./current-view";
import { clearMarks, markMatches } from "./highlights";
import { setFold } from "./kept-state";
import { foldsAround, type Match } from "./search-text";
import type { MessageListHandle } from "./use-message-list";

const SETTLE_MILLISECONDS = 80;
/** How long a match may take to come on the page: rows are drawn and measured, then their code is coloured. */
const LOOKS = 12;
const OUTLINE = ["outline-2", "outline-accent", "rounded-sm"];

export function useSearchMarks(
  conversationId: string,
  list: MessageListHandle,
  query: string,
  current: Match | undefined,
): void {
  useEffect(() => {
    const controls = list.controls.current;
    const scroller = controls?.scroller();
    if (!controls || !scroller) {
      return;
    }
    let outlined: Element | null = null;
    let looks = current ? LOOKS : 0;
    const mark = () => {
      const found = markMatches(scroller, query, current);
      outlined?.classList.remove(...OUTLINE);
      outlined = found instanceof Element ? found : null;
      outlined?.classList.add(...OUTLINE);
      if (found && looks > 0) {
        looks = 0;
        bringIntoView(scroller, found, controls.by);
      }
    };
    if (current) {
      const message = messagesOf(conversationId).get(current.messageId);
      for (const fold of message ? foldsAround(message, current.partId) : []) {
        setFold(conversationId, fold, true);
      }
      controls.show(current.messageId, "center");
    }
    let timer = setTimeout(mark, SETTLE_MILLISECONDS);
    const observer = new MutationObserver(() => {
      clearTimeout(timer);
      looks = Math.max(0, looks - 1);
      timer = setTimeout(mark, SETTLE_MILLISECONDS);
    });
    observer.observe(scroller, { childList: true, characterData: true, subtree: true });
    return () => {
      observer.disconnect();
      clearTimeout(timer);
      outlined?.classList.remove(...OUTLINE);
      clearMarks();
    };
  }, [conversationId, list, query, current]);
}

function bringIntoView(scroller: HTMLElement, found: Range | Element, by: (pixels: number) => void): void {
  const box = found.getBoundingClientRect();
  const frame = scroller.getBoundingClientRect();
  // Below the search's own bar, and not at the very edge.
  if (box.top < frame.top + 72 || box.bottom > frame.bottom - 24) {
    by(box.top - frame.top - frame.height / 2);
  }
}
