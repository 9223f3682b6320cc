"""Stopping in order: a turn in mid-stream is suspended at once and goes on at the next start, as often as that happens.

The provider stops in mid-sentence, so a turn ends only when its step is asked again.
"""

import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest

from recovery import laws
from recovery.script import STALLED, UNKNOWN, Step, stalling
from recovery.watching import Watcher
from recovery.workspace import Workspace, parsed

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SECONDS = 6
"""How long an orderly stop may take, on a machine that is busy with other tests too."""


@asynccontextmanager
async def stalled(workspace: Workspace, times: int) -> AsyncGenerator[Watcher, None]:
    """Begin a turn that stalls that many times, and watch it."""
    if "stalled" not in workspace.undisturbed:
        async with turn(workspace, 0) as watcher:
            await watcher.ended(1)
            workspace.undisturbed["stalled"] = laws.transcript(await workspace.view(watcher.conversation_id))
    async with turn(workspace, times) as watcher:
        yield watcher


@asynccontextmanager
async def turn(workspace: Workspace, times: int) -> AsyncGenerator[Watcher, None]:
    async with workspace.used():
        await workspace.provider.load(stalling(times))
        await workspace.ready()
        conversation_id = await workspace.begin()
        async with Watcher(workspace.server, conversation_id).watching() as watcher:
            await workspace.send(conversation_id, STALLED)
            yield watcher


async def in_mid_stream(watcher: Watcher, starts: int = 1) -> None:
    """Wait until that many processes had the turn, and the newest one passes on what the stalled step says."""

    def streaming() -> bool:
        begun = [number for number, event in enumerate(watcher.seen) if event.type == "start"]
        since = watcher.seen[begun[starts - 1] :] if len(begun) >= starts else []
        return any(event.type == "delta" and event.data["index"] == 2 for event in since)

    await watcher.until(streaming)


async def look(workspace: Workspace, watcher: Watcher, causes: Sequence[str]) -> None:
    """Look at a turn that has ended: nothing shows what happened to it but the causes it went on with."""
    rows = workspace.rows(watcher.conversation_id)
    assert laws.hold(watcher.conversation_id, rows, watcher.seen) == ["message", *causes]
    laws.the_provider_was_asked_properly(await workspace.provider.report())
    view = await workspace.view(watcher.conversation_id)
    laws.same_transcript(laws.transcript(view), workspace.undisturbed["stalled"], ())
    assert workspace.effects() == {"effect-1": 1}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
async def test_a_stop_in_mid_stream_leaves_the_turn_open_for_the_next_start(
    workspace: Workspace, number: signal.Signals
) -> None:
    async with stalled(workspace, 1) as watcher:
        await in_mid_stream(watcher)
        workspace.server.send(number)
        assert await workspace.server.gone(SECONDS) == 0
        rows = workspace.rows(watcher.conversation_id)
        assert [row.type for row in rows if row.type in ("start", "turn_ended")] == ["start"]
        await workspace.ready()
        await watcher.ended(1)
        await look(workspace, watcher, ["resumed"])


async def test_orderly_restarts_in_a_row_are_no_crash_loop(workspace: Workspace) -> None:
    async with stalled(workspace, 4) as watcher:
        for number in range(4):
            await in_mid_stream(watcher, number + 1)
            await workspace.stop()
            await workspace.ready()
        await watcher.ended(1)
        await look(workspace, watcher, ["resumed"] * 4)


async def test_three_crashes_without_progress_end_the_turn_and_a_retry_goes_on(workspace: Workspace) -> None:
    async with stalled(workspace, 3) as watcher:
        for number in range(3):
            await in_mid_stream(watcher, number + 1)
            await workspace.server.kill()
            await workspace.ready()
        await watcher.ended(1)
        path = f"/api/conversations/{watcher.conversation_id}"
        view = await workspace.view(watcher.conversation_id)
        answer = view["messages"][-1]
        error = answer["parts"][-1]
        assert (view["status"], answer["status"], error["kind"]) == ("idle", "failed", "crash_loop")
        assert "retry" in error["remedy"]
        causes = [parsed(row)["cause"] for row in workspace.rows(watcher.conversation_id) if row.type == "start"]
        assert causes == ["message", "recovered", "recovered"]

        await workspace.server.ask("POST", f"{path}/messages/{answer['id']}/errors/{error['id']}/retry", {})
        await watcher.ended(2)
        view = await workspace.view(watcher.conversation_id)
        laws.same_transcript(laws.transcript(view), workspace.undisturbed["stalled"], ())
        laws.the_provider_was_asked_properly(await workspace.provider.report())
        assert workspace.effects() == {"effect-1": 1}


async def test_a_second_ctrl_c_does_not_wait_for_what_holds_on(workspace: Workspace) -> None:
    steps: list[Step] = [
        {"text": "I hold on.", "tool_calls": [{"name": "hold_on", "arguments": {}}]},
        {"text": "I let go.", "expect": {"last_contains": [UNKNOWN]}},
    ]
    async with workspace.used():
        await workspace.provider.load({"steps": steps})
        await workspace.ready()
        conversation_id = await workspace.begin()
        async with Watcher(workspace.server, conversation_id).watching() as watcher:
            await workspace.send(conversation_id, "Hold on")
            await watcher.until(lambda: "tool_start" in watcher.types)
            workspace.server.send(signal.SIGINT)
            await workspace.server.deaf()
            assert workspace.server.running
            workspace.server.send(signal.SIGINT)
            assert await workspace.server.gone(SECONDS) == -signal.SIGINT
            await workspace.ready()
            await watcher.ended(1)
        assert laws.turns_end_once(workspace.rows(conversation_id)) == ["message", "recovered"]
        await workspace.provider.assert_finished()
