"""What can be asked of a conversation's owner. Commands are carried out one at a time, in the order of arrival."""

from dataclasses import dataclass
from typing import Literal

from flowent.domain.events import ConversationFields, MessageOrigin
from flowent.domain.parts import UserPart

SendMode = Literal["queue", "steer"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message was taken: events after ``seq`` tell what becomes of it."""

    message_id: str
    turn_id: str | None
    seq: int


@dataclass(frozen=True, slots=True)
class Send:
    """Add a message and answer it; while a turn runs, as ``mode`` says (None: refuse)."""

    message_id: str
    parts: tuple[UserPart, ...]
    mode: SendMode | None
    origin: MessageOrigin = "send"


@dataclass(frozen=True, slots=True)
class Stop:
    """End the running turn at once; what it said and did stays."""


@dataclass(frozen=True, slots=True)
class Clear:
    """Begin an empty branch; a running turn ends silently."""


@dataclass(frozen=True, slots=True)
class SaveEdit:
    """Change a message's text, nothing else."""

    message_id: str
    parts: tuple[UserPart, ...]


@dataclass(frozen=True, slots=True)
class Resend:
    """Answer another text in a message's place, on a new branch; ``new_id`` names the new message."""

    message_id: str
    new_id: str
    parts: tuple[UserPart, ...]


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Answer again, on a new branch."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Go on from an error block, in the same message and turn."""

    message_id: str
    error_id: str


@dataclass(frozen=True, slots=True)
class Select:
    """Switch to the branch that a message is on."""

    message_id: str


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """An item of a changed queue: None keeps what it was."""

    id: str
    text: str | None = None
    mode: SendMode | None = None


@dataclass(frozen=True, slots=True)
class ChangeQueue:
    """Reorder, edit and remove: the queue is these items of it, in this order.

    Whoever asks saw the conversation as of ``seen_seq``: what was added later stays, at the end. None saw all.
    """

    items: tuple[QueueEntry, ...]
    seen_seq: int | None = None


@dataclass(frozen=True, slots=True)
class SendQueued:
    """Send a waiting message now: into the running turn, or as a turn of its own. One that was sent stays so."""

    item_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """Set what is set in the fields."""

    fields: ConversationFields


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with a turn that was open when its process ended."""

    cause: Literal["resumed", "recovered"]


@dataclass(frozen=True, slots=True)
class Suspend:
    """Let go: the running turn stays open in the journal."""


Command = (
    Send
    | Stop
    | Clear
    | SaveEdit
    | Resend
    | Regenerate
    | Retry
    | Select
    | ChangeQueue
    | SendQueued
    | Change
    | Resume
    | Suspend
)
