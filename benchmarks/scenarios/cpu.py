"""CPU for each token: the workspace beside a bare relay and the model library alone, one after the other."""

from collections.abc import Sequence

from benchmarks.bench import Bench, say
from benchmarks.figures import Figure, median
from benchmarks.loads import FORMATS, Load, script
from benchmarks.workspace import Workspace, serving

WARM_UP = Load(200)


async def run(bench: Bench) -> list[Figure]:
    """Measure every format at full speed, then at 100 tokens a second."""
    fast = bench.take(Load(5_000), Load(2_000))
    single = bench.take(Load(5_000, at_once=1), Load(2_000, at_once=1))
    slow = bench.take(Load(500, 100), Load(100, 100))
    await bench.provider.load(script(WARM_UP, fast, single, slow))
    figures: list[Figure] = []
    async with serving(bench.new_directory(), bench.provider) as workspace:
        for wire_format in FORMATS:
            await _warm_up(bench, workspace, wire_format)
        for load, repetitions in ((fast, bench.take(7, 2)), (single, bench.take(5, 2)), (slow, bench.take(3, 1))):
            for wire_format in FORMATS if load is not single else ("openai",):
                say(f"  {wire_format}, {load.pace}")
                figures += await _measure(bench, workspace, wire_format, load, repetitions)
    return figures


async def _warm_up(bench: Bench, workspace: Workspace, wire_format: str) -> None:
    await bench.relayed("library", wire_format, WARM_UP)
    await bench.relayed("bare", "openai", WARM_UP)
    for _ in range(2):
        await workspace.turn(await workspace.conversation(wire_format, WARM_UP))


async def _measure(bench: Bench, workspace: Workspace, wire_format: str, load: Load, repetitions: int) -> list[Figure]:
    ours: list[float] = []
    library: list[float] = []
    bare: list[float] = []
    for _ in range(repetitions):
        if wire_format == "openai":
            bare.append(await bench.relayed("bare", wire_format, load))
        library.append(await bench.relayed("library", wire_format, load))
        turn = await workspace.turn(await workspace.conversation(wire_format, load))
        ours.append(turn.cpu)
    group = f"CPU for a token, {load.pace}"
    goal = 150 if load.rate is None else 400
    hot = wire_format == "openai"
    figures = [
        median(group, f"{wire_format}: workspace", _microseconds(ours, load), "us", goal if hot else None),
        median(group, f"{wire_format}: model library alone", _microseconds(library, load), "us"),
        median(group, f"{wire_format}: workspace / library", _ratios(ours, library), "x", None if hot else 1.25),
    ]
    if bare:
        figures.append(median(group, f"{wire_format}: bare relay", _microseconds(bare, load), "us"))
        figures.append(median(group, f"{wire_format}: workspace / bare relay", _ratios(ours, bare), "x"))
    return figures


def _microseconds(seconds: Sequence[float], load: Load) -> list[float]:
    return [one / load.tokens * 1e6 for one in seconds]


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(ours, theirs, strict=True)]
