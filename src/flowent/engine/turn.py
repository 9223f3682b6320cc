"""A turn: from one input to an idle agent.

The loop looks at the committed events (`flowent.domain.progress`), does what they say is next, and looks again. A turn
that goes on after a restart takes the same path. It ends by returning: completed, or the failure that ended it; its
closing events are the owner's business, together with whatever follows, in one commit.
"""

from collections.abc import Awaitable, Callable

from flowent.domain.events import OutputDone
from flowent.domain.failures import Failure
from flowent.domain.parts import OutputPart
from flowent.domain.progress import AskModel, CloseOutput, Finish, OpenTurn, Progress, RunCalls
from flowent.engine.calls import Calls
from flowent.engine.limits import Limits, reached
from flowent.engine.ports import Clock, EventSink, Steering
from flowent.engine.step import Question, Step

Ask = Callable[[], Awaitable[Question | Failure]]
"""Builds the next request from the history as it is; a failure where there is no model to ask."""


class Turn:
    """One run of the loop over an open turn; see the module."""

    def __init__(
        self,
        sink: EventSink,
        progress: Progress,
        ask: Ask,
        step: Step,
        calls: Calls,
        steering: Steering,
        clock: Clock,
        limits: Limits,
    ) -> None:
        """Keep what the loop needs."""
        self._sink = sink
        self._progress = progress
        self._ask = ask
        self._step = step
        self._calls = calls
        self._steering = steering
        self._clock = clock
        self._limits = limits

    def partial(self) -> tuple[OutputPart, ...]:
        """Give what has arrived of a step that was cut."""
        return self._step.partial()

    async def run(self) -> Failure | None:
        """Go on until the answer is complete (None) or has failed. May be cancelled at any await."""
        begun = self._clock.monotonic()
        while True:
            turn = self._open_turn()
            match self._progress.next_action():
                case CloseOutput() as cut:
                    await self._sink.emit(superseded(turn, cut))
                case RunCalls() as run:
                    await self._calls.run(turn, run.calls, run.started)
                case Finish():
                    if not await self._steering.take():
                        return None
                case AskModel() as action:
                    if action.attempt == 1:
                        if await self._steering.take():
                            continue
                        if failure := reached(self._limits, self._progress, self._clock.monotonic() - begun):
                            return failure
                    question = await self._ask()
                    if isinstance(question, Failure):
                        return question
                    if failure := await self._step.ask(turn, action, question, self._progress):
                        return failure

    def _open_turn(self) -> OpenTurn:
        if self._progress.turn is None:
            raise RuntimeError("the turn ended while it ran")
        return self._progress.turn


def superseded(turn: OpenTurn, cut: CloseOutput) -> OutputDone:
    """Close a step that is to be asked again."""
    return OutputDone(
        turn_id=turn.turn_id,
        message_id=turn.message_id,
        index=cut.index,
        attempt=cut.attempt,
        reason="superseded",
        parts=(),
    )
