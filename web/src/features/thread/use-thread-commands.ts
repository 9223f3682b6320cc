/** What can be done with the thread by name and by keys. */
import { useStrings } from "@/shared/i18n";
import { useCommands } from "@/shared/lib/commands";
import { useWorkspace } from "@/shared/lib/workspace";
import { messagesOf } from "./current-view";
import type { MessageListControls } from "./use-message-list";
import { focusMessage } from "./use-shown-message";

/** The next message of a person before or after what is seen first. */
export function neighbour(
  rows: readonly string[],
  from: number,
  step: 1 | -1,
  isOwn: (id: string) => boolean,
): string | undefined {
  for (let index = from + step; index >= 0 && index < rows.length; index += step) {
    const id = rows[index];
    if (id !== undefined && isOwn(id)) {
      return id;
    }
  }
  return undefined;
}

function atEnd(controls: MessageListControls): boolean {
  const scroller = controls.scroller();
  return scroller !== null && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 24;
}

export function useThreadCommands(
  conversationId: string,
  rows: readonly string[],
  controls: MessageListControls,
): void {
  const { thread } = useStrings();
  useCommands(() => {
    const go = (step: 1 | -1) => {
      const messages = messagesOf(conversationId);
      const focused = document.activeElement?.closest<HTMLElement>("[data-message-id]")?.dataset.messageId;
      // From the end, where people write, the way back begins at the end.
      const unfocused = step === -1 && atEnd(controls) ? rows.length : controls.firstVisible();
      const from = focused === undefined ? unfocused : rows.indexOf(focused);
      const id = neighbour(rows, from, step, (row) => messages.get(row)?.author === "user");
      if (id !== undefined) {
        controls.show(id, "start");
        focusMessage(controls, id);
      } else if (step === 1) {
        controls.toEnd();
      }
    };
    return [
      {
        id: "thread.search",
        title: thread.search,
        group: "thread",
        shortcut: "mod+f",
        run: () => useWorkspace.setState({ threadSearch: true }),
      },
      {
        id: "thread.previous",
        title: thread.previousUserMessage,
        group: "thread",
        shortcut: "alt+arrowup",
        whileTyping: true,
        run: () => go(-1),
      },
      {
        id: "thread.next",
        title: thread.nextUserMessage,
        group: "thread",
        shortcut: "alt+arrowdown",
        whileTyping: true,
        run: () => go(1),
      },
      {
        id: "thread.latest",
        title: thread.jumpToLatest,
        group: "thread",
        shortcut: "alt+end",
        whileTyping: true,
        run: () => controls.toEnd(),
      },
    ];
  }, [thread, conversationId, rows, controls]);
}
