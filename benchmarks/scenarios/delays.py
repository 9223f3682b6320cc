"""How long a token takes from the provider's network call to the client: the first, the last, and all between."""

from benchmarks.bench import Bench, say
from benchmarks.figures import Figure, median, percentile, worst
from benchmarks.loads import FORMATS, Load, script
from benchmarks.workspace import Workspace, serving


async def run(bench: Bench) -> list[Figure]:
    """Measure short answers of every format."""
    load = Load(60, 100)
    figures: list[Figure] = []
    async with serving(bench.new_directory(), bench.provider) as workspace:
        for wire_format in FORMATS:
            say(f"  {wire_format}")
            await bench.provider.load(script(load))
            await workspace.turn(await workspace.conversation(wire_format, load))
            turns = bench.take(15 if wire_format == "openai" else 8, 2)
            figures += await _measure(bench, workspace, wire_format, load, turns)
    return figures


async def _measure(bench: Bench, workspace: Workspace, wire_format: str, load: Load, turns: int) -> list[Figure]:
    first: list[float] = []
    last: list[float] = []
    every: list[float] = []
    for _ in range(turns):
        await bench.provider.load(script(load, record_times=True))
        turn = await workspace.turn(await workspace.conversation(wire_format, load))
        report = await bench.provider.report()
        delays = [delay * 1000 for delay in turn.watched[0].delays(report.requests[-1].chunk_times_ns)]
        if len(delays) != load.tokens:
            raise RuntimeError(f"{len(delays)} of {load.tokens} tokens arrived")
        first.append(delays[0])
        last.append(delays[-1])
        every += delays
    group = "Delay from provider to client, 100 tokens/s"
    return [
        median(group, f"{wire_format}: first token, median", first, "ms", 10),
        worst(group, f"{wire_format}: first token, worst", first, "ms", 10),
        median(group, f"{wire_format}: last token, median", last, "ms", 50),
        worst(group, f"{wire_format}: last token, worst", last, "ms", 50),
        Figure(group, f"{wire_format}: any token, p99", percentile(every, 99), "ms"),
    ]
