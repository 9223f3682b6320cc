"""Twenty conversations have a turn at once when their process is killed; all of them go on at the next start."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest

from recovery import laws
from recovery.figures import Figures
from recovery.script import CONVERSATIONS, begin, parallel
from recovery.watching import Watcher
from recovery.workspace import Workspace

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest.mark.parametrize("seen", [[8], [12, 40]], ids=["one kill", "two kills"])
async def test_all_conversations_go_on_after_a_kill(workspace: Workspace, figures: Figures, seen: list[int]) -> None:
    async with workspace.used(), AsyncExitStack() as stack:
        await workspace.provider.load(parallel())
        await workspace.ready()
        names = [await workspace.begin() for _ in range(CONVERSATIONS)]
        watchers = [await stack.enter_async_context(Watcher(workspace.server, name).watching()) for name in names]
        await asyncio.gather(*(workspace.send(name, begin(number)) for number, name in enumerate(names)))
        for events in seen:
            await asyncio.gather(*(watcher.saw(events) for watcher in watchers[::4]))
            await workspace.server.kill()
            figures.counts["kills"] += 1
            await workspace.ready()
        await asyncio.gather(*(watcher.ended(1) for watcher in watchers))
        report = await workspace.provider.report()
        laws.the_provider_was_asked_properly(report)
        recovered = 0
        for number, watcher in enumerate(watchers):
            rows = workspace.rows(watcher.conversation_id)
            recovered += laws.hold(watcher.conversation_id, rows, watcher.seen).count("recovered")
            view = await workspace.view(watcher.conversation_id)
            requests = [request for request in report.requests if begin(number) in json.dumps(request.body)]
            names_of_effects = [f"effect-{number}a", f"effect-{number}b"]
            interrupted = laws.effects_are_honest(view, workspace.effects(), names_of_effects, requests)
            figures.counts["interrupted"] += len(interrupted)
            said = [part["text"] for part in view["messages"][-1]["parts"] if part["type"] == "text"]
            assert said[-1] == f"Conversation {number} is done."
            assert len(said) == 3
        assert recovered >= CONVERSATIONS / 2
        figures.counts["recovered"] += recovered
