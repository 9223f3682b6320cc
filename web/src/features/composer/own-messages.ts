/** What somebody wrote in a conversation, for going back through it. */
import type { Message } from "@/shared/api/types";
import { branch } from "@/shared/live/conversation";
import { getView } from "@/shared/live/store";

function textOf({ parts }: Message): string {
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

/** The texts of the loaded messages on the current branch, newest first. */
export function ownMessages(conversationId: string | null): readonly string[] {
  const view = conversationId === null ? null : getView(conversationId);
  if (!view) {
    return [];
  }
  return branch(view)
    .flatMap((id) => {
      const message = view.messages.get(id);
      return message?.author === "user" ? [textOf(message)] : [];
    })
    .filter((text) => text.trim() !== "")
    .reverse();
}
