/**
 * Changes to the queue, and what a person is told of them. The queue that is shown comes back through the stream; where
 * a message was sent in the meantime the server changes nothing, and nothing that was written is lost.
 */
import { Problem } from "@/shared/api/client";
import {
  changeQueue,
  newMessageId,
  type QueueItemChange,
  sendMessage,
  sendQueued,
} from "@/shared/api/commands";
import type { QueueItem } from "@/shared/api/types";
import { strings } from "@/shared/i18n";
import { announce } from "@/shared/ui/announcer";
import { problemSentence } from "@/shared/ui/feedback";
import { toast } from "@/shared/ui/toast";
import { type ComposerStore, keptPreview } from "./composer-store";
import { changed, filesOf, moved, textOf, without } from "./queue-changes";
import { takeOrphans } from "./queue-edits";
import { isGone } from "./sending";

export interface QueueContext {
  conversationId: string;
  /** The queue as it is now, as of which event, and whether a turn runs. */
  now: () => { items: readonly QueueItem[]; seq: number; busy: boolean };
  store: ComposerStore;
}

function tell(error: unknown, more?: string): void {
  const text = strings().composer.queue;
  if (isGone(error)) {
    toast({ title: text.gone, description: more ?? text.goneHint, tone: "info" });
  } else {
    toast({
      title: text.failed,
      description: [problemSentence(error), more].filter(Boolean).join(" "),
      tone: "danger",
    });
  }
}

/** Gives whether it was changed. */
async function apply(
  { conversationId }: QueueContext,
  items: readonly QueueItemChange[] | null,
  seq: number,
): Promise<boolean> {
  if (items === null) {
    return false;
  }
  try {
    await changeQueue(conversationId, items, seq);
    return true;
  } catch (error) {
    tell(error);
    return false;
  }
}

export async function moveItem(context: QueueContext, id: string, to: number): Promise<void> {
  const { items, seq } = context.now();
  if (await apply(context, moved(items, id, to), seq)) {
    announce(strings().composer.queue.moved(to + 1, items.length));
  }
}

export async function setItemMode(context: QueueContext, id: string, mode: QueueItem["mode"]): Promise<void> {
  const { items, seq } = context.now();
  if (await apply(context, changed(items, { id, mode }), seq)) {
    const text = strings().composer.queue;
    announce(mode === "queue" ? text.queue : text.steer);
  }
}

function appendToField(store: ComposerStore, content: string): void {
  store.setState(({ text }) => ({ text: text === "" ? content : `${text}\n\n${content}` }));
}

/** Saves another text; where the message was sent meanwhile, what was written goes into the field. */
export async function saveItem(context: QueueContext, id: string, content: string): Promise<void> {
  const text = strings().composer.queue;
  const { items: before, seq } = context.now();
  const items = changed(before, { id, content });
  try {
    if (items === null) {
      throw new Problem(404, undefined);
    }
    await changeQueue(context.conversationId, items, seq);
    announce(text.saved);
  } catch (error) {
    appendToField(context.store, content);
    tell(error, text.textKept);
  }
}

/** Puts texts whose messages were sent while they were edited into the field; gives whether there were any. */
export function rescueEdits(context: QueueContext, waiting: readonly QueueItem[]): boolean {
  const texts = takeOrphans(context.conversationId, waiting);
  for (const content of texts) {
    appendToField(context.store, content);
  }
  const { gone, textKept } = strings().composer.queue;
  if (texts.length > 0) {
    toast({ title: gone, description: textKept, tone: "info" });
  }
  return texts.length > 0;
}

export async function sendItem({ conversationId }: QueueContext, id: string): Promise<void> {
  try {
    await sendQueued(conversationId, id);
    announce(strings().composer.queue.sentNow);
  } catch (error) {
    tell(error);
  }
}

/** Puts a removed message back: into the queue while a turn runs, else into the field, since it would be sent at once. */
async function restore(context: QueueContext, item: QueueItem, place: number): Promise<void> {
  const text = strings().composer.queue;
  const files = filesOf(item);
  const content = textOf(item);
  if (!context.now().busy) {
    appendToField(context.store, content);
    context.store.setState(({ attachments }) => ({
      attachments: [
        ...attachments,
        ...files.map(({ attachment_id: id, name, media_type: mediaType, size }) => ({
          key: `${id}-${newMessageId()}`,
          name,
          mediaType,
          size,
          preview: keptPreview({ id, name, mediaType, size }),
          state: { kind: "ready" as const, id },
        })),
      ],
    }));
    announce(text.backInField);
    return;
  }
  const id = newMessageId();
  try {
    const attachments = files.map((file) => file.attachment_id);
    await sendMessage(context.conversationId, { id, content, attachments, mode: item.mode });
    announce(text.restored);
  } catch (error) {
    appendToField(context.store, content);
    tell(error, text.textKept);
    return;
  }
  const { items, seq } = context.now();
  const back = items.some((other) => other.id === id) ? items : [...items, { ...item, id }];
  const target = moved(back, id, Math.min(place, back.length - 1));
  if (target && back.length > 1) {
    // Its place is worth an attempt, not a complaint: it waits already.
    await changeQueue(context.conversationId, target, seq).catch(() => undefined);
  }
}

export async function removeItem(context: QueueContext, id: string): Promise<void> {
  const { items, seq } = context.now();
  const place = items.findIndex((other) => other.id === id);
  const item = items[place];
  if (!item || !(await apply(context, without(items, id), seq))) {
    return;
  }
  const { common, composer } = strings();
  toast({
    title: composer.queue.removed,
    action: { label: common.undo, run: () => void restore(context, item, place) },
  });
}
