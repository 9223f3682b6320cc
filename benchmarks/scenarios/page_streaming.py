"""What 1,000 tokens a second cost the page: in an empty conversation, below 2,000 messages, at the end of 20,000."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.bench import Bench, say
from benchmarks.browser import Record, Tab, browsing
from benchmarks.figures import Figure, median, percentile
from benchmarks.page_answers import END, RATE, choose, connect, new_conversation, short_answer
from benchmarks.seeding import last_answer, seed
from benchmarks.streams import Watched, watch
from benchmarks.workspace import Workspace

STREAMING = f"Page: {RATE:,} tokens/s"
LONG = "Page: an answer of 20,000 tokens"
MESSAGES = 2_000
TOKENS = 20_000
BUSY = 30
FRAME = 25
PARTS = 5


@dataclass(frozen=True, slots=True)
class Streamed:
    """One answer as a tab saw it, first token to last; ``behind`` is how many ms later it was all shown."""

    record: Record
    behind: float


async def run(bench: Bench) -> list[Figure]:
    """Stream in turn into an empty conversation and a long one, then one long answer."""
    tokens = bench.take(10_000, 4_000)
    directory = bench.new_directory()
    workspace = Workspace(directory)
    try:
        rounds = bench.take(3, 1)
        seeded = await seed(workspace.database, str(directory / "work"), [MESSAGES] * rounds, short_answer)
        await workspace.start()
        await connect(workspace, bench.provider, tokens, TOKENS)
        async with browsing() as browser, browser.visitor(workspace) as visitor:
            idle = await _idle(await visitor.tab(), bench.take(3.0, 1.5))
            empty: list[Streamed] = []
            full: list[Streamed] = []
            long: list[Streamed] = []
            for number, conversation in enumerate(seeded, start=1):
                say(f"  {tokens:,} tokens, empty and below {MESSAGES:,} messages ({number} of {rounds})")
                empty.append(await _stream_into(workspace, await visitor.tab(), None, tokens))
                full.append(await _stream_into(workspace, await visitor.tab(), conversation, tokens))
            for number in range(1, bench.take(2, 1) + 1):
                say(f"  {TOKENS:,} tokens ({number})")
                long.append(await _stream_into(workspace, await visitor.tab(), None, TOKENS))
    finally:
        await workspace.close()
    return [
        *_costs(STREAMING, "empty conversation", empty),
        *_costs(STREAMING, f"below {MESSAGES:,} messages", full),
        median(STREAMING, f"main thread, below {MESSAGES:,} messages / empty", _ratios(empty, full), "x"),
        Figure(STREAMING, "main thread, nothing happens, frames are noted", idle, "%"),
        *_fifths(long),
    ]


async def _stream_into(workspace: Workspace, tab: Tab, conversation: str | None, tokens: int) -> Streamed:
    """Show a conversation in a tab and record an answer there; None begins one. The tab is closed."""
    if conversation is None:
        conversation = await new_conversation(workspace, tokens)
        await tab.open(f"/c/{conversation}")
    else:
        await choose(workspace, conversation, tokens)
        await tab.open(f"/c/{conversation}", last_answer(MESSAGES), END)
    after = await workspace.seq(conversation)
    stream = await workspace.stream(conversation, after)
    watched = Watched(last_seq=after)
    await workspace.send(conversation)
    await watch(stream, watched, tokens=1)
    async with tab.recording() as record:
        await watch(stream, watched)
    await stream.close()
    if watched.status != "completed":
        raise RuntimeError(f"The answer did not complete: {watched.status}")
    await tab.page.wait_for_function("text => probe.wholeText(text)", arg=END, polling="raf")
    behind = (time.monotonic_ns() - watched.ended_at) / 1e6
    await tab.close()
    return Streamed(record, behind)


async def _idle(tab: Tab, seconds: float) -> float:
    await tab.open("/")
    async with tab.recording() as record:
        await asyncio.sleep(seconds)
    await tab.close()
    return record.busy()


def _costs(group: str, name: str, streamed: Sequence[Streamed]) -> list[Figure]:
    frames = [percentile(one.record.intervals(), 95) for one in streamed]
    worst_frames = [max(one.record.intervals()) for one in streamed]
    return [
        median(group, f"{name}: main thread", [one.record.busy() for one in streamed], "%", BUSY),
        median(group, f"{name}: main thread by the clock", [one.record.busy_by_the_clock() for one in streamed], "%"),
        median(group, f"{name}: frame, p95", frames, "ms", FRAME),
        median(group, f"{name}: longest frame", worst_frames, "ms"),
        median(group, f"{name}: all shown after the end", [one.behind for one in streamed], "ms"),
    ]


def _ratios(empty: Sequence[Streamed], full: Sequence[Streamed]) -> list[float]:
    return [two.record.busy() / one.record.busy() for one, two in zip(empty, full, strict=True)]


def _fifths(long: Sequence[Streamed]) -> list[Figure]:
    first = [_part(one.record, 0) for one in long]
    last = [_part(one.record, PARTS - 1) for one in long]
    figures: list[Figure] = []
    for name, records in (("first fifth", first), ("last fifth", last)):
        frames = [percentile(record.intervals(), 95) for record in records]
        figures += [
            median(LONG, f"{name}: main thread", [record.busy() for record in records], "%", BUSY),
            median(LONG, f"{name}: frame, p95", frames, "ms", FRAME),
            median(LONG, f"{name}: longest frame", [max(record.intervals()) for record in records], "ms"),
        ]
    ratios = [two.busy() / one.busy() for one, two in zip(first, last, strict=True)]
    figures.append(median(LONG, "main thread, last fifth / first fifth", ratios, "x"))
    figures.append(median(LONG, "all shown after the end", [one.behind for one in long], "ms"))
    whole = statistics.median([one.record.busy() for one in long])
    figures.append(Figure(LONG, "main thread, the whole answer", whole, "%", BUSY))
    return figures


def _part(record: Record, number: int) -> Record:
    """Give one of five parts of equal length."""
    length = (record.end - record.begin) / PARTS
    return record.part(record.begin + number * length, record.begin + (number + 1) * length)
