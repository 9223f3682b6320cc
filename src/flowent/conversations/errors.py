"""What the service refuses, for the person: every error has a stable code and a remedy.

ConversationError
├─ UnknownError           there is no such conversation, message, error block, queue item or attachment
├─ ResponseInProgressError   a turn runs, and what was asked needs an idle conversation
├─ MessageExistsError     the message id was used for another message
├─ NotPossibleError       the message is not of the kind that this can be done with
├─ InvalidError           a field's value cannot be used
└─ UnavailableError       the journal cannot be written now; nothing was lost
"""

from collections.abc import Generator
from contextlib import contextmanager

from flowent.store.base import NotFoundError, StoreError


class ConversationError(Exception):
    """A refusal: ``str(error)`` says what is wrong, ``remedy`` what to do."""

    code = "conversation_error"

    def __init__(self, message: str, remedy: str = "") -> None:
        """Keep both sentences."""
        super().__init__(message)
        self.remedy = remedy


class UnknownError(ConversationError):
    """There is no such thing."""

    code = "not_found"


class ResponseInProgressError(ConversationError):
    """A turn runs."""

    code = "response_in_progress"

    def __init__(self) -> None:
        """Say so in the words that other programs know."""
        super().__init__(
            "Response in progress", 'Wait for the turn to end, stop it, or send with mode "queue" or "steer".'
        )


class MessageExistsError(ConversationError):
    """The id names another message."""

    code = "message_exists"

    def __init__(self) -> None:
        """Say so in the words that other programs know."""
        super().__init__("Message already exists.", "Send the message under a new id.")


class NotPossibleError(ConversationError):
    """This cannot be done with that message."""

    code = "not_possible"


class InvalidError(ConversationError):
    """A field cannot be used."""

    code = "invalid"

    def __init__(self, field: str, message: str, remedy: str = "") -> None:
        """Name the field."""
        super().__init__(message, remedy)
        self.field = field


class UnavailableError(ConversationError):
    """The journal cannot be written; ``code`` is the store's."""

    def __init__(self, message: str, code: str) -> None:
        """Keep the store's words."""
        super().__init__(message, "Nothing that was confirmed is lost; the turn goes on by itself once this is mended.")
        self.code = code


def no_conversation() -> UnknownError:
    """There is no conversation of that id."""
    return UnknownError("There is no conversation with this id.", "Look it up in the list of conversations.")


@contextmanager
def explained() -> Generator[None]:
    """Say the store's errors in the words of this module."""
    try:
        yield
    except NotFoundError as error:
        raise no_conversation() from error
    except StoreError as error:
        raise UnavailableError(str(error), error.code) from error
