/**
 * A view while a batch of events is folded into it: what is touched is copied once and then changed in place; the view
 * it began with stays as it is. The rules are those of `flowent.domain.conversation`.
 *
 * A message that is not loaded is passed over. Where that is a new message (its parent or its siblings are unknown), the
 * head is left on a message that is not there, which marks the view incomplete.
 */
import type {
  ConversationState,
  Message,
  Part,
  SnapshotEvent,
  StreamEvent,
  ToolPart,
} from "@/shared/api/types";
import type { ConversationView } from "./conversation";
import { type Arriving, addCost, addUsage, firstPiece, openOf } from "./parts";

type Of<Type extends StreamEvent["type"]> = Extract<StreamEvent, { type: Type }>;
type Stored = Exclude<StreamEvent, SnapshotEvent>;
type Begun = Pick<Message, "id" | "parent_id" | "author" | "parts" | "turn_id">;

/** Turns of these causes go on in a message that is there already. */
const GOES_ON: ReadonlySet<string> = new Set(["retry", "resumed", "recovered"]);

export class Draft {
  /** Whether messages came or the head moved, so that the branch may be another one. */
  moved = false;
  private readonly view: ConversationView;
  private readonly state: ConversationState;
  private messages: Map<string, Message> | null = null;
  private openParts: Map<string, readonly string[]> | null = null;
  private children: Map<string | null, string[]> | null = null;
  /** Messages and parts that were copied for this batch and belong to it. */
  private readonly owned = new Set<Message | Part>();

  constructor(view: ConversationView) {
    this.view = view;
    this.state = { ...view.state };
  }

  get seq(): number {
    return this.state.seq;
  }

  /** Gives the view after the batch; the draft must not be used again. */
  finish(): ConversationView {
    if (this.state.seq === this.view.state.seq && !this.messages && !this.moved) {
      return this.view;
    }
    return {
      ...this.view,
      state: this.state,
      messages: this.messages ?? this.view.messages,
      openParts: this.openParts ?? this.view.openParts,
    };
  }

  /** Folds one event that comes after what was folded. */
  fold(event: StreamEvent): void {
    if (event.type === "snapshot") {
      this.catchUp(event);
    } else {
      this.apply(event);
    }
  }

  /** A snapshot is made for this state's seq or an earlier one: it has whatever changed since, whole. */
  private catchUp(event: SnapshotEvent): void {
    const messages = this.writable();
    for (const message of event.messages) {
      messages.set(message.id, message);
    }
    this.children = null;
    this.openParts = new Map(openOf(messages.values(), event.open_parts));
    Object.assign(this.state, event.state);
    this.moved = true;
  }

  private apply(event: Stored): void {
    this.state.seq = event.seq;
    if (event.type === "delta" || event.type === "thinking_delta" || event.type === "tool_input_delta") {
      this.arrive(event);
      return;
    }
    this.state.updated_at = event.at;
    switch (event.type) {
      case "message":
        this.add({ ...event, id: event.message_id }, event.at);
        break;
      case "message_edited":
        this.change(event.message_id, { parts: [...event.parts], edited: true });
        break;
      case "head_moved":
        this.moveHead(event.head);
        break;
      case "queue_changed":
        this.state.queue = event.items;
        break;
      case "conversation_changed":
        this.state.created_at ||= event.at;
        Object.assign(this.state, event.changed);
        break;
      case "context_set":
        break;
      case "start":
        this.start(event);
        break;
      case "output_start":
        if (this.change(event.message_id, { retrying: null })) {
          this.writableOpen().set(event.message_id, []);
        }
        break;
      case "output_done":
        this.closeOutput(event);
        break;
      case "retrying":
        this.change(event.message_id, { retrying: event.message });
        break;
      case "tool_start": {
        const { id, title, arguments: given } = event.tool;
        this.changeTool(event.message_id, id, { title, arguments: given, status: "running" });
        break;
      }
      case "tool_done":
        this.endTool(event, "completed");
        break;
      case "tool_error":
        this.endTool(event, event.status);
        break;
      case "usage":
        this.count(event);
        break;
      case "error":
        this.setParts(event.message_id, [event.part]);
        break;
      case "done":
        this.change(event.message_id, { status: event.status, retrying: null });
        break;
      case "turn_ended": {
        this.setTurn(null);
        const message = this.change(event.message_id, { retrying: null });
        if (message?.status === "running") {
          message.status = "interrupted";
        }
        break;
      }
    }
  }

  // What is touched

  private writable(): Map<string, Message> {
    this.messages ??= new Map(this.view.messages);
    return this.messages;
  }

  private writableOpen(): Map<string, readonly string[]> {
    this.openParts ??= new Map(this.view.openParts);
    return this.openParts;
  }

  private message(id: string): Message | undefined {
    return (this.messages ?? this.view.messages).get(id);
  }

  /** Gives a loaded message as this batch's own, to be changed in place. */
  private own(id: string): Message | undefined {
    const message = this.message(id);
    if (!message || this.owned.has(message)) {
      return message;
    }
    const copy = { ...message, parts: [...message.parts] };
    this.owned.add(copy);
    this.writable().set(id, copy);
    return copy;
  }

  private change(id: string, changes: Partial<Message>): Message | undefined {
    const message = this.own(id);
    return message && Object.assign(message, changes);
  }

