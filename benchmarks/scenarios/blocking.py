"""How long the event loop stands still, with 400 messages of history in every format."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench, pinging, say
from benchmarks.figures import Figure, worst
from benchmarks.loads import FORMATS, LIBRARY_FORMATS, Load, script
from benchmarks.pinger import Pings
from benchmarks.seeding import seed
from benchmarks.workspace import Workspace

GROUP = "Event loop"
MESSAGES = 400
LONG = 5_000


@dataclass(frozen=True, slots=True)
class Standstill:
    """A time during which the loop did nothing else, in milliseconds: by the clock, and by the process's own CPU."""

    at: int
    clock: float
    cpu: float

    @property
    def own(self) -> float:
        """What of it cannot be blamed on other processes: at most the CPU that this one used meanwhile."""
        return min(self.clock, self.cpu)


async def run(bench: Bench) -> list[Figure]:
    """Run turns of every format in a probed workspace."""
    load = Load(1_000)
    await bench.provider.load(script(load))
    directory = bench.new_directory()
    probe = directory / "probe.txt"
    workspace = Workspace(directory, "benchmarks.probed", (str(probe), "serve"))
    figures: list[Figure] = []
    try:
        *seeded, long = await seed(workspace.database, str(directory / "work"), [MESSAGES] * len(FORMATS) + [LONG])
        await workspace.start()
        await workspace.connect(bench.provider)
        for wire_format, conversation in zip(FORMATS, seeded, strict=True):
            say(f"  {wire_format}")
            if wire_format in LIBRARY_FORMATS:
                figures += await _first_use(workspace, probe, wire_format, load)
            figures += await _turns(workspace, probe, wire_format, conversation, load, bench.take(5, 2))
        figures += await _loading(workspace, probe, long)
    finally:
        await workspace.close()
    return figures


async def _first_use(workspace: Workspace, probe: Path, wire_format: str, load: Load) -> list[Figure]:
    """Answer in a format that was configured while the workspace ran: its library is loaded now."""
    pings: list[Pings] = []
    conversation = await workspace.conversation(wire_format, load)
    since = time.monotonic_ns()
    async with pinging(workspace.port, pings):
        await workspace.turn(conversation)
    return _figures(f"{wire_format}, loading its library", _read(probe, since), pings)


async def _turns(
    workspace: Workspace, probe: Path, wire_format: str, conversation: str, load: Load, turns: int
) -> list[Figure]:
    pings: list[Pings] = []
    since = time.monotonic_ns()
    async with pinging(workspace.port, pings):
        await workspace.choose(conversation, wire_format, load)
        for _ in range(turns):
            await workspace.turn(conversation)
            await asyncio.sleep(0.1)
    return _figures(f"{wire_format}, {MESSAGES} messages", _read(probe, since), pings)


async def _loading(workspace: Workspace, probe: Path, conversation: str) -> list[Figure]:
    pings: list[Pings] = []
    since = time.monotonic_ns()
    async with pinging(workspace.port, pings):
        await workspace.ask("GET", f"/api/conversations/{conversation}")
        await asyncio.sleep(0.1)
    return _figures(f"loading a conversation of {LONG:,} messages", _read(probe, since), pings)


def _figures(name: str, stops: list[Standstill], pings: list[Pings]) -> list[Figure]:
    longest = max((stop.clock for stop in stops), default=0.0)
    late = max(one.woken_late for one in pings) * 1000
    note = f"{longest:.0f} ms by the clock; the machine woke the pinger up to {late:.0f} ms late"
    return [
        worst(GROUP, f"{name}: longest standstill", [stop.own for stop in stops] or [0.0], "ms", 50, note),
        worst(GROUP, f"{name}: slowest answer of /api/health", [one.slowest * 1000 for one in pings], "ms"),
    ]


def _read(probe: Path, since: int) -> list[Standstill]:
    stops: list[Standstill] = []
    for line in probe.read_text().splitlines():
        at, late, _, process = line.split()
        if int(at) >= since:
            stops.append(Standstill(int(at), float(late) * 1000, float(process) * 1000))
    return stops
