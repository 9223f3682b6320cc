"""Ten watchers of one answer, and a second tab that comes later."""

import asyncio

from benchmarks.bench import Bench, say
from benchmarks.figures import Figure, median, worst
from benchmarks.loads import Load, script
from benchmarks.streams import Watched, watch
from benchmarks.workspace import Workspace, serving

GROUP = "Watchers"
SECOND_TAB_AFTER = 100


async def run(bench: Bench) -> list[Figure]:
    """Compare ten with one, and follow a second tab."""
    slow, fast = bench.take(Load(500, 100), Load(120, 100)), bench.take(Load(5_000), Load(2_000))
    tab = Load(400, 200)
    await bench.provider.load(script(slow, fast, tab))
    async with serving(bench.new_directory(), bench.provider, "openai") as workspace:
        await workspace.turn(await workspace.conversation("openai", fast), watchers=10)
        say("  full speed")
        at_full_speed = [await _ratio(workspace, fast) for _ in range(bench.take(7, 3))]
        say("  100 tokens/s")
        at_pace = [await _ratio(workspace, slow) for _ in range(bench.take(4, 2))]
        say("  a second tab")
        tabs = [await _second_tab(workspace, tab) for _ in range(bench.take(3, 1))]
    return [
        median(GROUP, "ten / one, full speed", at_full_speed, "x", 1.2),
        median(GROUP, "ten / one, 100 tokens/s", at_pace, "x", 1.2),
        worst(GROUP, "second tab: tokens missing at the end", [missing for missing, _, _ in tabs], "", 0),
        worst(GROUP, "second tab: longest time without growth", [gap for _, gap, _ in tabs], "ms", 100),
        median(GROUP, "second tab: steps in which the rest grew", [steps for _, _, steps in tabs], ""),
    ]


async def _ratio(workspace: Workspace, load: Load) -> float:
    one = await workspace.turn(await workspace.conversation("openai", load))
    ten = await workspace.turn(await workspace.conversation("openai", load), watchers=10)
    return ten.cpu / one.cpu


async def _second_tab(workspace: Workspace, load: Load) -> tuple[float, float, float]:
    """Give how many tokens a tab that was opened in the middle misses, its longest wait, and its steps."""
    conversation = await workspace.conversation("openai", load)
    after = await workspace.seq(conversation)
    first, second = Watched(last_seq=after), Watched()
    stream = await workspace.stream(conversation, after)
    await workspace.send(conversation)
    await watch(stream, first, tokens=SECOND_TAB_AFTER)
    late = await workspace.tab(conversation)
    await asyncio.gather(watch(stream, first), watch(late, second))
    await stream.close()
    await late.close()
    missing = load.tokens - second.tokens[-1][1] if second.text == first.text else load.tokens
    gaps = [(later[0] - earlier[0]) / 1e6 for earlier, later in zip(second.tokens, second.tokens[1:], strict=False)]
    return missing, max(gaps), len(second.tokens)
