"""One step: ask the model once and journal what it says while it says it.

The first text is emitted at once, later text at most every 33 ms or 4 KiB: for each token the process only appends to
a list. However the stream ends, the step is closed by one ``output_done``.
"""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass

from flowent.domain.events import OutputDone, OutputReason, OutputStarted, Retrying, StoredEvent, UsageKnown
from flowent.domain.failures import Failure
from flowent.domain.parts import OutputPart, TextPart, ToolPart
from flowent.domain.progress import AskModel, OpenTurn, Progress
from flowent.domain.usage import Cost, Usage
from flowent.engine.collector import Collector
from flowent.engine.limits import LONGEST_WAIT, wait_before
from flowent.engine.ports import Clock, EventSink, Ids, Pricing, Redactor
from flowent.models.base import Model, ModelError, ModelRequest
from flowent.models.failures import content_filter, empty_answer, length_limit, stream_cut
from flowent.observability.crashpoints import reached

FLUSH_SECONDS = 0.033
FLUSH_CHARACTERS = 4096


@dataclass(frozen=True, slots=True)
class Question:
    """What a step asks, and whom."""

    model: Model
    request: ModelRequest
    context_window: int | None
    pricing: Pricing


class Step:
    """The steps of one turn, one at a time; see the module."""

    def __init__(self, sink: EventSink, clock: Clock, ids: Ids, redactor: Redactor, retries: int) -> None:
        """Keep what every step needs; ``retries`` bounds how often a passing failure is asked again."""
        self._sink = sink
        self._clock = clock
        self._ids = ids
        self._redactor = redactor
        self._retries = retries
        self._failures = 0
        self._collector: Collector | None = None

    def partial(self) -> tuple[OutputPart, ...]:
        """Give what has arrived of the step that was cut."""
        return self._collector.partial() if self._collector is not None else ()

    async def ask(self, turn: OpenTurn, action: AskModel, question: Question, progress: Progress) -> Failure | None:
        """Ask once. None: go on, be it with the next step or with another attempt. Else the turn has failed."""
        collector = Collector(turn.message_id, action.index, action.attempt, self._redactor, self._clock.monotonic)
        started = OutputStarted(
            turn_id=turn.turn_id, message_id=turn.message_id, index=action.index, attempt=action.attempt
        )
        self._collector = collector
        await self._sink.emit(started)
        reached("step.output_started")
        failure = None
        try:
            await self._stream(collector, question)
        except ModelError as error:
            failure = error.failure
        deltas = collector.take(last=True)
        failure = failure or _verdict(collector)
        reached("step.before_output_done")
        if failure is None:
            usage = self._usage(turn, action, question, collector, progress)
            await self._close(turn, action, deltas, collector.parts(), "complete", usage)
            self._failures = 0
            reached("step.after_output_done")
            return None
        return await self._fail(turn, action, deltas, collector, failure)

    async def _stream(self, collector: Collector, question: Question) -> None:
        wake = asyncio.Event()
        flusher = asyncio.create_task(self._flush_regularly(collector, wake))
        try:
            async with aclosing(question.model.stream(question.request)) as batches:
                async for batch in batches:
                    for piece in batch:
                        collector.add(piece)
                    if collector.size >= FLUSH_CHARACTERS:
                        await self._flush(collector)
                    elif collector.size:
                        wake.set()
                    if flusher.done():
                        flusher.result()
        finally:
            flusher.cancel()
            with suppress(asyncio.CancelledError):
                await flusher

    async def _flush_regularly(self, collector: Collector, wake: asyncio.Event) -> None:
        while True:
            await wake.wait()
            wake.clear()
            await self._flush(collector)
            await self._clock.sleep(FLUSH_SECONDS)

    async def _flush(self, collector: Collector) -> None:
        if deltas := collector.take():
            await self._sink.emit(*deltas)
            reached("step.first_delta")
            reached("step.mid_stream")

    async def _fail(
        self,
        turn: OpenTurn,
        action: AskModel,
        deltas: list[StoredEvent],
        collector: Collector,
        failure: Failure,
    ) -> Failure | None:
        self._failures += 1
        too_long = failure.retry_after is not None and failure.retry_after > LONGEST_WAIT
        if failure.passing and not too_long and self._failures <= self._retries:
            wait = wait_before(self._failures, failure.retry_after, self._ids.jitter())
            retrying = Retrying(
                turn_id=turn.turn_id,
                message_id=turn.message_id,
                index=action.index,
                attempt=action.attempt + 1,
                kind=failure.kind,
                message=failure.message,
                wait=wait,
            )
            await self._close(turn, action, [], (), "superseded", retrying)
            self._collector = None
            await self._clock.sleep(wait)
            return None
        match failure.kind:
            case "length_limit":
                reason: OutputReason = "length"
            case "content_filter":
                reason = "filtered"
            case _:
                reason = "failed"
        await self._close(turn, action, deltas, collector.partial(), reason)
        self._failures = 0
        return failure

    async def _close(
        self,
        turn: OpenTurn,
        action: AskModel,
        deltas: list[StoredEvent],
        parts: tuple[OutputPart, ...],
        reason: OutputReason,
        *after: StoredEvent,
    ) -> None:
        done = OutputDone(
            turn_id=turn.turn_id,
            message_id=turn.message_id,
            index=action.index,
            attempt=action.attempt,
            reason=reason,
            parts=parts,
        )
        await self._sink.emit(*deltas, done, *after)

    def _usage(
        self, turn: OpenTurn, action: AskModel, question: Question, collector: Collector, progress: Progress
    ) -> UsageKnown:
        told = collector.finished.usage if collector.finished is not None else None
        last = told or estimated_usage(question.request, collector.parts())
        cost = question.pricing(last)
        return UsageKnown(
            turn_id=turn.turn_id,
            message_id=turn.message_id,
            index=action.index,
            last=last,
            total=progress.usage + last,
            context_window=question.context_window,
            cost=cost or Cost(complete=False),
        )


def _verdict(collector: Collector) -> Failure | None:
    """Say what is wrong with an output that the provider ended itself."""
    match collector.finished:
        case None:
            return stream_cut()
        case finished if finished.reason == "length":
            return length_limit()
        case finished if finished.reason == "filtered":
            return content_filter()
        case _:
            said = any(
                isinstance(part, ToolPart) or (isinstance(part, TextPart) and part.text) for part in collector.parts()
            )
            return None if said else empty_answer()


def estimated_usage(request: ModelRequest, parts: tuple[OutputPart, ...]) -> Usage:
    """Count four bytes as a token where a provider gives no numbers."""
    sent = sum(len(text.encode()) for text in request.instructions)
    sent += sum(entry.text_size() for entry in request.entries)
    written = 0
    for part in parts:
        written += len((part.input if isinstance(part, ToolPart) else part.text).encode())
    return Usage(input=sent // 4, output=written // 4, estimated=True)
