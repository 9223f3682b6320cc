"""What every scenario gets: the provider, the relays, a place for directories, and how much to measure."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.loads import FORMATS, Load
from benchmarks.pinger import Pings
from benchmarks.processes import Process
from benchmarks.streams import open_stream
from benchmarks.workspace import SETTLING_SECONDS
from flowent.scripted.process import ScriptedProvider

T = TypeVar("T")
ROOT = Path(__file__).parents[1]


@dataclass(slots=True)
class Bench:
    """One run of the suite."""

    directory: Path
    provider: ScriptedProvider
    relay: Process
    relay_port: int
    quick: bool
    _directories: int = 0

    def take(self, full: T, quick: T) -> T:
        """Choose how much to measure."""
        return quick if self.quick else full

    def new_directory(self) -> Path:
        """Give a directory that nobody used."""
        self._directories += 1
        return self.directory / str(self._directories)

    async def relayed(self, kind: str, wire_format: str, load: Load) -> float:
        """Have a relay pass on an answer; gives its seconds of CPU. Raises RuntimeError if the answer is not whole."""
        body = {"format": wire_format, "base_url": self.provider.base_url(FORMATS[wire_format]), "model": load.model}
        before = self.relay.cpu()
        stream = await open_stream("POST", f"http://127.0.0.1:{self.relay_port}/{kind}", body=body)
        pieces = 0
        rest = b""
        while (piece := await stream.piece()) is not None:
            *events, rest = (rest + piece[1]).split(b"\n\n")
            pieces += len(events)
        await asyncio.sleep(SETTLING_SECONDS)
        used = self.relay.cpu() - before
        await stream.close()
        if pieces < load.tokens:
            raise RuntimeError(f"The {kind} relay gave {pieces} of {load.tokens} tokens:\n{self.relay.output()}")
        return used


def say(text: str) -> None:
    """Tell what is being measured."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@asynccontextmanager
async def pinging(port: int, pings: list[Pings]) -> AsyncGenerator[None, None]:
    """Ask for the health of a server meanwhile; what was seen is added to ``pings``."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.pinger", str(port)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=dict(os.environ),
    )
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield
    finally:
        told, _ = await process.communicate(b"")
        if process.returncode == 0:
            seen = json.loads(told)
            pings.append(Pings(tuple(seen["answers"]), seen["woken_late"]))
