"""The workspace with a probe in its event loop: `python -m benchmarks.probed FILE serve`.

Everything is as in `python -m flowent`, but the loop also runs a tick every two milliseconds. Whenever a tick comes
late, the file gets a line: when (nanoseconds of the monotonic clock), how late, and how much CPU the loop's thread and
the whole process used meanwhile (seconds). Late without CPU of its own means that the machine was busy elsewhere.
"""

import sys
import threading
import time
from pathlib import Path
from typing import Any

import uvloop

from flowent.cli import main as run

INTERVAL = 0.002
NOTED = 0.010


class ProbedLoop(uvloop.Loop):
    """A loop that notes how late it is."""

    file: Path

    def __init__(self) -> None:
        """Start ticking with the loop."""
        super().__init__()
        self._due = 0.0
        self._cpu = (0.0, 0.0)
        # Libraries have threads with loops of their own, which may stand still as long as they like.
        if threading.current_thread() is threading.main_thread():
            self.call_soon(self._begin)

    def _begin(self) -> None:
        self._out = self.file.open("a", buffering=1)
        self._again()

    def _again(self) -> None:
        self._due = time.monotonic() + INTERVAL
        self._cpu = (time.thread_time(), time.process_time())
        self.call_later(INTERVAL, self._tick)

    def _tick(self) -> None:
        late = time.monotonic() - self._due
        if late > NOTED:
            thread, process = time.thread_time() - self._cpu[0], time.process_time() - self._cpu[1]
            self._out.write(f"{time.monotonic_ns()} {late:.6f} {thread:.6f} {process:.6f}\n")
        self._again()


def main() -> None:
    """Run Flowent's command line on such a loop."""
    ProbedLoop.file = Path(sys.argv.pop(1))
    namespace: Any = uvloop
    namespace.Loop = ProbedLoop
    run()


if __name__ == "__main__":
    main()
