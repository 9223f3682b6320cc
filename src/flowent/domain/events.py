"""The facts of a conversation: a closed union, numbered by ``seq`` within its conversation.

Rules that every writer keeps and every fold may rely on:

- A turn opens with its first ``start`` and ends with its ``turn_ended``; a ``start`` with cause ``retry`` opens it
  again. Between the two the conversation is running.
- Every ``output_start`` is closed by exactly one ``output_done`` of the same index and attempt, which carries the
  step's complete parts and replaces what its deltas built. Deltas so closed may be pruned: ``seq`` is never used
  again, gaps are legal.
- A step that is asked again gets the same index and the next attempt; the earlier attempt's parts are dropped.
- A tool runs only after its ``tool_start`` is committed; a refused call gets ``tool_error`` without ``tool_start``.

``snapshot`` is the one event that is never stored: it is made for a late watcher (`flowent.domain.conversation`).
"""

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, TypeAdapter, model_serializer

from flowent.domain.failures import FailureKind
from flowent.domain.messages import ConversationState, Message, QueueItem
from flowent.domain.parts import ErrorPart, OutputPart, ToolResult, ToolStatus, UserPart
from flowent.domain.usage import Cost, Usage
from flowent.domain.values import Fact, JsonObject, Mode, NonNegative, ReasoningEffort, TurnStatus

MessageOrigin = Literal["send", "queue", "steer", "edit", "channel"]
StartCause = Literal["message", "steer", "retry", "regenerate", "resumed", "recovered"]
OutputReason = Literal["complete", "length", "filtered", "failed", "superseded", "stopped", "discarded"]


class MessageAdded(Fact):
    """A person's message is in the tree, and the head moves to it. Sent before the turn that answers it."""

    type: Literal["message"] = "message"
    message_id: str
    parent_id: str | None
    author: Literal["user", "system"] = "user"
    origin: MessageOrigin
    parts: tuple[UserPart, ...]
    turn_id: str | None
    """The turn that this message opens or steers."""


class MessageEdited(Fact):
    """A person saved another text for a message; nothing is answered again."""

    type: Literal["message_edited"] = "message_edited"
    message_id: str
    parts: tuple[UserPart, ...]


class HeadMoved(Fact):
    """Another branch is current; ``head`` is None after a clear."""

    type: Literal["head_moved"] = "head_moved"
    head: str | None
    cause: Literal["select", "clear"]


class QueueChanged(Fact):
    """The messages that wait for their turn, in order, as they are now."""

    type: Literal["queue_changed"] = "queue_changed"
    items: tuple[QueueItem, ...]


