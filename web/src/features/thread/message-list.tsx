/**
 * The scroller with the messages. Only those in view are on the page.
 *
 * Invariants:
 *
 * - It opens at the end, or at the message that was asked for, and follows the end until somebody scrolls away.
 * - What a person reads stays where it is: whatever is added or changes its height above or below it.
 * - It is drawn again when messages come or the visible range changes, never because one of them grows.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type FocusEvent,
  type RefObject,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useStrings } from "@/shared/i18n";
import { loadOlder, useBranch, useOlder } from "@/shared/live/store";
import { JumpToLatest } from "./jump-to-latest";
import { MessageRow } from "./message-row";
import { OlderMessages } from "./older-messages";
import { ReadingPlace } from "./reading-place";
import { useFollowOwn } from "./use-follow-own";
import type { MessageListControls, MessageListHandle } from "./use-message-list";
import { useShownMessage } from "./use-shown-message";
import { useThreadCommands } from "./use-thread-commands";

/** How far from the end still counts as at the end, in pixels. */
const END = 24;
const NEVER = -1;
/** How many messages before the oldest loaded one its predecessors are loaded. */
const AHEAD = 6;
const ROW_HEIGHT = 140;

export interface MessageListProps {
  conversationId: string;
  handle: MessageListHandle;
}

export function MessageList({ conversationId, handle }: MessageListProps) {
  const { thread } = useStrings();
  const rows = useBranch(conversationId);
  const scroller = useRef<HTMLDivElement>(null);
  const held = useRef(false);
  const [atEnd, setAtEnd] = useState(true);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: useCallback(() => scroller.current, []),
    estimateSize: useCallback(() => ROW_HEIGHT, []),
    getItemKey: useCallback((index: number) => rows[index] ?? index, [rows]),
    overscan: 4,
    paddingStart: 56,
    paddingEnd: 32,
    scrollPaddingStart: 8,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: held.current ? NEVER : END,
    directDomUpdates: true,
    directDomUpdatesMode: "position",
    // In the list's own numbers: reading the document here would have it laid out with every step.
    onChange: (list) =>
      setAtEnd(list.getTotalSize() - (list.scrollRect?.height ?? 0) - (list.scrollOffset ?? 0) <= END),
  });

  const [place] = useState(() => new ReadingPlace());
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = (item, delta, list) => {
    const offset = list.scrollOffset ?? 0;
    if (!list.itemSizeCache.has(item.key)) {
      return item.start < offset;
    }
    if (item.end <= offset) {
      return list.scrollDirection !== "backward";
    }
    const moved = item.start < offset && scroller.current ? place.moved(scroller.current) : null;
    return moved !== null && Math.abs(moved - delta) <= 1;
  };

  const controls = useControls({ rows, scroller, held, virtualizer });
  useImperativeHandle(handle.controls, () => controls, [controls]);
  const shownId = useShownMessage(conversationId, rows, controls);
  useThreadCommands(conversationId, rows, controls);
  useFollowOwn(conversationId, rows, controls);

  const opened = useRef(false);
  useLayoutEffect(() => {
    if (!opened.current && rows.length > 0) {
      opened.current = true;
      controls.toEnd();
    }
  }, [rows.length, controls]);

  const jump = () => {
    controls.toEnd();
    // The button goes away; what it led to has the focus then.
    scroller.current?.focus({ preventScroll: true });
  };
  const items = virtualizer.getVirtualItems();
  useOlderAhead(conversationId, rows, items[0]?.index);
  const noteFocus = useKeptFocus(scroller);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <section
        ref={scroller}
        aria-label={thread.messages}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onFocus={noteFocus}
        onScroll={() => scroller.current && place.note(scroller.current)}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain -outline-offset-2 [overflow-anchor:none]"
      >
        <div ref={virtualizer.containerRef} className="relative w-full">
          <OlderMessages conversationId={conversationId} />
          {items.map(({ key, index }) => (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className="absolute inset-x-0 top-0"
            >
              <MessageRow
                conversationId={conversationId}
                messageId={rows[index] ?? ""}
                previousId={rows[index - 1]}
                latest={index === rows.length - 1}
                shown={rows[index] === shownId}
              />
            </div>
          ))}
        </div>
        <JumpToLatest rows={rows} atEnd={atEnd} onJump={jump} />
      </section>
    </div>
  );
}

/** A row that had the focus can leave the page (another branch, scrolled away): the list has the focus then. */
function useKeptFocus(scroller: RefObject<HTMLDivElement | null>): (event: FocusEvent) => void {
  const focused = useRef<Element | null>(null);
  useEffect(() => {
    if (focused.current && !focused.current.isConnected && document.activeElement === document.body) {
      focused.current = null;
      scroller.current?.focus({ preventScroll: true });
    }
  });
  return useCallback((event) => {
    focused.current = event.target;
  }, []);
}

interface ControlParts {
  rows: readonly string[];
  scroller: RefObject<HTMLDivElement | null>;
  held: RefObject<boolean>;
  virtualizer: ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>;
}

/** The same object for as long as the list is on the page. */
function useControls(parts: ControlParts): MessageListControls {
  const latest = useRef(parts);
  latest.current = parts;
  const [controls] = useState<MessageListControls>(() => ({
    show(messageId, align) {
      const index = latest.current.rows.lastIndexOf(messageId);
      if (index < 0) {
        return false;
      }
      latest.current.virtualizer.scrollToIndex(index, { align });
      return true;
    },
    toEnd: () => latest.current.virtualizer.scrollToEnd(),
    by: (pixels) => latest.current.virtualizer.scrollBy(pixels),
    firstVisible() {
      const { virtualizer, scroller } = latest.current;
      const offset = scroller.current?.scrollTop ?? 0;
      return virtualizer.getVirtualItemForOffset(offset + 8)?.index ?? 0;
    },
    holdPlace() {
      const { virtualizer, held } = latest.current;
      held.current = true;
      virtualizer.options.scrollEndThreshold = NEVER;
      // What was pressed has its new height in the next frame; the frame after it follows the end again.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          held.current = false;
          latest.current.virtualizer.options.scrollEndThreshold = END;
        }),
      );
    },
    scroller: () => latest.current.scroller.current,
  }));
  return controls;
}

/** Loads older messages before the oldest one comes into view. What failed is not asked again by itself. */
function useOlderAhead(
  conversationId: string,
  rows: readonly string[],
  firstIndex: number | undefined,
): void {
  const { more, failed } = useOlder(conversationId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every page that was added may call for the next one
  useEffect(() => {
    if (more && !failed && firstIndex !== undefined && firstIndex < AHEAD) {
      void loadOlder(conversationId);
    }
  }, [conversationId, more, failed, firstIndex, rows]);
}
