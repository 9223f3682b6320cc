/** What the parts around the list of messages may ask of it. The list fills the handle in while it is on the page. */
import { useMemo, useRef } from "react";

export interface MessageListControls {
  /** Brings a message into view; false if it is not loaded or not on the branch. */
  show(messageId: string, align: "start" | "center"): boolean;
  toEnd(): void;
  /** Scrolls by so many pixels. */
  by(pixels: number): void;
  /** The first message that can be seen. */
  firstVisible(): number;
  /** Stops following the end until what was just pressed has changed its height. */
  holdPlace(): void;
  scroller(): HTMLElement | null;
}

export interface MessageListHandle {
  readonly controls: { current: MessageListControls | null };
  readonly holdPlace: () => void;
}

export function useMessageListHandle(): MessageListHandle {
  const controls = useRef<MessageListControls | null>(null);
  return useMemo(() => ({ controls, holdPlace: () => controls.current?.holdPlace() }), []);
}
