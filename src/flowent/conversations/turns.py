"""Makes the turns of one conversation: puts the engine's parts together over its log."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from flowent.conversations.context import ContextKeeper
from flowent.conversations.ports import Chosen, Workshop
from flowent.conversations.queue import Queue
from flowent.domain.failures import Failure
from flowent.engine.calls import Calls
from flowent.engine.step import Question, Step
from flowent.engine.turn import Turn
from flowent.journal.log import JournalBrokenError, Log
from flowent.models.base import ModelRequest
from flowent.store.base import StoreError
from flowent.tools.base import ToolContext


class TurnMaker:
    """See the module."""

    def __init__(self, log: Log, workshop: Workshop, queue: Queue, context: ContextKeeper) -> None:
        """Keep what every turn is made of."""
        self._log = log
        self._workshop = workshop
        self._queue = queue
        self._context = context

    async def choose(self) -> Chosen | Failure:
        """Choose the model that the conversation wants now."""
        wanted = self._log.conversation
        return await self._workshop.choose_model(wanted.provider_id, wanted.model, wanted.reasoning_effort)

    async def make(self, chosen: Chosen | Failure) -> Turn:
        """Make the engine of the open turn. It keeps its model to its end, whatever is set meanwhile."""
        workshop = self._workshop
        limits = await workshop.limits()
        return Turn(
            sink=self._log,
            progress=self._log.progress,
            ask=self._ask(chosen),
            step=Step(self._log, workshop.clock, workshop.ids, workshop.redactor, limits.retries),
            calls=Calls(self._log, workshop.gate, workshop.clock, self._tool_context),
            steering=self._queue,
            clock=workshop.clock,
            limits=limits,
        )

    def _ask(self, chosen: Chosen | Failure) -> Callable[[], Awaitable[Question | Failure]]:
        async def ask() -> Question | Failure:
            if isinstance(chosen, Failure):
                return chosen
            context = await self._context.context(chosen)
            request = ModelRequest(
                model=chosen.model_name,
                instructions=context.instructions,
                entries=self._log.history.entries(),
                tools=context.tools,
                read_blob=self._workshop.blobs.get,
                reasoning_effort=chosen.reasoning_effort,
                max_output_tokens=chosen.max_output_tokens,
            )
            return Question(chosen.model, request, chosen.context_window, chosen.pricing)

        return ask

    def _tool_context(self, call_id: str) -> ToolContext:
        return ToolContext(self._log.conversation_id, call_id, Path(self._log.conversation.workdir))


def crash_loop() -> Failure:
    """Say that a turn was given up because its process died again and again."""
    return Failure(
        kind="crash_loop",
        title="Given up after three crashes",
        message="The workspace crashed three times in a row at this point, so the turn does not go on by itself.",
        remedy="Look at the log, then retry to go on from here.",
    )


def cause_of(error: BaseException) -> BaseException:
    """Give what ended a turn: of calls that ran together, a broken journal counts before the trouble that it caused."""
    match error:
        case ExceptionGroup(exceptions=exceptions):
            causes = [cause_of(cast("Exception", inner)) for inner in exceptions]
            return next((cause for cause in causes if isinstance(cause, JournalBrokenError)), causes[0])
        case _:
            return error


def storage_failure(error: StoreError) -> Failure:
    """Say that something beside the journal could not be stored: instructions, or a result as a whole."""
    return Failure(
        kind="storage",
        title="Something could not be stored",
        message=str(error),
        remedy="Mend that (`flowent doctor` tells more), then retry to go on from here.",
    )


def internal_failure(bug: BaseException) -> Failure:
    """Say that something here is broken; the log has the rest."""
    return Failure(
        kind="internal",
        title="Something went wrong inside Flowent",
        message=f"An unexpected error ended the turn ({type(bug).__name__}).",
        remedy="Retry. If it happens again, please report it with the log.",
    )
