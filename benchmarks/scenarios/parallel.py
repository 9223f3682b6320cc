"""A hundred answers at once on one core: nothing may be lost, and nothing may be late."""

import asyncio
import json
import os

from benchmarks.bench import Bench, say
from benchmarks.figures import Figure, percentile
from benchmarks.loads import Load, script
from benchmarks.streams import Stream, Watched, watch
from benchmarks.workspace import Workspace, serving
from flowent.scripted.process import ScriptedProvider

STREAMS = 100
RATE = 50
GROUP = f"{STREAMS} parallel answers of {RATE} tokens/s on one core"


async def run(bench: Bench) -> list[Figure]:
    """Give the server one core, and everybody else the others."""
    warm_up = Load(50)
    load = bench.take(Load(600, RATE), Load(200, RATE))
    cores = sorted(os.sched_getaffinity(0))
    others = set(cores[1:]) or {cores[0]}
    os.sched_setaffinity(0, others)
    try:
        async with ScriptedProvider(script(load, warm_up)).start() as provider:
            directory = bench.new_directory()
            async with serving(directory, provider, "openai") as workspace:
                workspace.process.pin(cores[0])
                say(f"  {load.tokens} tokens each")
                await workspace.turn(await workspace.conversation("openai", warm_up))
                await provider.load(script(load, record_times=True))
                return await _measure(workspace, provider, load)
    finally:
        os.sched_setaffinity(0, cores)


async def _measure(workspace: Workspace, provider: ScriptedProvider, load: Load) -> list[Figure]:
    names = [await workspace.conversation("openai", load) for _ in range(STREAMS)]
    watched: dict[str, Watched] = {}
    streams: dict[str, Stream] = {}
    for name in names:
        after = await workspace.seq(name)
        watched[name] = Watched(last_seq=after)
        streams[name] = await workspace.stream(name, after)
    before = workspace.process.cpu()
    followers = [asyncio.create_task(watch(streams[name], watched[name])) for name in names]
    await asyncio.gather(*[workspace.send(name, _question(number)) for number, name in enumerate(names)])
    await asyncio.gather(*followers)
    used = workspace.process.cpu() - before
    for stream in streams.values():
        await stream.close()
    sent = {json.dumps(request.body): request.chunk_times_ns for request in (await provider.report()).requests}
    delays: list[float] = []
    lost = disordered = 0
    for number, name in enumerate(names):
        times = next(times for body, times in sent.items() if _question(number) in body)
        seen = watched[name]
        delays += [delay * 1000 for delay in seen.delays(times)]
        lost += load.tokens - seen.text.count(" ")
        disordered += not seen.in_order or seen.status != "completed"
    return [
        Figure(GROUP, "tokens lost", lost, "", 0),
        Figure(GROUP, "answers out of order or not completed", disordered, "", 0),
        Figure(GROUP, "delay of a token, p99", percentile(delays, 99), "ms", 250),
        Figure(GROUP, "delay of a token, median", percentile(delays, 50), "ms"),
        Figure(GROUP, "CPU for a token", used / (load.tokens * STREAMS) * 1e6, "us"),
        Figure(GROUP, "share of the core", used / (load.tokens / RATE) * 100, "%"),
    ]


def _question(number: int) -> str:
    return f"This is question number {number}."
