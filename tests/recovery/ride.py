"""One conversation's two turns, through processes that die.

A client sends both messages, each until it is accepted, and watches; meanwhile one process after another is ended in
the way that its stage says, and the last one lives.
"""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from recovery import laws
from recovery.figures import Figures
from recovery.script import EFFECTS, FIRST, SECOND, ten_steps
from recovery.watching import Watcher
from recovery.workspace import Workspace, parsed

RIDE = "ride"
"""The name of these two turns among the undisturbed ones."""


@dataclass(frozen=True, slots=True)
class Kill:
    """SIGKILL, once the client has seen so many more events (and a complete step, where that is asked) and waited."""

    events: int
    seconds: float = 0.0
    progress: bool = False


@dataclass(frozen=True, slots=True)
class KillStarting:
    """SIGKILL so many seconds after the process was started, whatever it does by then."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Crash:
    """The process kills itself at a crash point (``name`` or ``name:visit``)."""

    at: str


@dataclass(frozen=True, slots=True)
class CrashStopping:
    """SIGTERM after so many events; the process kills itself on its way out."""

    at: str
    events: int


Stage = Kill | KillStarting | Crash | CrashStopping


class Ride:
    """See the module. `go` does it all; it raises AssertionError for every promise that was broken."""

    def __init__(self, workspace: Workspace, figures: Figures) -> None:
        """Prepare one in a workspace; ``figures`` are filled in."""
        self._workspace = workspace
        self.figures = figures

    async def go(self, *stages: Stage) -> None:
        """Go through the stages, to the end of both turns, and look at everything."""
        async with self._workspace.used():
            await self._go(stages)
        self.figures.counts["rides"] += 1

    async def _go(self, stages: Sequence[Stage]) -> None:
        workspace = self._workspace
        if stages and RIDE not in workspace.undisturbed:
            await Ride(workspace, Figures()).go()
        await workspace.provider.load(ten_steps())
        await workspace.ready()
        conversation_id = await workspace.begin()
        watcher = Watcher(workspace.server, conversation_id)
        async with watcher.watching():
            sending: asyncio.Task[None] | None = None
            for stage in stages:
                await self._spawn(stage)
                sending = sending or asyncio.create_task(self._send_both(conversation_id))
                await self._end(stage, watcher)
                self.figures.counts["kills"] += 1
                self.figures.last_seen[watcher.types[-1] if watcher.seen else "nothing"] += 1
            await workspace.ready()
            await (sending or self._send_both(conversation_id))
            await watcher.ended(2)
            await self._check(watcher)

    async def _spawn(self, stage: Stage) -> None:
        match stage:
            case Crash(at=at) | CrashStopping(at=at):
                await self._workspace.spawn(at)
            case Kill() | KillStarting():
                await self._workspace.spawn()

    async def _end(self, stage: Stage, watcher: Watcher) -> None:
        server = self._workspace.server
        begun = len(watcher.seen)

        def seen(events: int, progress: bool = False) -> bool:
            new = watcher.seen[begun:]
            if watcher.types.count("turn_ended") >= 2:
                return True
            done = any(event.type == "output_done" and event.data["reason"] == "complete" for event in new)
            return len(new) >= events and (done or not progress)

        match stage:
            case Kill(events=events, seconds=seconds, progress=progress):
                await watcher.until(lambda: seen(events, progress))
                await asyncio.sleep(seconds)
                server.send(signal.SIGKILL)
            case KillStarting(seconds=seconds):
                await asyncio.sleep(seconds)
                server.send(signal.SIGKILL)
            case CrashStopping(events=events):
                await watcher.until(lambda: seen(events))
                server.send(signal.SIGTERM)
            case Crash():
                pass
        status = await server.gone()
        assert status == -signal.SIGKILL, f"{stage}: the process ended with {status}:\n{server.output()[-2000:]}"

    async def _send_both(self, conversation_id: str) -> None:
        for number, text in enumerate((FIRST, SECOND)):
            body = {"content": text, "id": f"{conversation_id}.said.{number}", "mode": "queue"}
            await self._send(f"/api/conversations/{conversation_id}/messages", body)

    async def _send(self, path: str, body: dict[str, str]) -> None:
        """Send a message until it is accepted: whoever gets no answer cannot know whether it was."""
        async with asyncio.timeout(40), self._workspace.server.client() as client:
            while True:
                try:
                    response = await client.post(path, json=body)
                except httpx.TransportError:
                    await asyncio.sleep(0.02)
                    continue
                if response.status_code == 202:
                    return
                assert response.status_code == 503, f"the message was refused: {response.text}"
                await asyncio.sleep(0.02)

    async def _check(self, watcher: Watcher) -> None:
        workspace, conversation_id = self._workspace, watcher.conversation_id
        view = await workspace.view(conversation_id)
        rows = workspace.rows(conversation_id)
        report = await workspace.provider.report()
        laws.the_provider_was_asked_properly(report)
        causes = laws.hold(conversation_id, rows, watcher.seen)
        interrupted = laws.effects_are_honest(view, workspace.effects(), EFFECTS, report.requests)
        found = laws.transcript(view)
        if RIDE in workspace.undisturbed:
            laws.same_transcript(found, workspace.undisturbed[RIDE], interrupted)
        else:
            workspace.undisturbed[RIDE] = found
            assert (causes, interrupted) == (["message", "message"], [])
        async with Watcher(workspace.server, conversation_id).watching() as late:
            await late.until(lambda: late.last >= rows[-1].seq)
        assert [event.seq for event in late.seen] == [row.seq for row in rows], "a late client sees another history"
        laws.nothing_seen_is_lost(conversation_id, rows, late.seen)
        superseded = sum(row.type == "output_done" and parsed(row)["reason"] == "superseded" for row in rows)
        self.figures.counts.update(
            {
                "recovered": causes.count("recovered"),
                "asked again": superseded,
                "interrupted": len(interrupted),
                "seen": len(watcher.seen),
                "pruned": len({event.seq for event in watcher.seen} - {row.seq for row in rows}),
            }
        )
