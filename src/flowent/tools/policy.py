"""Who decides whether a validated call may run: a port, its answers, and the rule of those who ask nobody.

The answers are a closed union that the gate matches whole; one that asks a person can join it.
"""

from dataclasses import dataclass
from typing import Protocol

from flowent.tools.base import AnyTool, Arguments, ToolContext


@dataclass(frozen=True, slots=True)
class Allowed:
    """The call may run."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The call may not run; ``reason`` is a sentence for the model and the person."""

    reason: str


Decision = Allowed | Denied


class Policy(Protocol):
    """Decides on every call after its arguments were validated."""

    def decide(self, tool: AnyTool, arguments: Arguments, context: ToolContext) -> Decision:
        """Decide without waiting for anything; an exception lets nothing run."""
        ...


class ReadOnly:
    """Allows what only reads and denies what acts."""

    def decide(self, tool: AnyTool, arguments: Arguments, context: ToolContext) -> Decision:
        """Go by the tool's effect, which only our own tools may state as reading."""
        if tool.effect == "read":
            return Allowed()
        return Denied(f"{tool.name} changes things, and nobody has allowed that here.")
