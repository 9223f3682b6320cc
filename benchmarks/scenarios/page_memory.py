"""What a tab holds after a long answer, and after many conversations were looked at."""

from benchmarks.bench import Bench, say
from benchmarks.browser import Tab, browsing
from benchmarks.figures import Figure
from benchmarks.page_answers import END, connect, new_conversation, short_answer
from benchmarks.seeding import last_answer, seed
from benchmarks.streams import Watched, watch
from benchmarks.workspace import Workspace

GROUP = "Page: memory of a tab"
TOKENS = 20_000
MESSAGES = 200
CONVERSATIONS = 10


async def run(bench: Bench) -> list[Figure]:
    """Read the heap after collecting garbage: at first, after an answer, and after visits."""
    directory = bench.new_directory()
    workspace = Workspace(directory)
    try:
        sizes = [MESSAGES] * CONVERSATIONS
        seeded = await seed(workspace.database, str(directory / "work"), sizes, short_answer)
        await workspace.start()
        await connect(workspace, bench.provider, TOKENS)
        async with browsing() as browser, browser.visitor(workspace) as visitor:
            say(f"  an answer of {TOKENS:,} tokens")
            tab = await visitor.tab()
            await tab.open("/")
            first = await tab.heap()
            await tab.close()
            tab = await visitor.tab()
            answered = await _after_answer(workspace, tab)
            await tab.close()
            say(f"  {CONVERSATIONS} conversations")
            tab = await visitor.tab()
            await tab.open("/")
            heaps: list[float] = []
            nodes: list[float] = []
            for _ in range(bench.take(4, 3)):
                for conversation in seeded:
                    await _visit(tab, conversation)
                heaps.append(await tab.heap())
                nodes.append((await tab.metrics())["Nodes"])
    finally:
        await workspace.close()
    return [
        Figure(GROUP, "start page", first, "MB"),
        Figure(GROUP, f"after an answer of {TOKENS:,} tokens", answered, "MB"),
        Figure(GROUP, f"after {CONVERSATIONS} conversations of {MESSAGES} messages", heaps[0], "MB"),
        Figure(GROUP, f"after {len(heaps)} times as many visits / after the first round", heaps[-1] / heaps[0], "x"),
        Figure(GROUP, "the same, nodes of documents", nodes[-1] / nodes[0], "x"),
    ]


async def _after_answer(workspace: Workspace, tab: Tab) -> float:
    conversation = await new_conversation(workspace, TOKENS)
    await tab.open(f"/c/{conversation}")
    after = await workspace.seq(conversation)
    stream = await workspace.stream(conversation, after)
    await workspace.send(conversation)
    await watch(stream, Watched(last_seq=after))
    await stream.close()
    await tab.page.wait_for_function("text => probe.wholeText(text)", arg=END)
    return await tab.heap()


async def _visit(tab: Tab, conversation: str) -> None:
    """Go there as somebody who clicks in the list."""
    await tab.page.click(f'aside a[href="/c/{conversation}"]')
    await tab.page.evaluate("([id, text]) => probe.shown(id, text)", [last_answer(MESSAGES), END])
