"""What the page loads before it can be used, and how long a conversation of 2,000 messages takes to open."""

from collections.abc import Sequence

from benchmarks.bench import Bench, say
from benchmarks.browser import Chromium, Loaded, Opening, browsing
from benchmarks.figures import Figure, median
from benchmarks.page_answers import END, connect, short_answer
from benchmarks.seeding import last_answer, seed
from benchmarks.workspace import Workspace

LOADED = "Page: what is loaded"
OPENING = "Page: opening a conversation"
MESSAGES = 2_000
PLAIN_MESSAGES = 20
KILOBYTES = 350
LARGEST = 5


async def run(bench: Bench) -> list[Figure]:
    """Open the start page, then a long conversation as somebody new and as somebody who has been there."""
    directory = bench.new_directory()
    workspace = Workspace(directory)
    try:
        work = str(directory / "work")
        (conversation,) = await seed(workspace.database, work, [MESSAGES], short_answer)
        (plain,) = await seed(workspace.database, work, [PLAIN_MESSAGES], prefix="conv_plain")
        await workspace.start()
        # Without something that answers, the start page is the welcome.
        await connect(workspace, bench.provider, 100)
        # The server folds a conversation once; what that takes is `blocking`'s business.
        await workspace.seq(conversation)
        async with browsing() as browser:
            say("  the start page and a short conversation")
            start = await _visit(browser, workspace, "/")
            short = await _visit(browser, workspace, f"/c/{plain}", last_answer(PLAIN_MESSAGES))
            say(f"  {MESSAGES:,} messages")
            cold: list[Opening] = []
            warm: list[Opening] = []
            for _ in range(bench.take(7, 3)):
                first, second = await _conversation(browser, workspace, conversation)
                cold.append(first)
                warm.append(second)
    finally:
        await workspace.close()
    return [
        *_weights("start page", start),
        *_weights("conversation of plain text", short),
        *_weights("conversation with code and mathematics", cold[0], goal=None),
        *_times(f"{MESSAGES:,} messages, first visit", cold),
        *_times(f"{MESSAGES:,} messages, later visit", warm),
    ]


async def _visit(browser: Chromium, workspace: Workspace, path: str, message_id: str | None = None) -> Opening:
    async with browser.visitor(workspace) as visitor:
        return await (await visitor.tab()).open(path, message_id)


async def _conversation(browser: Chromium, workspace: Workspace, conversation: str) -> tuple[Opening, Opening]:
    """Open it with an empty cache, and in another tab with what the first one left."""
    openings: list[Opening] = []
    async with browser.visitor(workspace) as visitor:
        for _ in range(2):
            tab = await visitor.tab()
            openings.append(await tab.open(f"/c/{conversation}", last_answer(MESSAGES), END))
            await tab.close()
    return openings[0], openings[1]


def _weights(where: str, opening: Opening, goal: float | None = KILOBYTES) -> list[Figure]:
    before = [one for one in opening.loaded if one.at <= opening.interactive]
    return [
        _weight(f"{where}: scripts until it can be used, gzip", "script", before, goal),
        _weight(f"{where}: scripts a second later, gzip", "script", opening.loaded),
        _weight(f"{where}: style sheets, gzip", "style", opening.loaded),
        _weight(f"{where}: fonts", "font", opening.loaded),
    ]


def _weight(name: str, kind: str, loaded: Sequence[Loaded], goal: float | None = None) -> Figure:
    chosen = sorted((one for one in loaded if one.kind == kind), key=lambda one: -one.size)
    largest = ", ".join(f"{one.name} {one.size / 1000:.0f} kB" for one in chosen[:LARGEST])
    return Figure(
        LOADED, name, sum(one.size for one in chosen) / 1000, "kB", goal, note=f"{len(chosen)} files; {largest}"
    )


def _times(name: str, openings: Sequence[Opening]) -> list[Figure]:
    return [
        median(OPENING, f"{name}: can be used", [one.interactive for one in openings], "ms", 1200),
        median(OPENING, f"{name}: first paint", [one.painted for one in openings], "ms"),
        median(OPENING, f"{name}: newest message in view", [one.shown for one in openings], "ms"),
        median(OPENING, f"{name}: a key typed then is shown", [one.typed for one in openings], "ms"),
        median(OPENING, f"{name}: CPU of the main thread", [one.cpu for one in openings], "ms"),
    ]
