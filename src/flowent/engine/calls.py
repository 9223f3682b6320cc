"""Runs the tool calls of one step, each through the gate.

Neighbouring read-only calls run together; an acting call waits for all before it. A call that had started when its
process died is settled by what it is: a read-only one runs again, any other has an unknown outcome, which the model
and the person both read; it is never run twice.
"""

import asyncio
from collections.abc import Callable

from flowent.domain.events import ToolDone, ToolFailed, ToolStarted
from flowent.domain.parts import ToolPart, ToolResult
from flowent.domain.progress import OpenTurn
from flowent.engine.ports import Clock, EventSink
from flowent.observability.crashpoints import reached
from flowent.tools.base import ToolContext
from flowent.tools.gate import Gate, Ready, Refused

UNKNOWN_OUTCOME = ToolResult(
    model_text=(
        "This call was interrupted while it ran, and its outcome is unknown: it may have taken effect or not."
        " Check before you do it again."
    ),
    content="Interrupted; outcome unknown.",
)
NOT_RUN = ToolResult(model_text="This call was not run: the turn was stopped first.", content="Not run.")


class Calls:
    """The calls of a turn's steps. ``context`` gives where a call runs by its id."""

    def __init__(
        self,
        sink: EventSink,
        gate: Gate,
        clock: Clock,
        context: Callable[[str], ToolContext],
    ) -> None:
        """Keep what every call needs."""
        self._sink = sink
        self._gate = gate
        self._clock = clock
        self._context = context

    async def run(self, turn: OpenTurn, calls: tuple[ToolPart, ...], started: frozenset[str]) -> None:
        """Run what has no result yet, in order; returns when every call has one."""
        together: list[ToolPart] = []
        for call in calls:
            if self._gate.effect(call.name) == "read":
                together.append(call)
                continue
            await self._run_together(turn, together, started)
            together = []
            if call.id in started:
                await self._sink.emit(failed(turn, call, UNKNOWN_OUTCOME, "interrupted"))
            else:
                await self._run_one(turn, call, started=False, acting=True)
        await self._run_together(turn, together, started)

    async def _run_together(self, turn: OpenTurn, calls: list[ToolPart], started: frozenset[str]) -> None:
        if len(calls) == 1:
            await self._run_one(turn, calls[0], started=calls[0].id in started, acting=False)
        elif calls:
            async with asyncio.TaskGroup() as group:
                for call in calls:
                    group.create_task(self._run_one(turn, call, started=call.id in started, acting=False))

    async def _run_one(self, turn: OpenTurn, call: ToolPart, *, started: bool, acting: bool) -> None:
        context = self._context(call.id)
        match await self._gate.check(call, context):
            case Refused() as refused:
                await self._sink.emit(failed(turn, call, refused.result, refused.status, refused.title))
            case Ready() as ready:
                if not started:
                    reached("call.before_tool_start")
                    start = ToolStarted(turn_id=turn.turn_id, message_id=turn.message_id, tool=ready.item)
                    await self._sink.emit(start, durable=acting)
                    reached("call.after_tool_start")
                await self._finish(turn, call, ready)

    async def _finish(self, turn: OpenTurn, call: ToolPart, ready: Ready) -> None:
        begun = self._clock.monotonic()
        outcome = await self._gate.run(ready)
        reached("call.after_effect")
        duration = max(0, round((self._clock.monotonic() - begun) * 1000))
        if outcome.failed:
            await self._sink.emit(failed(turn, call, outcome.result, "failed", outcome.title, duration))
        else:
            await self._sink.emit(
                ToolDone(
                    turn_id=turn.turn_id,
                    message_id=turn.message_id,
                    tool_id=call.id,
                    name=call.name,
                    title=outcome.title,
                    result=outcome.result,
                    duration_ms=duration,
                )
            )
        reached("call.after_tool_done")


def failed(
    turn: OpenTurn,
    call: ToolPart,
    result: ToolResult,
    status: str,
    title: str | None = None,
    duration_ms: int = 0,
) -> ToolFailed:
    """Say that a call has no good result."""
    return ToolFailed.model_validate(
        {
            "turn_id": turn.turn_id,
            "message_id": turn.message_id,
            "tool_id": call.id,
            "name": call.name,
            "title": title or call.title or call.name,
            "status": status,
            "result": result,
            "duration_ms": duration_ms,
        }
    )
