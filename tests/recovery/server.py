"""A real workspace with two more tools that act, and a clock that a test can set back."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Literal

from flowent.bootstrap.system import SystemClock
from flowent.cli.serve import run_server
from flowent.config import Config
from flowent.tools.base import Arguments, Output, ToolContext
from flowent.tools.policy import Allowed

LASTS = 0.02
"""Seconds that an acting call goes on after its effect: long enough for a kill to come before its result."""


class EffectArguments(Arguments):
    """Which effect."""

    name: str


class CountEffect:
    """Leaves a mark for every time that it had an effect."""

    name = "count_effect"
    description = "Has an effect."
    effect: Literal["act"] = "act"
    arguments = EffectArguments

    def __init__(self, path: Path) -> None:
        self._path = path

    def title(self, arguments: EffectArguments) -> str:
        return f"Doing {arguments.name}"

    async def run(self, arguments: EffectArguments, context: ToolContext) -> Output:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, f"{arguments.name}\n".encode())
        finally:
            os.close(descriptor)
        await asyncio.sleep(LASTS)
        return Output(f"did {arguments.name}", f"Did {arguments.name}")


class HoldOn:
    """Never ends, and does not let itself be interrupted."""

    name = "hold_on"
    description = "Waits."
    effect: Literal["act"] = "act"
    arguments = Arguments

    def title(self, arguments: Arguments) -> str:
        return "Holding on"

    async def run(self, arguments: Arguments, context: ToolContext) -> Output:
        for_ever = asyncio.get_running_loop().create_future()
        while True:
            try:
                await asyncio.shield(for_ever)
            except asyncio.CancelledError:
                continue


class AllowAll:
    """Lets every call through: the test is about what happens to calls that run."""

    def decide(self, tool: object, arguments: object, context: object) -> Allowed:
        return Allowed()


def let_tests_set_the_clock(offset: Path) -> None:
    """Add the milliseconds in a file, while there is one, to the time of day."""
    now = SystemClock.now

    def shifted(self: SystemClock) -> int:
        return now(self) + (int(offset.read_text()) if offset.exists() else 0)

    SystemClock.now = shifted


if __name__ == "__main__":
    let_tests_set_the_clock(Path(os.environ["CLOCK_OFFSET"]))
    tools = (CountEffect(Path(os.environ["EFFECTS"])), HoldOn())
    sys.exit(run_server(Config.load({}, os.environ, None), extra_tools=tools, policy=AllowAll()))
