"""What a person sees of a conversation: the fold of its events.

Invariants:

- The state depends on the events alone: the same events give the same state, in any process.
- ``fold(all) == fold(all up to N, snapshot after N, rest)`` for every N: a snapshot holds every message that changed
  after N, whole, and everything about the conversation that is not a message.
- Applying a delta costs the same however long the answer is: its text is kept in pieces and joined when it is read.
- Messages are never removed from the tree; parts of the open step are, when its ``output_done`` replaces them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from flowent.domain.events import (
    AnswerDone,
    ContextSet,
    ConversationChanged,
    Delta,
    ErrorRaised,
    Event,
    HeadMoved,
    MessageAdded,
    MessageEdited,
    OutputDone,
    OutputStarted,
    QueueChanged,
    Recorded,
    Retrying,
    Snapshot,
    ThinkingDelta,
    ToolDone,
    ToolFailed,
    ToolInputDelta,
    ToolStarted,
    TurnEnded,
    TurnStarted,
    UsageKnown,
)
from flowent.domain.messages import ConversationState, Message, QueueItem
from flowent.domain.parts import MarkerPart, Part, TextPart, ThinkingPart, ToolPart
from flowent.domain.usage import Cost, Usage
from flowent.domain.values import AnswerStatus, Mode, ReasoningEffort

Author = Literal["user", "assistant", "system"]
DeltaEvent = Delta | ThinkingDelta | ToolInputDelta


@dataclass(slots=True)
class _Arriving:
    """A part of the open step, in the pieces in which it arrives."""

    id: str
    kind: Literal["text", "thinking", "tool"]
    name: str
    pieces: list[str]

    def part(self) -> Part:
        text = "".join(self.pieces)
        self.pieces = [text]
        match self.kind:
            case "text":
                return TextPart(id=self.id, text=text)
            case "thinking":
                return ThinkingPart(id=self.id, text=text)
            case "tool":
                return ToolPart(id=self.id, call_id="", name=self.name, input=text)


def _arriving(part: Part) -> _Arriving:
    match part:
        case TextPart():
            return _Arriving(part.id, "text", "", [part.text])
        case ThinkingPart():
            return _Arriving(part.id, "thinking", "", [part.text])
        case ToolPart():
            return _Arriving(part.id, "tool", part.name, [part.input])
        case _:
            raise ValueError(f"a {part.type} part cannot be arriving")


@dataclass(slots=True)
class _Node:
    """A message while it can still change. ``changed`` is the seq of its last change."""

    id: str
    parent_id: str | None
    author: Author
    status: AnswerStatus
    parts: dict[str, Part | _Arriving]
    turn_id: str | None
    created_at: int
    changed: int
    children: list[str] = field(default_factory=list[str])
    edited: bool = False
    model: str | None = None
    usage: Usage | None = None
    cost: Cost | None = None
    retrying: str | None = None
    frozen: Message | None = None

    def touch(self, seq: int) -> None:
        self.changed = seq
        self.frozen = None


class Conversation:
    """The person's state of one conversation; see the module."""

    def __init__(self) -> None:
        """Start before the first event."""
        self.seq = 0
        self.title: str | None = None
        self.pinned = False
        self.archived = False
        self.deleted = False
        self.workdir = ""
        self.provider_id: str | None = None
        self.model: str | None = None
        self.reasoning_effort: ReasoningEffort | None = None
        self.mode: Mode = "ask"
        self.head: str | None = None
        self.turn_id: str | None = None
        self.queue: tuple[QueueItem, ...] = ()
        self.usage = Usage()
        self.cost = Cost()
        self.last_usage: Usage | None = None
        self.context_window: int | None = None
        self.plan: JsonValue = None
        self.created_at = 0
        self.updated_at = 0
        self._nodes: dict[str, _Node] = {}
        self._roots: list[str] = []
        self._open: dict[str, list[str]] = {}
        """The parts of each message's open step."""

    # Reading

    def __contains__(self, message_id: str) -> bool:
        """Whether a message of that id is in the tree, on whichever branch."""
        return message_id in self._nodes

    def message(self, message_id: str) -> Message:
        """Give a message as it is now; raises KeyError."""
        node = self._nodes[message_id]
        if node.frozen is None:
            node.frozen = Message(
                id=node.id,
                parent_id=node.parent_id,
                siblings=tuple(self._children(node.parent_id)),
                author=node.author,
                status=node.status,
                parts=tuple(part.part() if isinstance(part, _Arriving) else part for part in node.parts.values()),
                turn_id=node.turn_id,
                created_at=node.created_at,
                edited=node.edited,
                model=node.model,
                usage=node.usage,
                cost=node.cost,
                retrying=node.retrying,
            )
        return node.frozen

    def branch(self) -> list[str]:
        """Name the messages from the first one to the head."""
        return self.path(self.head)

    def path(self, message_id: str | None) -> list[str]:
        """Name the messages from the first one to this one; raises KeyError. None is the place before the first."""
        names: list[str] = []
        at = message_id
        while at is not None:
            names.append(at)
            at = self._nodes[at].parent_id
        names.reverse()
        return names

    def latest_leaf(self, message_id: str) -> str:
        """Follow the newest child from a message to where its branch ends; raises KeyError."""
        at = self._nodes[message_id]
        while at.children:
            at = self._nodes[at.children[-1]]
        return at.id

    def last_answer(self, message_id: str) -> Message | None:
        """Give the last message of the turn that answered a message, once that turn has ended."""
        answers = [self._nodes[name] for name in self._nodes[message_id].children] if message_id in self._nodes else []
        answer = None
        while answers:
            newest = answers[-1]
            if newest.author == "assistant":
                answer = newest
            elif answer is not None and newest.turn_id != answer.turn_id:
                break
            answers = [self._nodes[name] for name in newest.children]
        if answer is None or answer.turn_id == self.turn_id:
            return None
        return self.message(answer.id)

    def names_blob(self, sha256: str) -> bool:
        """Whether a tool result of any message is kept whole as that blob."""
        return any(
            isinstance(part, ToolPart) and part.result is not None and part.result.blob == sha256
            for node in self._nodes.values()
            for part in node.parts.values()
        )

    def state(self) -> ConversationState:
        """Give everything but the messages."""
        return ConversationState(
            seq=self.seq,
            status="running" if self.turn_id is not None else "idle",
            title=self.title,
            pinned=self.pinned,
            archived=self.archived,
            deleted=self.deleted,
            workdir=self.workdir,
            provider_id=self.provider_id,
            model=self.model,
            reasoning_effort=self.reasoning_effort,
            mode=self.mode,
            head=self.head,
            turn_id=self.turn_id,
            queue=self.queue,
            usage=self.usage,
            cost=self.cost,
            last_usage=self.last_usage,
            context_window=self.context_window,
            plan=self.plan,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )

    def open_parts(self) -> tuple[str, ...]:
        """Name the parts that are still arriving: their step's ``output_done`` will replace them."""
        return tuple(part for parts in self._open.values() for part in parts)

    def snapshot(self, after: int = 0) -> Snapshot:
        """Catch up a watcher that has seen the state as of ``after``."""
        changed = [node.id for node in self._nodes.values() if node.changed > after]
        return Snapshot(
            state=self.state(),
            messages=tuple(self.message(message_id) for message_id in changed),
            open_parts=self.open_parts(),
        )

    # Folding

    def apply(self, recorded: Recorded) -> None:
        """Fold one committed event."""
        self.seq = recorded.seq
        event = recorded.event
        if isinstance(event, Delta | ThinkingDelta | ToolInputDelta):
            self._arrive(event)
            return
        self.updated_at = recorded.at
        self._apply(event, recorded.at)

    def catch_up(self, snapshot: Snapshot) -> None:
        """Fold a snapshot that was made for this state's seq or an earlier one."""
        for message in snapshot.messages:
            self._replace(message, snapshot.state.seq)
        self._open = {}
        open_parts = set(snapshot.open_parts)
        for node in self._nodes.values():
            if opened := [part for part in node.parts if part in open_parts]:
                self._open[node.id] = opened
        for name, value in snapshot.state:
            if name != "status":
                setattr(self, name, value)

    def _apply(self, event: Event, at: int) -> None:
        match event:
            case MessageAdded():
                self._add(event.message_id, event.parent_id, event.author, event.parts, event.turn_id, at)
            case MessageEdited():
                node = self._touched(event.message_id)
                node.parts = {part.id: part for part in event.parts}
                node.edited = True
            case HeadMoved():
                self.head = event.head
            case QueueChanged():
                self.queue = event.items
            case ConversationChanged():
                self.created_at = self.created_at or at
                for name in event.changed.model_fields_set:
                    setattr(self, name, getattr(event.changed, name))
            case ContextSet():
                pass
            case TurnStarted():
                self._start(event, at)
            case OutputStarted():
                self._touched(event.message_id).retrying = None
                self._open[event.message_id] = []
            case OutputDone():
                self._close_output(event)
            case Retrying():
                self._touched(event.message_id).retrying = event.message
            case ToolStarted():
                changes = {"title": event.tool.title, "arguments": event.tool.arguments, "status": "running"}
                self._change_tool(event.message_id, event.tool.id, changes)
            case ToolDone() | ToolFailed():
                self._end_tool(event)
            case UsageKnown():
                self._count(event)
            case ErrorRaised():
                self._touched(event.message_id).parts[event.part.id] = event.part
            case AnswerDone():
                node = self._touched(event.message_id)
                node.status = event.status
                node.retrying = None
            case TurnEnded():
                self.turn_id = None
                node = self._touched(event.message_id)
                node.retrying = None
                if node.status == "running":
                    node.status = "interrupted"
            case Delta() | ThinkingDelta() | ToolInputDelta():
                self._arrive(event)
            case Snapshot():
                self.catch_up(event)

    def _children(self, parent_id: str | None) -> list[str]:
        return self._roots if parent_id is None else self._nodes[parent_id].children

    def _touched(self, message_id: str) -> _Node:
        node = self._nodes[message_id]
        node.touch(self.seq)
        return node

    def _add(
        self,
        message_id: str,
        parent_id: str | None,
        author: Author,
        parts: Sequence[Part],
        turn_id: str | None,
        at: int,
    ) -> _Node:
        siblings = self._children(parent_id)
        for sibling in siblings:
            self._touched(sibling)
        siblings.append(message_id)
        node = _Node(
            id=message_id,
            parent_id=parent_id,
            author=author,
            status="running" if author == "assistant" else "completed",
            parts={part.id: part for part in parts},
            turn_id=turn_id,
            created_at=at,
            changed=self.seq,
        )
        self._nodes[message_id] = node
        self.head = message_id
        return node

    def _start(self, event: TurnStarted, at: int) -> None:
        self.turn_id = event.turn_id
        if event.message_id not in self._nodes:
            node = self._add(event.message_id, event.parent_id, "assistant", (), event.turn_id, at)
        else:
            node = self._touched(event.message_id)
            node.status = "running"
        node.model = event.model or node.model
        if event.error_id is not None:
            node.parts.pop(event.error_id, None)
        if event.cause == "retry":
            self.head = event.message_id
        if event.cause in ("resumed", "recovered"):
            marker_id = f"{event.message_id}.{event.cause}.{self.seq}"
            node.parts[marker_id] = MarkerPart(id=marker_id, kind=event.cause)

    def _arrive(self, event: DeltaEvent) -> None:
        node = self._touched(event.message_id)
        part = node.parts.get(event.part_id)
        if isinstance(part, _Arriving):
            part.pieces.append(event.text)
            return
        if part is not None:
            arriving = _arriving(part)
            arriving.pieces.append(event.text)
        else:
            match event:
                case Delta():
                    arriving = _Arriving(event.part_id, "text", "", [event.text])
                case ThinkingDelta():
                    arriving = _Arriving(event.part_id, "thinking", "", [event.text])
                case ToolInputDelta():
                    arriving = _Arriving(event.part_id, "tool", event.name, [event.text])
            self._open.setdefault(event.message_id, []).append(event.part_id)
        node.parts[event.part_id] = arriving

    def _close_output(self, event: OutputDone) -> None:
        node = self._touched(event.message_id)
        for part_id in self._open.pop(event.message_id, []):
            node.parts.pop(part_id, None)
        for part in event.parts:
            node.parts[part.id] = part

    def _change_tool(self, message_id: str, tool_id: str, changes: Mapping[str, object]) -> None:
        node = self._touched(message_id)
        part = node.parts[tool_id]
        if not isinstance(part, ToolPart):
            raise ValueError(f"part {tool_id} is not a tool call")
        node.parts[tool_id] = part.model_copy(update=changes)

    def _end_tool(self, event: ToolDone | ToolFailed) -> None:
        status = "completed" if isinstance(event, ToolDone) else event.status
        changes = {
            "title": event.title,
            "status": status,
            "result": event.result,
            "duration_ms": event.duration_ms,
        }
        self._change_tool(event.message_id, event.tool_id, changes)
        data = event.result.data
        if isinstance(data, dict) and data.get("kind") == "plan":
            self.plan = data

    def _count(self, event: UsageKnown) -> None:
        node = self._touched(event.message_id)
        node.usage = event.last if node.usage is None else node.usage + event.last
        node.cost = event.cost if node.cost is None else node.cost + event.cost
        self.usage = event.total
        self.cost = self.cost + event.cost
        self.last_usage = event.last
        self.context_window = event.context_window

    def _replace(self, message: Message, seq: int) -> None:
        known = self._nodes.get(message.id)
        if known is None:
            children = self._children(message.parent_id)
            children.append(message.id)
            children.sort(key=message.siblings.index)
        self._nodes[message.id] = _Node(
            id=message.id,
            parent_id=message.parent_id,
            author=message.author,
            status=message.status,
            parts={part.id: part for part in message.parts},
            turn_id=message.turn_id,
            created_at=message.created_at,
            changed=seq,
            children=known.children if known is not None else [],
            edited=message.edited,
            model=message.model,
            usage=message.usage,
            cost=message.cost,
            retrying=message.retrying,
        )
