"""What clients send. Unknown fields are refused by name, here as everywhere."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from flowent.api.multiplex import MAX_SEQ
from flowent.conversations.commands import QueueEntry, SendMode
from flowent.conversations.service import LONGEST_MESSAGE
from flowent.domain.events import ConversationFields
from flowent.domain.values import JsonObject, Mode, ReasoningEffort

Line = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]
"""Text that is stored as it is; no database and no file system takes a NUL in it."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$")]
"""A name for something, ours or the client's own."""


def _not_too_long(content: str) -> str:
    if len(content) > LONGEST_MESSAGE:
        raise ValueError(f"a message has at most {LONGEST_MESSAGE:,} characters; longer texts can be attached as files")
    return content


Content = Annotated[str, AfterValidator(_not_too_long)]
"""A message's text. Its length is not in the schema: a longer one may meet the limit of the body first (413)."""


class Body(BaseModel):
    """The base of every body. What was entered is never quoted in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Login(Body):
    """Either the workspace's token (or the token of a one-time link), or its password."""

    token: SecretStr | None = Field(default=None, max_length=4096)
    password: SecretStr | None = Field(default=None, max_length=1024)

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        """Refuse both and neither."""
        if (self.token is None) == (self.password is None):
            raise ValueError("give either token or password")
        return self


class CreateConversation(Body):
    """``workdir`` is the directory to work in (the one given at start where absent). An empty title is none."""

    workdir: Line | None = None
    title: Line | None = None


def _no_defaults(schema: JsonObject) -> None:
    """A field that is left out does not change: the defaults here stand for nothing."""
    properties = schema["properties"]
    if isinstance(properties, dict):
        for field in properties.values():
            if isinstance(field, dict):
                field.pop("default", None)


class ChangeConversation(Body):
    """What is to change; what is left out stays. Null gives title, provider, model and effort back to the workspace.

    An empty title is null; ``workdir`` is an absolute path.
    """

    model_config = ConfigDict(json_schema_extra=_no_defaults)

    title: Line | None = None
    pinned: bool = False
    archived: bool = False
    workdir: Line = ""
    provider_id: Line | None = None
    model: Line | None = None
    reasoning_effort: ReasoningEffort | None = None
    mode: Mode = "ask"

    def fields(self) -> ConversationFields:
        """Give what was sent, and nothing else."""
        return ConversationFields.model_validate(self.model_dump(include=self.model_fields_set))


class SendMessage(Body):
    """``id`` is the client's own: the same id with the same content is one message, however often it is sent."""

    content: Content
    id: Id | None = None
    mode: SendMode | None = None
    attachments: Annotated[tuple[Id, ...], Field(max_length=100)] = ()


class EditMessage(Body):
    """``save`` changes the text only; ``resend`` answers it on a new branch."""

    action: Literal["save", "resend"]
    content: Content


class Fork(Body):
    """The last message that the new conversation has."""

    message_id: Id


class Read(Body):
    """How far a person has looked: the seq of the last event that was seen. One beyond the end means the end."""

    seq: Annotated[int, Field(ge=0, le=MAX_SEQ)]


class QueueItemChange(Body):
    """A waiting message; what is left out stays as it is."""

    id: Id
    content: Content | None = None
    mode: SendMode | None = None


class ChangeQueueBody(Body):
    """The queue as it is to be: items that are not named are removed.

    ``seq`` is that of the conversation in which the queue was seen: messages that were added later stay, at the end.
    Without it they are removed too.
    """

    items: Annotated[tuple[QueueItemChange, ...], Field(max_length=1000)]
    seq: Annotated[int | None, Field(ge=0, le=MAX_SEQ)] = None

    def entries(self) -> tuple[QueueEntry, ...]:
        """Give what the service takes."""
        return tuple(QueueEntry(item.id, item.content, item.mode) for item in self.items)


class AskProvider(Body):
    """The model to ask; the first that fits where absent."""

    model: Line | None = None
