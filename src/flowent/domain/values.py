"""The base of every fact, and the names of small closed sets.

Facts are frozen and refuse unknown fields: what is in the journal can be trusted once it is parsed.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

__all__ = [
    "AnswerStatus",
    "ConversationStatus",
    "Fact",
    "JsonObject",
    "Mode",
    "NonNegative",
    "Outcome",
    "ReasoningEffort",
    "TurnStatus",
]

JsonObject = dict[str, JsonValue]

ReasoningEffort = Literal["default", "none", "minimal", "low", "medium", "high", "xhigh"]
"""How long the model may think; ``default`` sends nothing and leaves it to the provider."""

Mode = Literal["plan", "ask", "auto"]
"""How much a conversation's agent may do without asking a person."""

ConversationStatus = Literal["idle", "running", "waiting", "compacting"]
AnswerStatus = Literal["running", "completed", "interrupted", "failed"]
TurnStatus = Literal["completed", "stopped", "failed", "discarded"]

Outcome = Literal["completed", "stopped", "failed"]
"""How a turn ended that was not discarded."""

NonNegative = Annotated[int, Field(ge=0)]


class Fact(BaseModel):
    """An immutable value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
