"""Importing the provider libraries without anybody noticing.

Each of them is 0.3 to 1.1 seconds of CPU and up to 100,000 objects. Imported in a thread, Python code gives way every
few milliseconds, but a full garbage collection does not: it holds the interpreter for 100 to 200 ms, and an import
causes several. So old objects are not collected while a library is imported, and what was imported is handed to the
permanent generation, where no later collection walks through it either (figures: `docs/decisions/0004`).
"""

import asyncio
import gc
import importlib
import threading
from collections.abc import Generator
from contextlib import contextmanager

from flowent.models.base import Format

DIALECTS: dict[Format, str] = {
    "openai_responses": "flowent.models.library_responses",
    "anthropic": "flowent.models.library_anthropic",
    "gemini": "flowent.models.library_gemini",
}
"""Our module for each format that needs a library; it imports that library."""

_NEVER = 1_000_000_000

_collector = threading.RLock()
"""Held by whoever has changed the collector's thresholds, which are the whole process's."""


def prepare(wire_format: Format, loop: asyncio.AbstractEventLoop) -> None:
    """Import what a format needs, and use it once on the loop that it will be used on, which does not run yet."""
    with no_full_collections():
        importlib.import_module(DIALECTS[wire_format])
        rehearsal = importlib.import_module("flowent.models.library_rehearsal")
        loop.run_until_complete(rehearsal.rehearse(wire_format))


@contextmanager
def no_full_collections() -> Generator[None]:
    """Collect only young garbage meanwhile; afterwards, what is there counts as permanent."""
    with _collector:
        young, middle, old = gc.get_threshold()
        gc.set_threshold(young, middle, _NEVER)
        try:
            yield
        finally:
            gc.freeze()
            gc.set_threshold(young, middle, old)
