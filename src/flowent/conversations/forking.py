"""A fork: a new conversation that begins with a branch of another one, up to a message.

Its journal is made of the very events of those messages, so both folds give what they gave, and nothing of the first
conversation changes.
"""

from flowent.conversations.errors import NotPossibleError, UnknownError
from flowent.domain.conversation import Conversation
from flowent.domain.events import ContextSet, ConversationChanged, ConversationFields, HeadMoved, QueueChanged, decode
from flowent.store.base import StoredEventRow


def branch_to(conversation: Conversation, message_id: str) -> frozenset[str]:
    """Name the messages from the first one to this one; raises UnknownError and NotPossibleError."""
    if message_id not in conversation:
        raise UnknownError(f"There is no message with the id {message_id} here.", "Read the conversation again.")
    names: set[str] = set()
    at: str | None = message_id
    while at is not None:
        message = conversation.message(at)
        if message.status == "running":
            raise NotPossibleError("The message is still being written.", "Wait for the turn to end, or stop it.")
        names.add(at)
        at = message.parent_id
    return frozenset(names)


def first_event(conversation: Conversation) -> ConversationChanged:
    """Say what a fork takes over from its origin."""
    return ConversationChanged(
        changed=ConversationFields(
            title=conversation.title,
            workdir=conversation.workdir,
            provider_id=conversation.provider_id,
            model=conversation.model,
            reasoning_effort=conversation.reasoning_effort,
            mode=conversation.mode,
        )
    )


def belongs(row: StoredEventRow, branch: frozenset[str]) -> bool:
    """Whether a stored event is part of a branch's history, its context included."""
    match decode(row.data):
        case ContextSet():
            return True
        case HeadMoved() | QueueChanged() | ConversationChanged():
            return False
        case event:
            return event.message_id in branch
