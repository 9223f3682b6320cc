"""The port of a tool.

A tool says what it takes (a Pydantic model: its JSON Schema is what the model is told, its validation is what the
gate does), whether it only reads, and runs. It never decides whether it may run: the gate does (`flowent.tools.gate`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue


class Arguments(BaseModel):
    """The base of every tool's arguments: unknown ones are refused, so that a mistyped name is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ToolError(Exception):
    """A call failed in a way that the model can act on; the message is written for the model."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a tool gave, whole; the gate caps it.

    ``model_text`` is what the model reads, ``content`` what a person reads (the same where None), ``data`` what a
    page draws. ``title`` replaces the call's title ("Reading README.md" becomes "Read README.md").
    """

    model_text: str
    title: str
    content: str | None = None
    data: JsonValue = None


@dataclass(frozen=True, slots=True)
class ToolContext:
    """Where a call runs: ``workdir`` is the conversation's, ``call_id`` is our id of the call."""

    conversation_id: str
    call_id: str
    workdir: Path


ArgumentsT = TypeVar("ArgumentsT", bound=Arguments)


class Tool(Protocol[ArgumentsT]):
    """One thing that the agent can do."""

    @property
    def name(self) -> str:
        """The name that the model calls it by: lower case with underscores."""
        ...

    @property
    def description(self) -> str:
        """What the model is told, in Markdown; from the ``.md`` file beside the code."""
        ...

    @property
    def effect(self) -> Literal["read", "act"]:
        """``read`` calls may run together and may be run again after a crash; only our own tools can be so."""
        ...

    @property
    def arguments(self) -> type[ArgumentsT]:
        """The type that the call's JSON is validated against."""
        ...

    def title(self, arguments: ArgumentsT) -> str:
        """Say what is about to happen in a few words: "Reading README.md"."""
        ...

    async def run(self, arguments: ArgumentsT, context: ToolContext) -> Output:
        """Do it; raises ToolError. May be cancelled at any await."""
        ...


AnyTool = Tool[Any]
"""A tool whose arguments are known to its own module only."""
