"""What a start costs, and what a workspace holds that does nothing."""

import asyncio

from benchmarks.bench import Bench, say
from benchmarks.figures import Figure, median
from benchmarks.loads import FORMATS, Load, script
from benchmarks.workspace import Workspace

GROUP = "Start and idle"


async def run(bench: Bench) -> list[Figure]:
    """Start without a provider several times, then with all of them."""
    load = Load(200)
    await bench.provider.load(script(load))
    workspace = Workspace(bench.new_directory())
    try:
        say("  without a provider")
        await workspace.start()
        first_cpu = workspace.start_cpu
        cpu: list[float] = []
        seconds: list[float] = []
        for _ in range(bench.take(5, 2)):
            await workspace.stop()
            await workspace.start()
            cpu.append(workspace.start_cpu)
            seconds.append(workspace.start_seconds)
        quiet = bench.take(3.0, 1.0)
        await asyncio.sleep(quiet)
        idle = workspace.process.memory()
        before = workspace.process.cpu()
        await asyncio.sleep(quiet)
        idling = (workspace.process.cpu() - before) / quiet * 1000
        say("  with every provider")
        await workspace.connect(bench.provider)
        for wire_format in FORMATS:
            await workspace.turn(await workspace.conversation(wire_format, load))
        await asyncio.sleep(quiet)
        loaded = workspace.process.memory()
    finally:
        await workspace.close()
    return [
        median(GROUP, "start to healthy without a provider, CPU", cpu, "s", 1.3),
        Figure(GROUP, "the first start, which makes the database, CPU", first_cpu, "s", 1.3),
        median(GROUP, "start to healthy, by the clock", seconds, "s"),
        Figure(GROUP, "idle memory without a provider", idle.resident, "MB", 110, note=_private(idle.private)),
        Figure(GROUP, "idle memory with every format used", loaded.resident, "MB", 220, note=_private(loaded.private)),
        Figure(GROUP, "CPU of an idle second", idling, "ms"),
    ]


def _private(megabytes: float) -> str:
    return f"resident; {megabytes:.0f} MB of it private"
