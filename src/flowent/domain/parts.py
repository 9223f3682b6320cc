"""What a message is made of.

A part's id is unique within its conversation and, for parts that a model wrote, within its attempt. A part that
came from a provider keeps what that provider needs back as an opaque payload: tagged with the adapter and model
that made it, never edited, and dropped when another model takes over.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from flowent.domain.failures import FailureKind
from flowent.domain.values import Fact, JsonObject, NonNegative


class ProviderPayload(Fact):
    """What a provider needs to get back unchanged: signatures, encrypted reasoning, its own ids."""

    adapter: str
    model: str
    data: JsonObject


class TextPart(Fact):
    """Text that a person or a model wrote, as Markdown."""

    type: Literal["text"] = "text"
    id: str
    text: str
    payload: ProviderPayload | None = None


class ThinkingPart(Fact):
    """A model's reasoning as far as its provider shows it; ``text`` may be empty while ``payload`` is not."""

    type: Literal["thinking"] = "thinking"
    id: str
    text: str
    payload: ProviderPayload | None = None
    duration_ms: NonNegative | None = None


class ToolResult(Fact):
    """What a tool call gave, with its separate faces.

    ``model_text`` is what the model reads, ``content`` what a person reads (the same where None), ``data`` what a
    page draws. ``blob`` is the SHA-256 of the whole result where the faces were cut.
    """

    model_text: str
    content: str | None = None
    data: JsonValue = None
    truncated: bool = False
    blob: str | None = None


ToolStatus = Literal["pending", "running", "completed", "failed", "denied", "interrupted"]


class ToolPart(Fact):
    """One requested action. ``input`` is the raw JSON text that the model wrote; ``arguments`` the validated one.

    ``id`` is ours; ``call_id`` is the provider's, which may be empty or repeated.
    """

    type: Literal["tool"] = "tool"
    id: str
    call_id: str
    name: str
    input: str
    title: str | None = None
    arguments: JsonObject | None = None
    status: ToolStatus = "pending"
    result: ToolResult | None = None
    duration_ms: NonNegative | None = None
    payload: ProviderPayload | None = None


class ErrorPart(Fact):
    """A failure as a person sees it; a retry takes it out of both folds."""

    type: Literal["error"] = "error"
    id: str
    kind: FailureKind
    title: str
    message: str
    remedy: str
    detail: str | None = None


class AttachmentPart(Fact):
    """A file that came with a message; its bytes are the blob of that SHA-256."""

    type: Literal["attachment"] = "attachment"
    id: str
    attachment_id: str
    name: str
    media_type: str
    size: NonNegative
    sha256: str


class MarkerPart(Fact):
    """A mark in the conversation that is neither said nor done: resumed after a crash, for example."""

    type: Literal["marker"] = "marker"
    id: str
    kind: Literal["resumed", "recovered"]


Part = Annotated[
    TextPart | ThinkingPart | ToolPart | ErrorPart | AttachmentPart | MarkerPart, Field(discriminator="type")
]
"""Anything a message can hold."""

OutputPart = Annotated[TextPart | ThinkingPart | ToolPart, Field(discriminator="type")]
"""What a model can write in one step."""

UserPart = Annotated[TextPart | AttachmentPart, Field(discriminator="type")]
"""What a person can send."""
