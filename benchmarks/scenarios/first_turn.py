"""The first turn after a start beside later ones, while /api/health goes on answering."""

import statistics

from benchmarks.bench import Bench, pinging, say
from benchmarks.figures import Figure, median, worst
from benchmarks.loads import FORMATS, Load, script
from benchmarks.pinger import Pings
from benchmarks.workspace import Workspace

GROUP = "First turn after start"
LATER_TURNS = 4


async def run(bench: Bench) -> list[Figure]:
    """Start with each format configured, and ask at once."""
    load = Load(200)
    await bench.provider.load(script(load))
    figures: list[Figure] = []
    for wire_format in FORMATS:
        say(f"  {wire_format}")
        workspace = Workspace(bench.new_directory())
        try:
            await workspace.start()
            await workspace.connect(bench.provider, wire_format)
            await workspace.ask("PUT", "/api/settings", {"provider_id": wire_format, "model": load.model})
            figures += await _measure(bench, workspace, wire_format, load)
        finally:
            await workspace.close()
    return figures


async def _measure(bench: Bench, workspace: Workspace, wire_format: str, load: Load) -> list[Figure]:
    whole: list[float] = []
    first_token: list[float] = []
    firsts: list[float] = []
    pings: list[Pings] = []
    for _ in range(bench.take(3, 1)):
        await workspace.stop()
        await workspace.start()
        async with pinging(workspace.port, pings):
            first = await workspace.turn(await workspace.conversation(wire_format, load))
            later = [await workspace.turn(await workspace.conversation(wire_format, load)) for _ in range(LATER_TURNS)]
        firsts.append(first.seconds * 1000)
        whole.append(first.seconds / statistics.median([turn.seconds for turn in later]))
        first_token.append(first.first_token_seconds / statistics.median([turn.first_token_seconds for turn in later]))
    late = max(one.woken_late for one in pings) * 1000
    note = f"the machine woke the pinger up to {late:.0f} ms late"
    return [
        median(GROUP, f"{wire_format}: first / later, whole turn of {load.tokens} tokens", whole, "x", 2.0),
        median(GROUP, f"{wire_format}: first / later, to the first token", first_token, "x"),
        median(GROUP, f"{wire_format}: the first turn", firsts, "ms"),
        worst(
            GROUP,
            f"{wire_format}: slowest answer of /api/health",
            [one.slowest * 1000 for one in pings],
            "ms",
            100,
            note,
        ),
    ]
