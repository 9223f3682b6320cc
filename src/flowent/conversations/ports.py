"""What a conversation's owner needs from settings and from the process; `flowent.bootstrap` supplies it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from flowent.domain.failures import Failure
from flowent.domain.values import ReasoningEffort
from flowent.engine.limits import Limits
from flowent.engine.ports import Clock, Ids, Pricing, Redactor
from flowent.models.base import Model
from flowent.store.base import Blobs
from flowent.tools.gate import Gate


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model that a turn asks, and how. ``context_window`` in tokens; None is unknown."""

    provider_id: str
    model: Model
    model_name: str
    reasoning_effort: ReasoningEffort
    context_window: int | None
    max_output_tokens: int | None
    tools_supported: bool
    pricing: Pricing


ChooseModel = Callable[[str | None, str | None, ReasoningEffort | None], Awaitable[Chosen | Failure]]
"""Chooses by a conversation's own provider, model and effort, each None where it follows the settings."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything that a turn works with."""

    choose_model: ChooseModel
    limits: Callable[[], Awaitable[Limits]]
    agent_prompt: Callable[[], Awaitable[str]]
    gate: Gate
    blobs: Blobs
    clock: Clock
    ids: Ids
    redactor: Redactor
