"""A real workspace with one more tool: one that acts, and leaves a mark for every time that it did."""

import os
import sys
from pathlib import Path
from typing import Literal

from flowent.cli.serve import run_server
from flowent.config import Config
from flowent.tools.base import Arguments, Output, ToolContext
from flowent.tools.policy import Allowed


class EffectArguments(Arguments):
    """Which effect."""

    name: str


class CountEffect:
    """Appends the effect's name to a file."""

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
        return Output(f"did {arguments.name}", f"Did {arguments.name}")


class AllowAll:
    """Lets every call through: the test is about what happens to calls that run."""

    def decide(self, tool: object, arguments: object, context: object) -> Allowed:
        return Allowed()


if __name__ == "__main__":
    config = Config.load({}, os.environ, None)
    sys.exit(run_server(config, extra_tools=(CountEffect(Path(os.environ["EFFECTS"])),), policy=AllowAll()))
