"""Memory after ten long answers beside memory after one."""

import asyncio

from benchmarks.bench import Bench, say
from benchmarks.figures import Figure
from benchmarks.loads import Load, script
from benchmarks.workspace import Workspace, serving

GROUP = "Memory"
ANSWERS = 10
SETTLING = 0.3


async def run(bench: Bench) -> list[Figure]:
    """Write ten answers into one conversation, then ten into conversations of their own."""
    load = bench.take(Load(20_000), Load(10_000))
    await bench.provider.load(script(load))
    figures: list[Figure] = []
    for same in bench.take((True, False), (True,)):
        say("  in one conversation" if same else "  in ten conversations")
        async with serving(bench.new_directory(), bench.provider, "openai") as workspace:
            sizes = await _sizes(workspace, load, same=same)
        where = "one conversation" if same else "ten conversations"
        note = f"{sizes[0]:.1f} MB after one, {sizes[-1]:.1f} MB after ten"
        name = f"after ten answers of {load.tokens:,} tokens / after one, in {where}"
        figures.append(Figure(GROUP, name, sizes[-1] / sizes[0], "x", 1.05, note=note))
    return figures


async def _sizes(workspace: Workspace, load: Load, *, same: bool) -> list[float]:
    conversation = await workspace.conversation("openai", load)
    sizes: list[float] = []
    for number in range(ANSWERS):
        if number and not same:
            conversation = await workspace.conversation("openai", load)
        await workspace.turn(conversation)
        await asyncio.sleep(SETTLING)
        sizes.append(workspace.process.memory().resident)
    return sizes