  private setTurn(turnId: string | null): void {
    this.state.turn_id = turnId;
    this.state.status = turnId === null ? "idle" : "running";
  }

  private moveHead(head: string | null): void {
    this.state.head = head;
    this.moved = true;
  }

  // The tree

  private add(begun: Begun, at: number): void {
    this.moveHead(begun.id);
    const siblings = this.siblings(begun.parent_id);
    if (!siblings || this.message(begun.id)) {
      return;
    }
    const all = [...siblings, begun.id];
    for (const sibling of siblings) {
      this.change(sibling, { siblings: all });
    }
    const message: Message = {
      id: begun.id,
      parent_id: begun.parent_id,
      siblings: all,
      author: begun.author,
      status: begun.author === "assistant" ? "running" : "completed",
      parts: [...begun.parts],
      turn_id: begun.turn_id,
      created_at: at,
      edited: false,
      model: null,
      usage: null,
      cost: null,
      retrying: null,
    };
    this.owned.add(message);
    this.writable().set(message.id, message);
    this.children?.set(begun.parent_id, all);
  }

  /** Names the messages of one parent, oldest first; undefined where that cannot be known. */
  private siblings(parentId: string | null): readonly string[] | undefined {
    if (parentId !== null && !this.message(parentId)) {
      return undefined;
    }
    if (!this.children) {
      this.children = new Map();
      for (const message of (this.messages ?? this.view.messages).values()) {
        this.children.set(message.parent_id, message.siblings);
      }
    }
    return this.children.get(parentId) ?? (parentId === null && this.view.partial ? undefined : []);
  }

  private start(event: Of<"start">): void {
    this.setTurn(event.turn_id);
    const { message_id: id, parent_id, turn_id } = event;
    const goesOn = GOES_ON.has(event.cause);
    if (!this.message(id) && !(goesOn && this.view.partial)) {
      this.add({ id, parent_id, author: "assistant", parts: [], turn_id }, event.at);
    }
    if (event.cause === "retry") {
      this.moveHead(id);
    }
    const message = this.own(id);
    if (!message) {
      return;
    }
    message.status = "running";
    message.model = event.model || message.model || null;
    message.parts = message.parts.filter((part) => part.id !== event.error_id);
    if (event.cause === "resumed" || event.cause === "recovered") {
      this.setParts(id, [{ type: "marker", id: `${id}.${event.cause}.${event.seq}`, kind: event.cause }]);
    }
  }

  // The parts

  private arrive(event: Arriving): void {
    const message = this.own(event.message_id);
    if (!message) {
      return;
    }
    const index = message.parts.findLastIndex((part) => part.id === event.part_id);
    const part = message.parts[index];
    if (!part) {
      const begun = firstPiece(event);
      this.owned.add(begun);
      message.parts.push(begun);
      this.open(message.id, begun.id);
      return;
    }
    const own = this.owned.has(part) ? part : { ...part };
    if (own !== part) {
      this.owned.add(own);
      message.parts[index] = own;
    }
    if (own.type === "tool") {
      own.input += event.text;
    } else if (own.type === "text" || own.type === "thinking") {
      own.text += event.text;
    }
  }

  private open(messageId: string, partId: string): void {
    const open = this.writableOpen();
    open.set(messageId, [...(open.get(messageId) ?? []), partId]);
  }

  private closeOutput(event: Of<"output_done">): void {
    const message = this.own(event.message_id);
    if (!message) {
      return;
    }
    const open = this.writableOpen();
    const arrived = new Set(open.get(message.id));
    open.delete(message.id);
    message.parts = message.parts.filter((part) => !arrived.has(part.id));
    this.setParts(message.id, event.parts);
  }

  /** Puts parts in the places of those of the same ids, new ones at the end. */
  private setParts(messageId: string, parts: readonly Part[]): void {
    const message = this.own(messageId);
    for (const part of parts) {
      const index = message?.parts.findIndex((other) => other.id === part.id) ?? -1;
      if (index >= 0) {
        message?.parts.splice(index, 1, part);
      } else {
        message?.parts.push(part);
      }
    }
  }

  private changeTool(messageId: string, toolId: string, changes: Partial<ToolPart>): void {
    const part = this.message(messageId)?.parts.find((other) => other.id === toolId);
    if (part?.type === "tool") {
      this.setParts(messageId, [{ ...part, ...changes }]);
    }
  }

  private endTool(event: Of<"tool_done" | "tool_error">, status: ToolPart["status"]): void {
    const { title, result, duration_ms } = event;
    this.changeTool(event.message_id, event.tool_id, { title, status, result, duration_ms });
    const { data } = result;
    if (typeof data === "object" && data !== null && "kind" in data && data.kind === "plan") {
      this.state.plan = data;
    }
  }

  private count(event: Of<"usage">): void {
    const { last, cost } = event;
    const message = this.own(event.message_id);
    if (message) {
      message.usage = message.usage ? addUsage(message.usage, last) : last;
      message.cost = message.cost ? addCost(message.cost, cost) : cost;
    }
    this.state.usage = event.total;
    this.state.cost = addCost(this.state.cost, cost);
    this.state.last_usage = last;
    this.state.context_window = event.context_window ?? null;
  }
}
