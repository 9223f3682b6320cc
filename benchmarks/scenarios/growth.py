"""Whether a token costs more in a long answer, or with many stored messages."""

import asyncio
import statistics

from benchmarks.bench import Bench, say
from benchmarks.figures import Figure, median
from benchmarks.loads import Load, script
from benchmarks.seeding import seed
from benchmarks.streams import Watched, watch
from benchmarks.workspace import Workspace, serving

GROUP = "Growth"
MESSAGES = 5_000


async def run(bench: Bench) -> list[Figure]:
    """Compare long with short, and much with nothing."""
    say("  20,000 tokens and 2,000")
    figures = await _long_answers(bench)
    say("  5,000 stored messages and none")
    return [*figures, *await _stored_messages(bench)]


async def _long_answers(bench: Bench) -> list[Figure]:
    short, long = Load(2_000), Load(20_000)
    steady = bench.take(Load(20_000, 1_000), Load(20_000, 8_000))
    await bench.provider.load(script(short, long, steady))
    ratios: list[float] = []
    async with serving(bench.new_directory(), bench.provider, "openai") as workspace:
        await workspace.turn(await workspace.conversation("openai", short))
        for _ in range(bench.take(5, 2)):
            cheap = statistics.mean([await _for_a_token(workspace, short) for _ in range(3)])
            ratios.append(await _for_a_token(workspace, long) / cheap)
        steadily = [await _first_and_last(workspace, steady) for _ in range(bench.take(2, 1))]
    return [
        median(GROUP, "20,000 tokens / 2,000 tokens, full speed", ratios, "x", 1.1),
        median(GROUP, f"last fifth / first fifth of 20,000 tokens at {steady.rate}/s", steadily, "x", 1.1),
    ]


async def _for_a_token(workspace: Workspace, load: Load) -> float:
    turn = await workspace.turn(await workspace.conversation("openai", load))
    return turn.cpu / load.tokens


async def _first_and_last(workspace: Workspace, load: Load) -> float:
    """Give the CPU of an answer's last tokens over that of as many first ones."""
    conversation = await workspace.conversation("openai", load)
    after = await workspace.seq(conversation)
    stream = await workspace.stream(conversation, after)
    watched = Watched(last_seq=after)
    await workspace.send(conversation)
    marks: list[tuple[int, float]] = []
    part = load.tokens // 5
    for tokens in (200, 200 + part, load.tokens - 200 - part, load.tokens - 200):
        await watch(stream, watched, tokens=tokens)
        marks.append((watched.tokens[-1][1], workspace.process.cpu()))
    await watch(stream, watched)
    await stream.close()
    first = (marks[1][1] - marks[0][1]) / (marks[1][0] - marks[0][0])
    last = (marks[3][1] - marks[2][1]) / (marks[3][0] - marks[2][0])
    return last / first


async def _stored_messages(bench: Bench) -> list[Figure]:
    load = bench.take(Load(2_000, 500), Load(500, 500))
    await bench.provider.load(script(load))
    directory = bench.new_directory()
    workspace = Workspace(directory)
    try:
        full, cleared = await seed(workspace.database, str(directory / "work"), [MESSAGES, MESSAGES])
        await workspace.start()
        await workspace.connect(bench.provider, "openai")
        await workspace.ask("POST", f"/api/conversations/{cleared}/clear")
        for conversation in (full, cleared):
            await workspace.choose(conversation, "openai", load)
            await workspace.turn(conversation)
        turns = {"none": list[float](), "branch": list[float](), "aside": list[float](), "whole": list[float]()}
        for _ in range(bench.take(4, 2)):
            empty = await workspace.turn(await workspace.conversation("openai", load))
            on_branch = await workspace.turn(full)
            aside = await workspace.turn(cleared)
            await asyncio.sleep(0)
            turns["none"].append(empty.cpu_streaming)
            turns["branch"].append(on_branch.cpu_streaming / empty.cpu_streaming)
            turns["aside"].append(aside.cpu_streaming / empty.cpu_streaming)
            turns["whole"].append((on_branch.cpu - on_branch.cpu_streaming) * 1000)
    finally:
        await workspace.close()
    return [
        median(GROUP, f"{MESSAGES:,} messages on the branch / none, streaming at 500/s", turns["branch"], "x", 1.05),
        median(GROUP, f"{MESSAGES:,} messages on another branch / none, streaming", turns["aside"], "x", 1.05),
        median(GROUP, f"request of {MESSAGES:,} messages, once a turn (CPU to the first token)", turns["whole"], "ms"),
    ]
