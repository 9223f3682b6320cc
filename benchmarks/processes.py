"""Processes under measurement: started alone, their CPU time and memory read from the kernel. Linux only."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STARTING_SECONDS = 30
ENDING_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Memory:
    """A process's memory in MB: resident, and the part of it that no other process shares."""

    resident: float
    private: float


class Process:
    """One process and what it has used."""

    def __init__(self, process: asyncio.subprocess.Process, output: Path) -> None:
        """Watch a process that was started by `start`."""
        self._process = process
        self._output = output

    @property
    def pid(self) -> int:
        """The kernel's number of it."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    def cpu(self) -> float:
        """Give the seconds of CPU that all its threads have used: /proc/<pid>/stat in nanoseconds instead of ticks."""
        # A clock of another process, as clock_getcpuclockid(3) makes it.
        return time.clock_gettime((~self.pid << 3) | 2)

    def memory(self) -> Memory:
        """Give what it holds now."""
        fields = dict[str, int]()
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, _, value = line.partition(":")
            fields[name] = int(value.split()[0])
        return Memory(fields["Rss"] / 1024, (fields["Private_Clean"] + fields["Private_Dirty"]) / 1024)

    def pin(self, core: int) -> None:
        """Let all its threads run on one core only."""
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})

    def output(self) -> str:
        """Give what it printed."""
        return self._output.read_text(errors="replace")

    async def stop(self) -> None:
        """End it in order."""
        if self.running:
            self._process.terminate()
        try:
            async with asyncio.timeout(ENDING_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


async def start(
    module: str,
    *arguments: str,
    directory: Path,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Process:
    """Start a Python module in an existing directory; with a port, return once something listens there."""
    output = directory / "output.txt"
    with output.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env=dict(environment) if environment is not None else None,
            cwd=directory,
        )
    started = Process(process, output)
    if port is not None:
        await listening(started, port)
    return started


async def listening(process: Process, port: int) -> None:
    """Return once something listens; raises RuntimeError with the output of a process that ended instead."""
    async with asyncio.timeout(STARTING_SECONDS):
        while process.running:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return
    raise RuntimeError(f"A process ended instead of starting:\n{process.output()}")


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