class ConversationFields(Fact):
    """What can change about a conversation; a field that is not set did not change."""

    title: str | None = None
    pinned: bool = False
    archived: bool = False
    deleted: bool = False
    workdir: str = ""
    provider_id: str | None = None
    model: str | None = None
    reasoning_effort: ReasoningEffort | None = None
    mode: Mode = "ask"

    @model_serializer(mode="wrap")
    def only_changed(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what was not set: absent and null differ here."""
        return {key: value for key, value in serialise(self).items() if key in self.model_fields_set}


class ConversationChanged(Fact):
    """Title, pin, archive, work directory, model, effort or mode changed. The first event of a conversation."""

    type: Literal["conversation_changed"] = "conversation_changed"
    changed: ConversationFields


class ContextFragment(Fact):
    """A piece of what the model is told before the history: where it came from, and the blob that holds it."""

    origin: str
    sha256: str
    size: NonNegative


class ContextSet(Fact):
    """Instructions and tools for the coming requests, by content hash, so that a restart rebuilds the same bytes."""

    type: Literal["context_set"] = "context_set"
    fragments: tuple[ContextFragment, ...]
    tools: ContextFragment
    provider_id: str | None
    model: str | None


class TurnStarted(Fact):
    """A turn begins, goes on after a restart (``resumed`` in order, ``recovered`` after a crash), or is retried.

    The message is the assistant's; it is new unless the turn goes on or is retried. ``error_id`` names the error
    part that a retry takes back.
    """

    type: Literal["start"] = "start"
    turn_id: str
    message_id: str
    parent_id: str | None
    cause: StartCause
    provider_id: str | None = None
    model: str | None = None
    reasoning_effort: ReasoningEffort | None = None
    error_id: str | None = None


class OutputStarted(Fact):
    """A step begins: the model is asked. ``index`` counts from 1 in its turn, ``attempt`` from 1 in its step."""

    type: Literal["output_start"] = "output_start"
    turn_id: str
    message_id: str
    index: NonNegative
    attempt: NonNegative


class Delta(Fact):
    """Text arrived; follows its ``output_start``."""

    type: Literal["delta"] = "delta"
    message_id: str
    index: NonNegative
    attempt: NonNegative
    part_id: str
    text: str


class ThinkingDelta(Fact):
    """Reasoning arrived; follows its ``output_start``."""

    type: Literal["thinking_delta"] = "thinking_delta"
    message_id: str
    index: NonNegative
    attempt: NonNegative
    part_id: str
    text: str


class ToolInputDelta(Fact):
    """A call's arguments are arriving; nothing runs before the step's ``output_done``."""

    type: Literal["tool_input_delta"] = "tool_input_delta"
    message_id: str
    index: NonNegative
    attempt: NonNegative
    part_id: str
    name: str
    text: str


class OutputDone(Fact):
    """The step is complete or cut; ``parts`` replace whatever its deltas built."""

    type: Literal["output_done"] = "output_done"
    turn_id: str
    message_id: str
    index: NonNegative
    attempt: NonNegative
    reason: OutputReason
    parts: tuple[OutputPart, ...]


class Retrying(Fact):
    """A passing failure: the step is asked again after ``wait`` seconds."""

    type: Literal["retrying"] = "retrying"
    turn_id: str
    message_id: str
    index: NonNegative
    attempt: NonNegative
    kind: FailureKind
    message: str
    wait: float


class ToolItem(Fact):
    """A call that passed the gate."""

    id: str
    name: str
    title: str
    arguments: JsonObject


class ToolStarted(Fact):
    """A call is about to run; it runs only once this is committed."""

    type: Literal["tool_start"] = "tool_start"
    turn_id: str
    message_id: str
    tool: ToolItem


class ToolDone(Fact):
    """A call ended well."""

    type: Literal["tool_done"] = "tool_done"
    turn_id: str
    message_id: str
    tool_id: str
    name: str
    title: str
    result: ToolResult
    duration_ms: NonNegative


class ToolFailed(Fact):
    """A call was refused, failed, or was interrupted with an unknown outcome; the model reads why."""

    type: Literal["tool_error"] = "tool_error"
    turn_id: str
    message_id: str
    tool_id: str
    name: str
    title: str
    status: ToolStatus
    result: ToolResult
    duration_ms: NonNegative


class UsageKnown(Fact):
    """Tokens and cost of a step; ``total`` counts the conversation."""

    type: Literal["usage"] = "usage"
    turn_id: str
    message_id: str
    index: NonNegative
    last: Usage
    total: Usage
    context_window: NonNegative | None = None
    cost: Cost


class ErrorRaised(Fact):
    """Something failed; the part can be retried. ``done`` and ``turn_ended`` follow."""

    type: Literal["error"] = "error"
    turn_id: str
    message_id: str
    part: ErrorPart


class AnswerDone(Fact):
    """An assistant's message is complete as far as it goes."""

    type: Literal["done"] = "done"
    turn_id: str
    message_id: str
    status: Literal["completed", "interrupted", "failed"]
    usage: Usage


class TurnEnded(Fact):
    """Every turn's last event."""

    type: Literal["turn_ended"] = "turn_ended"
    turn_id: str
    message_id: str
    status: TurnStatus


class Snapshot(Fact):
    """A late watcher is caught up at once: whatever changed since it last looked, as of ``seq``. Never stored."""

    type: Literal["snapshot"] = "snapshot"
    state: ConversationState
    messages: tuple[Message, ...]
    open_parts: tuple[str, ...]
    """The parts of these messages that are still arriving: their step's ``output_done`` will replace them."""


StoredEvent = (
    MessageAdded
    | MessageEdited
    | HeadMoved
    | QueueChanged
    | ConversationChanged
    | ContextSet
    | TurnStarted
    | OutputStarted
    | Delta
    | ThinkingDelta
    | ToolInputDelta
    | OutputDone
    | Retrying
    | ToolStarted
    | ToolDone
    | ToolFailed
    | UsageKnown
    | ErrorRaised
    | AnswerDone
    | TurnEnded
)
"""Whatever the journal can hold."""

Event = StoredEvent | Snapshot
"""Whatever a watcher can see."""

DELTA_TYPES: frozenset[str] = frozenset({"delta", "thinking_delta", "tool_input_delta"})
"""The types that are pruned once their step is closed."""

event_adapter: TypeAdapter[StoredEvent] = TypeAdapter(Annotated[StoredEvent, Field(discriminator="type")])
"""Parses what `encode` wrote."""


def encode(event: StoredEvent) -> str:
    """Give an event's JSON text, as the journal stores it and as streams carry it."""
    return event.model_dump_json()


def decode(text: str | bytes) -> StoredEvent:
    """Parse an event's JSON text; raises pydantic.ValidationError for anything that is not one."""
    return event_adapter.validate_json(text)


class Recorded(Fact):
    """A committed event with its place; ``at`` is in milliseconds since 1970 UTC and never runs backwards."""

    seq: NonNegative
    at: NonNegative
    event: StoredEvent
