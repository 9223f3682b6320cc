/**
 * Everything that a person can change about conversations, one function each. They throw `Problem` or `Unreachable`;
 * what they change comes back through the stream.
 */
import { call, client } from "./client";
import type { components } from "./schema";
import type { ReasoningEffort } from "./types";

type Schemas = components["schemas"];

export type SendMode = "queue" | "steer";
export type QueueItemChange = Schemas["QueueItemChange"];
export type MessageAccepted = Schemas["MessageAccepted"];

export interface ConversationChanges {
  title?: string | null;
  pinned?: boolean;
  archived?: boolean;
  workdir?: string;
  provider_id?: string | null;
  model?: string | null;
  reasoning_effort?: ReasoningEffort | null;
}

const inConversation = (id: string) => ({ params: { path: { conversation_id: id } } });
const inMessage = (id: string, messageId: string) => ({
  params: { path: { conversation_id: id, message_id: messageId } },
});

/** A name for a message, made before it is sent: however often it is sent, it is one message. */
export function newMessageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `msg_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export function createConversation(
  wanted: { workdir?: string; title?: string } = {},
): Promise<{ id: string }> {
  return call(client.POST("/api/conversations", { body: wanted }));
}

export interface Outgoing {
  content: string;
  /** From `newMessageId`; the same for every attempt to send this message. */
  id: string;
  /** What becomes of it while a turn runs. */
  mode: SendMode;
  attachments: readonly string[];
}

export function sendMessage(conversationId: string, message: Outgoing): Promise<MessageAccepted> {
  return call(
    client.POST("/api/conversations/{conversation_id}/messages", {
      ...inConversation(conversationId),
      body: { ...message, attachments: [...message.attachments] },
    }),
  );
}

export async function changeConversation(
  conversationId: string,
  changes: ConversationChanges,
): Promise<void> {
  await call(
    client.PATCH("/api/conversations/{conversation_id}", {
      ...inConversation(conversationId),
      body: changes,
    }),
  );
}

export async function deleteConversation(conversationId: string, purge = false): Promise<void> {
  await call(
    client.DELETE("/api/conversations/{conversation_id}", {
      params: { path: { conversation_id: conversationId }, query: { purge } },
    }),
  );
}

export async function restoreConversation(conversationId: string): Promise<void> {
  await call(client.POST("/api/conversations/{conversation_id}/restore", inConversation(conversationId)));
}

export async function stopTurn(conversationId: string): Promise<void> {
  await call(client.POST("/api/conversations/{conversation_id}/stop", inConversation(conversationId)));
}

export async function clearConversation(conversationId: string): Promise<void> {
  await call(client.POST("/api/conversations/{conversation_id}/clear", inConversation(conversationId)));
}

/** A new conversation with this one's messages up to that one. */
export function forkConversation(conversationId: string, messageId: string): Promise<{ id: string }> {
  return call(
    client.POST("/api/conversations/{conversation_id}/fork", {
      ...inConversation(conversationId),
      body: { message_id: messageId },
    }),
  );
}

export async function editMessage(
  conversationId: string,
  messageId: string,
  content: string,
  action: "save" | "resend",
): Promise<void> {
  await call(
    client.POST("/api/conversations/{conversation_id}/messages/{message_id}/edit", {
      ...inMessage(conversationId, messageId),
      body: { action, content },
    }),
  );
}

export async function regenerateAnswer(conversationId: string, messageId: string): Promise<void> {
  await call(
    client.POST(
      "/api/conversations/{conversation_id}/messages/{message_id}/regenerate",
      inMessage(conversationId, messageId),
    ),
  );
}

export async function retryError(conversationId: string, messageId: string, errorId: string): Promise<void> {
  await call(
    client.POST("/api/conversations/{conversation_id}/messages/{message_id}/errors/{error_id}/retry", {
      params: { path: { conversation_id: conversationId, message_id: messageId, error_id: errorId } },
    }),
  );
}

/** Makes that message's branch the current one. */
export async function selectBranch(conversationId: string, messageId: string): Promise<void> {
  await call(
    client.POST(
      "/api/conversations/{conversation_id}/messages/{message_id}/select",
      inMessage(conversationId, messageId),
    ),
  );
}

/**
 * The queue as it is to be: what is not named is removed. `seq` is the conversation's when the queue was seen: what was
 * added after it stays, at the end.
 */
export async function changeQueue(
  conversationId: string,
  items: readonly QueueItemChange[],
  seq: number,
): Promise<void> {
  await call(
    client.PUT("/api/conversations/{conversation_id}/queue", {
      ...inConversation(conversationId),
      body: { items: [...items], seq },
    }),
  );
}

/** Tells the workspace that a person has seen the conversation up to there. */
export async function markSeen(conversationId: string, seq: number): Promise<void> {
  await call(
    client.POST("/api/conversations/{conversation_id}/read", {
      ...inConversation(conversationId),
      body: { seq },
    }),
  );
}

/** While a turn runs the message steers it next; else it is sent at once. */
export async function sendQueued(conversationId: string, itemId: string): Promise<void> {
  await call(
    client.POST("/api/conversations/{conversation_id}/queue/{item_id}/send", {
      params: { path: { conversation_id: conversationId, item_id: itemId } },
    }),
  );
}
