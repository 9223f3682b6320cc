"""How far a turn has come: the fold that the engine acts on, after a restart as in normal work.

`next_action` says what the open turn needs next. It looks at committed events only, so a turn goes on through the
same door whether it was just begun or its process was killed a moment ago.
"""

from dataclasses import dataclass

from flowent.domain.events import (
    OutputDone,
    OutputStarted,
    Recorded,
    ToolDone,
    ToolFailed,
    ToolStarted,
    TurnEnded,
    TurnStarted,
    UsageKnown,
)
from flowent.domain.parts import ToolPart
from flowent.domain.usage import Usage


@dataclass(frozen=True, slots=True)
class CloseOutput:
    """A step was cut off with its process; it must be closed before it is asked again."""

    index: int
    attempt: int


@dataclass(frozen=True, slots=True)
class RunCalls:
    """The last step asked for tool calls that have no result yet; ``started`` are those that may have had an effect."""

    calls: tuple[ToolPart, ...]
    started: frozenset[str]


@dataclass(frozen=True, slots=True)
class AskModel:
    """The model is to be asked."""

    index: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The last step asked for nothing: the answer is complete."""


Action = CloseOutput | RunCalls | AskModel | Finish


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """The turn that runs, by its latest ``start``."""

    turn_id: str
    message_id: str
    parent_id: str | None


class Progress:
    """The engine's state of one conversation; see the module."""

    def __init__(self) -> None:
        """Start before the first event."""
        self.turn: OpenTurn | None = None
        self.crashes = 0
        """How often in a row the turn was recovered after a crash without getting any further."""
        self.steps = 0
        """Complete steps since a person last asked for something."""
        self.same_calls = 0
        """How many steps in a row asked for exactly the same calls."""
        self.usage = Usage()
        """Tokens of the whole conversation."""
        self.answer_usage = Usage()
        """Tokens of the running turn's message."""
        self.provider_id: str | None = None
        self.model: str | None = None
        """The provider and model that the last turn was begun with."""
        self._last_indices: dict[str, int] = {}
        self._output: tuple[int, int] | None = None
        self._done: OutputDone | None = None
        self._started: set[str] = set()
        self._answered: set[str] = set()
        self._call_signature: tuple[tuple[str, str], ...] = ()

    def next_action(self) -> Action:
        """Say what the open turn needs; raises RuntimeError if none is open."""
        if self.turn is None:
            raise RuntimeError("no turn is open")
        if self._output is not None:
            return CloseOutput(*self._output)
        next_index = self._last_indices.get(self.turn.turn_id, 0) + 1
        match self._done:
            case OutputDone(reason="complete") as done:
                calls = tuple(part for part in done.parts if isinstance(part, ToolPart))
                waiting = tuple(call for call in calls if call.id not in self._answered)
                if waiting:
                    return RunCalls(waiting, frozenset(self._started))
                return AskModel(next_index, 1) if calls else Finish()
            case OutputDone(reason="superseded") as done:
                return AskModel(done.index, done.attempt + 1)
            case _:
                return AskModel(next_index, 1)

    def apply(self, recorded: Recorded) -> None:
        """Fold one committed event."""
        match recorded.event:
            case TurnStarted() as event:
                self._start(event)
            case OutputStarted() as event:
                self._output = (event.index, event.attempt)
            case OutputDone() as event:
                self._close(event)
            case ToolStarted() as event:
                self._started.add(event.tool.id)
            case ToolDone() | ToolFailed() as event:
                self._answered.add(event.tool_id)
                self.crashes = 0
            case UsageKnown() as event:
                self.usage = event.total
                self.answer_usage = self.answer_usage + event.last
            case TurnEnded():
                self.turn = None
                self._output = None
                self._forget_step()
            case _:
                pass

    def _start(self, event: TurnStarted) -> None:
        if self.turn is None or self.turn.message_id != event.message_id:
            self.answer_usage = Usage()
        self.turn = OpenTurn(event.turn_id, event.message_id, event.parent_id)
        self.provider_id, self.model = event.provider_id, event.model
        match event.cause:
            case "recovered":
                self.crashes += 1
            case "resumed":
                self.crashes = 0
            case "steer":
                self._forget_step()
            case "message" | "retry" | "regenerate":
                self.crashes = self.steps = self.same_calls = 0
                self._call_signature = ()
                self._forget_step()

    def _forget_step(self) -> None:
        self._done = None
        self._started = set()
        self._answered = set()

    def _close(self, event: OutputDone) -> None:
        self._output = None
        self._done = event
        self._started = set()
        self._answered = set()
        if event.reason == "superseded":
            return
        self._last_indices[event.turn_id] = event.index
        self.crashes = 0
        if event.reason != "complete":
            return
        self.steps += 1
        signature = tuple((part.name, part.input) for part in event.parts if isinstance(part, ToolPart))
        self.same_calls = self.same_calls + 1 if signature and signature == self._call_signature else 1
        self._call_signature = signature
