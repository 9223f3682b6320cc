"""What a key press costs: the tasks of the main thread that handle it, as the browser's own trace tells them.

Counted are the tasks in which the key's events are handled, and those up to the next frame and with it: style, layout
and paint of what the key changed. Whatever else the page does in that time, such as an answer that arrives, is in it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol


class DevTools(Protocol):
    """A session of the DevTools protocol; what it answers is the browser's, and has no types."""

    async def send(self, method: str, params: dict[str, Any] | None = None) -> Any:
        """Ask for something, and wait for the answer."""
        ...

    def on(self, event: str, f: Callable[[dict[str, Any]], None]) -> None:
        """Listen to an event."""
        ...

    def remove_listener(self, event: str, f: Callable[[dict[str, Any]], None]) -> None:
        """Listen no more."""
        ...


CATEGORIES = ("toplevel", "devtools.timeline")
TASK = "ThreadControllerImpl::RunTask"
FIRST_EVENT = "keydown"
EVENTS = frozenset({"keydown", "keypress", "beforeinput", "textInput", "input", "keyup"})
FRAME = "Layerize"
"""What ends the main thread's part of a frame."""


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the main thread: microseconds of the trace's clock, and milliseconds that it took."""

    begin: float
    end: float
    cpu: float
    clock: float
    frame: bool


@dataclass(frozen=True, slots=True)
class Press:
    """One key press in milliseconds of the main thread: CPU, and by the clock. ``events`` is what handled it alone."""

    cpu: float
    events: float
    clock: float


@dataclass(slots=True)
class Trace:
    """The events of one trace."""

    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def presses(self) -> list[Press]:
        """Give every key press whose frame is in the trace."""
        dispatched = [event for event in self.events if event["name"] == "EventDispatch" and event["ph"] == "X"]
        downs = [event for event in dispatched if _kind(event) == FIRST_EVENT]
        if not downs:
            return []
        thread = (downs[0]["pid"], downs[0]["tid"])
        mine = [event for event in self.events if (event["pid"], event["tid"]) == thread]
        frames = sorted(event["ts"] for event in mine if event["name"] == FRAME)
        keys = sorted(event["ts"] for event in dispatched if _kind(event) in EVENTS)
        tasks = [
            Task(
                event["ts"],
                end,
                event.get("tdur", 0) / 1000,
                event["dur"] / 1000,
                _any_between(frames, event["ts"], end),
            )
            for event in sorted(mine, key=lambda event: event["ts"])
            if event["name"] == TASK and event["ph"] == "X"
            for end in [event["ts"] + event["dur"]]
        ]
        begins = [*sorted(event["ts"] for event in downs), float("inf")]
        found: list[Press] = []
        for begin, following in pairwise(begins):
            press = _press([task for task in tasks if task.end > begin and task.begin < following], keys)
            if press is not None:
                found.append(press)
        return found


def _press(tasks: Sequence[Task], keys: Sequence[float]) -> Press | None:
    handling = [task for task in tasks if _any_between(keys, task.begin, task.end)]
    shown = next((task for task in tasks if handling and task.frame and task.begin >= handling[0].begin), None)
    if shown is None:
        return None
    # The key may be released after its frame; what handles that counts too.
    counted = [task for task in tasks if task.end <= shown.end or task in handling]
    return Press(
        sum(task.cpu for task in counted), sum(task.cpu for task in handling), sum(task.clock for task in counted)
    )


def _kind(event: dict[str, Any]) -> str:
    return str(event.get("args", {}).get("data", {}).get("type", ""))


def _any_between(times: Sequence[float], begin: float, end: float) -> bool:
    return any(begin <= time <= end for time in times)


@asynccontextmanager
async def tracing(session: DevTools) -> AsyncGenerator[Trace, None]:
    """Trace a tab; what is given is whole once it is left."""
    trace = Trace()
    whole = asyncio.Event()

    def take(told: dict[str, Any]) -> None:
        trace.events += told["value"]

    def end(_: dict[str, Any]) -> None:
        whole.set()

    session.on("Tracing.dataCollected", take)
    session.on("Tracing.tracingComplete", end)
    await session.send(
        "Tracing.start",
        {
            "transferMode": "ReportEvents",
            "traceConfig": {"includedCategories": list(CATEGORIES), "excludedCategories": ["*"]},
        },
    )
    try:
        yield trace
    finally:
        await session.send("Tracing.end")
        async with asyncio.timeout(60):
            await whole.wait()
        session.remove_listener("Tracing.dataCollected", take)
        session.remove_listener("Tracing.tracingComplete", end)
