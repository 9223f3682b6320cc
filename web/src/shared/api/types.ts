/** The server's facts, by the names that its document gives them. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Message = Schemas["Message"];
export type ConversationState = Schemas["ConversationState"];
export type ConversationDetails = Schemas["ConversationDetails"];
export type ConversationListed = Schemas["ConversationListed"];
export type StreamEvent = Schemas["StreamEvent"];
export type SnapshotEvent = Schemas["SnapshotEvent"];
export type TextPart = Schemas["TextPart"];
export type ThinkingPart = Schemas["ThinkingPart"];
export type ToolPart = Schemas["ToolPart"];
export type ToolResult = Schemas["ToolResult"];
export type ErrorPart = Schemas["ErrorPart"];
export type AttachmentPart = Schemas["AttachmentPart"];
export type MarkerPart = Schemas["MarkerPart"];
export type Part = Message["parts"][number];
export type QueueItem = Schemas["QueueItem"];
export type Usage = Schemas["Usage"];
export type ProblemDetails = Schemas["ProblemDetails"];
export type JsonValue = Schemas["JsonValue"];
export type ReasoningEffort = NonNullable<ConversationState["reasoning_effort"]>;
