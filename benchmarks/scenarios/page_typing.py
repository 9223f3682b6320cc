"""What a key press in the composer costs: in an empty conversation, below 1,000 messages, while an answer arrives."""

import asyncio
import contextlib
from collections.abc import Sequence

from benchmarks.bench import Bench, say
from benchmarks.browser import Tab, browsing
from benchmarks.figures import Figure, percentile
from benchmarks.page_answers import END, RATE, choose, connect, new_conversation, short_answer
from benchmarks.page_trace import Press, tracing
from benchmarks.seeding import last_answer, seed
from benchmarks.streams import Watched, watch
from benchmarks.workspace import Workspace

GROUP = "Page: a key press in the composer"
MESSAGES = 1_000
GOAL = 16
TEXT = "the quick brown fox jumps over the lazy dog "
KEYS_A_SECOND = 8


async def run(bench: Bench) -> list[Figure]:
    """Type in three places."""
    keys = bench.take(160, 40)
    # More than is needed: on a busy machine the keys take longer. The answer is stopped after them.
    tokens = RATE * (3 * keys // KEYS_A_SECOND + 10)
    directory = bench.new_directory()
    workspace = Workspace(directory)
    try:
        (conversation,) = await seed(workspace.database, str(directory / "work"), [MESSAGES], short_answer)
        await workspace.start()
        await connect(workspace, bench.provider, tokens)
        async with browsing() as browser, browser.visitor(workspace) as visitor:
            say("  in an empty conversation")
            tab = await visitor.tab()
            await tab.open(f"/c/{await new_conversation(workspace, tokens)}")
            empty = await _type(tab, keys)
            await tab.close()
            say(f"  below {MESSAGES:,} messages")
            tab = await visitor.tab()
            await tab.open(f"/c/{conversation}", last_answer(MESSAGES), END)
            quiet = await _type(tab, keys)
            say(f"  the same while {RATE:,} tokens/s arrive")
            await choose(workspace, conversation, tokens)
            streaming, added = await _type_while_streaming(workspace, tab, conversation, keys)
    finally:
        await workspace.close()
    return [
        *_figures("empty conversation", empty),
        *_figures(f"{MESSAGES:,} messages", quiet),
        Figure(GROUP, f"{MESSAGES:,} messages, {RATE:,} tokens/s arrive: what a key adds, mean", added, "ms", GOAL),
        *_figures("the same, with what arrived together with it", streaming, goal=None),
    ]


async def _type(tab: Tab, keys: int) -> list[Press]:
    """Type as fast as a person who types fast."""
    async with tracing(tab.session) as trace:
        for number in range(keys):
            await tab.press(TEXT[number % len(TEXT)])
            await asyncio.sleep(1 / KEYS_A_SECOND)
    presses = trace.presses()
    if len(presses) < keys * 0.9:
        raise RuntimeError(f"Only {len(presses)} of {keys} key presses are in the trace.")
    return presses


async def _type_while_streaming(
    workspace: Workspace, tab: Tab, conversation: str, keys: int
) -> tuple[list[Press], float]:
    """Type into an answer that arrives, then let it arrive for as long without; gives what a key added, too."""
    after = await workspace.seq(conversation)
    stream = await workspace.stream(conversation, after)
    watched = Watched(last_seq=after)
    await workspace.send(conversation)
    await watch(stream, watched, tokens=RATE)
    following = asyncio.create_task(watch(stream, watched))
    try:
        begin = await tab.moment()
        presses = await _type(tab, keys)
        between = await tab.moment()
        await asyncio.sleep(between.at - begin.at)
        end = await tab.moment()
        if watched.ended_at:
            raise RuntimeError("The answer ended before the typing did.")
    finally:
        await workspace.ask("POST", f"/api/conversations/{conversation}/stop")
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
        await stream.close()
    without = (end.thread - between.thread) * (between.at - begin.at) / (end.at - between.at)
    return presses, (between.thread - begin.thread - without) * 1000 / keys


def _figures(name: str, presses: Sequence[Press], goal: float | None = GOAL) -> list[Figure]:
    cpu = [press.cpu for press in presses]
    events = [press.events for press in presses]
    clock = [press.clock for press in presses]
    return [
        Figure(GROUP, f"{name}: main thread, median", percentile(cpu, 50), "ms", goal),
        Figure(GROUP, f"{name}: main thread, p95", percentile(cpu, 95), "ms", goal),
        Figure(GROUP, f"{name}: by the clock, p95", percentile(clock, 95), "ms"),
        Figure(GROUP, f"{name}: without the frame, p95", percentile(events, 95), "ms"),
    ]
