"""Messages and conversations as a person sees them: the values that the API gives and a snapshot carries."""

from typing import Literal

from pydantic import JsonValue

from flowent.domain.parts import Part, UserPart
from flowent.domain.usage import Cost, Usage
from flowent.domain.values import (
    AnswerStatus,
    ConversationStatus,
    Fact,
    Mode,
    NonNegative,
    ReasoningEffort,
)


class Message(Fact):
    """One message of the tree. ``siblings`` are the messages of the same parent, this one included, oldest first."""

    id: str
    parent_id: str | None
    siblings: tuple[str, ...]
    author: Literal["user", "assistant", "system"]
    status: AnswerStatus
    parts: tuple[Part, ...]
    turn_id: str | None
    created_at: NonNegative
    edited: bool = False
    model: str | None = None
    usage: Usage | None = None
    cost: Cost | None = None
    retrying: str | None = None
    """Why the running step waits before it is asked again; None while it does not."""


class QueueItem(Fact):
    """A message that waits: ``queue`` for the turn's end, ``steer`` for the end of the running step."""

    id: str
    turn_id: str
    mode: Literal["queue", "steer"]
    parts: tuple[UserPart, ...]


class ConversationState(Fact):
    """Everything about a conversation but its messages, as of ``seq``."""

    seq: NonNegative
    status: ConversationStatus
    title: str | None
    pinned: bool
    archived: bool
    deleted: bool
    workdir: str
    provider_id: str | None
    model: str | None
    reasoning_effort: ReasoningEffort | None
    mode: Mode
    head: str | None
    turn_id: str | None
    queue: tuple[QueueItem, ...]
    usage: Usage
    cost: Cost
    last_usage: Usage | None
    context_window: NonNegative | None
    plan: JsonValue
    created_at: NonNegative
    updated_at: NonNegative
