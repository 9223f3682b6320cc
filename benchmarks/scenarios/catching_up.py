"""How long a watcher takes that comes back in the middle of a long answer, while it arrives and after its end."""

import random
import time

from benchmarks.bench import Bench, say
from benchmarks.figures import Figure, median, worst
from benchmarks.loads import Load, script
from benchmarks.streams import Watched, watch
from benchmarks.workspace import Workspace, serving

GROUP = "Catching up with 20,000 tokens"
TOKENS = 20_000
TRIES = 3
"""The best of three counts for each place: others on the machine are no property of a place."""


async def run(bench: Bench) -> list[Figure]:
    """Come back at random places of an answer that is still open, then of the same one after its end."""
    # Slower, the answer has more events; an answer at 100 tokens/s would take more than three minutes.
    load = Load(TOKENS, bench.take(400, 8_000), hangs_after=TOKENS - 10)
    await bench.provider.load(script(load))
    places = bench.take(60, 20)
    chance = random.Random(20_000)
    async with serving(bench.new_directory(), bench.provider, "openai") as workspace:
        conversation = await workspace.conversation("openai", load)
        say(f"  writing {TOKENS:,} tokens at {load.rate}/s")
        begin = await workspace.seq(conversation)
        stream = await workspace.stream(conversation, begin)
        watched = Watched(last_seq=begin)
        await workspace.send(conversation)
        await watch(stream, watched, tokens=TOKENS - 10)
        events = watched.last_seq
        say("  coming back")
        live = await _come_back(workspace, conversation, events, places, chance)
        await workspace.ask("POST", f"/api/conversations/{conversation}/stop")
        await watch(stream, watched)
        await stream.close()
        ended = await _come_back(workspace, conversation, watched.last_seq, places, chance)
    note = f"the answer had {events:,} events"
    return [
        worst(GROUP, "while it arrives, worst place", live, "ms", 20, note),
        median(GROUP, "while it arrives, median", live, "ms"),
        worst(GROUP, "after its end, worst place", ended, "ms", 20),
        median(GROUP, "after its end, median", ended, "ms"),
    ]


async def _come_back(
    workspace: Workspace, conversation: str, last: int, places: int, chance: random.Random
) -> list[float]:
    """Give the milliseconds from the request to the newest event, for the beginning and random places."""
    chosen = [0, *(chance.randrange(last) for _ in range(places - 1))]
    return [min([await _catch_up(workspace, conversation, after, last) for _ in range(TRIES)]) for after in chosen]


async def _catch_up(workspace: Workspace, conversation: str, after: int, last: int) -> float:
    begun = time.monotonic_ns()
    stream = await workspace.stream(conversation, after)
    newest = b'"seq":%d,' % last
    # Only looked for, not parsed: a client's own work is not the server's.
    end = b""
    while newest not in end and (piece := await stream.piece()) is not None:
        end = end[-len(newest) :] + piece[1]
    ended = time.monotonic_ns()
    await stream.close()
    return (ended - begun) / 1e6
