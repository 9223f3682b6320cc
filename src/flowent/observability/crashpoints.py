"""Named places at which a test can kill the process, to see that nothing is lost there.

``FLOWENT_CRASH_AT=step.mid_stream`` kills the process with SIGKILL when it first gets there, ``…:3`` when it gets
there the third time, without any clean-up. Without the variable, which is read once, a place costs one call and one
comparison (about 40 ns).
"""

import itertools
import os
import signal
from typing import Literal, get_args

CrashPoint = Literal[
    "turn.start_committed",
    "turn.message_committed",
    "step.output_started",
    "step.first_delta",
    "step.mid_stream",
    "step.before_output_done",
    "step.after_output_done",
    "call.before_tool_start",
    "call.after_tool_start",
    "call.after_effect",
    "call.after_tool_done",
    "turn.before_end",
    "turn.after_end",
    "queue.before_next",
    "queue.after_next",
    "store.before_commit",
    "store.after_commit",
    "recovery.before_start",
    "recovery.after_start",
    "shutdown.before_close",
]
"""Every place, in the order in which a turn gets there."""

CRASH_POINTS: tuple[CrashPoint, ...] = get_args(CrashPoint)

VARIABLE = "FLOWENT_CRASH_AT"


def _parse(text: str) -> tuple[CrashPoint | None, int]:
    """Give the place and at which visit to crash; raises ValueError for a place that does not exist."""
    if not text:
        return None, 0
    name, _, visit = text.partition(":")
    for point in CRASH_POINTS:
        if point == name and (not visit or (visit.isdecimal() and int(visit) > 0)):
            return point, int(visit or 1)
    raise ValueError(f"{VARIABLE}={text} names no crash point; there are {', '.join(CRASH_POINTS)}, each with :N")


_point, _visit = _parse(os.environ.get(VARIABLE, ""))
# Advancing it is atomic, so places in different threads count together.
_visits = itertools.count(1)


def reached(point: CrashPoint) -> None:
    """Say that the process is at that place; does not return where it was told to crash there."""
    if point == _point and next(_visits) == _visit:
        os.kill(os.getpid(), signal.SIGKILL)
