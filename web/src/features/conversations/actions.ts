/** What can be done to a conversation from the list and from its header; what is destructive can be taken back. */
import { changeConversation, deleteConversation, restoreConversation } from "@/shared/api/commands";
import { strings } from "@/shared/i18n";
import { problemSentence } from "@/shared/ui/feedback";
import { toast } from "@/shared/ui/toast";

/** What the list knows of a conversation, as far as the actions need it. */
export interface Named {
  id: string;
  title: string | null;
  pinned: boolean;
  archived: boolean;
}

export function titleOf(conversation: { title: string | null } | undefined): string {
  return conversation?.title ?? strings().conversations.untitled;
}

/** Does something and says so if it did not work. */
async function attempt(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    toast({
      title: strings().common.failed,
      description: problemSentence(error),
      tone: "danger",
    });
    return false;
  }
}

/** An empty title gives the naming back to the workspace. */
export function rename(conversation: Named, title: string): Promise<boolean> {
  const wanted = title.trim();
  if (wanted === (conversation.title ?? "")) {
    return Promise.resolve(true);
  }
  return attempt(() => changeConversation(conversation.id, { title: wanted === "" ? null : wanted }));
}

export function togglePin(conversation: Named): Promise<boolean> {
  return attempt(() => changeConversation(conversation.id, { pinned: !conversation.pinned }));
}

export async function toggleArchive(conversation: Named): Promise<boolean> {
  const t = strings();
  const done = await attempt(() => changeConversation(conversation.id, { archived: !conversation.archived }));
  if (done && !conversation.archived) {
    toast({
      title: t.conversations.movedToArchive(titleOf(conversation)),
      action: {
        label: t.common.undo,
        run: () => void attempt(() => changeConversation(conversation.id, { archived: false })),
      },
    });
  }
  return done;
}

export async function remove(conversation: Named): Promise<boolean> {
  const t = strings();
  const done = await attempt(() => deleteConversation(conversation.id));
  if (done) {
    toast({
      title: t.conversations.deleted(titleOf(conversation)),
      action: {
        label: t.common.undo,
        run: () => void attempt(() => restoreConversation(conversation.id)),
      },
      duration: 10_000,
    });
  }
  return done;
}

export function chooseFolder(conversationId: string, workdir: string): Promise<boolean> {
  return attempt(() => changeConversation(conversationId, { workdir }));
}
