"""Moments that are too short for a kill to hit them reliably: each is made here, in one process."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from flowent.conversations.commands import Clear, Command, Resume, Retry, Send, Stop
from flowent.domain.events import ErrorRaised, TurnEnded, TurnStarted
from flowent.domain.parts import TextPart
from flowent.journal.log import open_log
from flowent.models.base import CallPiece, TextPiece
from flowent.store.base import StorageFullError, StoredEventRow
from support.memory import MemoryBlobs, MemoryEvents, SayingModel, finished
from support.workshop import CONVERSATION, Bench, EchoTool, bench


@asynccontextmanager
async def opened(made: Bench) -> AsyncGenerator[Bench, None]:
    """Open a conversation over ends of our own."""
    await made.open()
    try:
        yield made
    finally:
        assert made.owner is not None
        await made.owner.release()


MORE = Send("more", (TextPart(id="more.text", text="And?"),), "queue")


async def suspended_in_mid_stream(made: Bench) -> None:
    """Begin a turn whose owner goes in mid-stream, and load the conversation again: nothing goes on by itself yet."""
    await made.send("Hi")
    await made.until(lambda: "delta" in made.types())
    assert made.owner is not None
    await made.owner.release()
    await made.open()


@pytest.mark.parametrize(
    ("command", "ended"),
    [(MORE, ["completed", "completed"]), (Stop(), ["stopped"]), (Clear(), ["discarded"])],
    ids=lambda value: type(value).__name__,
)
async def test_a_command_that_comes_before_the_turn_went_on_finds_it_running(
    command: Command, ended: list[str]
) -> None:
    cut = [TextPiece(0, "Hel"), asyncio.Event()]
    async with bench(cut, [TextPiece(0, "Hello"), finished()], [TextPiece(0, "More"), finished()]) as made:
        await suspended_in_mid_stream(made)
        await made.do(command)
        await made.ended(len(ended))
        happened = made.happened()
        assert [event.status for event in happened if isinstance(event, TurnEnded)] == ended
        starts = [event for event in happened if isinstance(event, TurnStarted)]
        assert [event.cause for event in starts[:2]] == ["message", "resumed"]
        assert starts[0].turn_id == starts[1].turn_id


async def test_time_does_not_run_backwards_when_a_conversation_is_loaded_in_mid_stream() -> None:
    async with bench([TextPiece(0, "Hel"), asyncio.Event()], [TextPiece(0, "Hello"), finished()]) as made:
        await made.send("Hi")
        await made.until(lambda: "output_start" in made.types())
        made.clock.seconds += 60
        await made.until(lambda: "delta" in made.types())
        assert made.owner is not None
        await made.owner.release()
        made.clock.seconds -= 3600
        await made.open()
        await made.do(Resume("recovered"))
        await made.ended()
        times = [row.at for row in made.events.rows[CONVERSATION]]
        assert times == sorted(times)


class EarlyReader(MemoryEvents):
    """A store whose readers see a commit before the event loop is told of it."""

    early: tuple[StoredEventRow, ...] = ()

    async def read_events(self, conversation_id: str, after: int, limit: int) -> list[StoredEventRow]:
        return [*await super().read_events(conversation_id, after, limit), *self.early][:limit]


async def test_a_late_watcher_is_not_given_what_the_loop_does_not_know_yet() -> None:
    store = EarlyReader()
    async with opened(Bench(SayingModel([TextPiece(0, "Hello"), finished()]), events=store)) as made:
        await made.send("Hi")
        await made.ended()
        log = await open_log(store, made.clock.now, CONVERSATION)
        store.early = (StoredEventRow(log.conversation.seq + 1, 0, "turn_ended", "{}"),)
        frames = await log.catch_up(0)
        assert frames[-1].seq == log.conversation.seq


class FullBlobs(MemoryBlobs):
    """A disk with room for the journal, but not for more files."""

    full = False

    async def put(self, data: bytes, *, durable: bool = True) -> str:
        if self.full:
            raise StorageFullError("No space is left for files.")
        return await super().put(data, durable=durable)


@pytest.mark.parametrize("together", [1, 2])
async def test_a_result_that_cannot_be_stored_fails_the_turn_with_a_remedy_and_can_be_retried(together: int) -> None:
    long = json.dumps({"text": "long " * 20_000})
    calls = [CallPiece(part, "", "echo", long) for part in range(together)]
    blobs = FullBlobs()
    model = SayingModel([*calls, finished()], [TextPiece(0, "Done"), finished()])
    async with opened(Bench(model, blobs=blobs, read=EchoTool(gate=asyncio.Event()))) as made:
        await made.send("Hi")
        await made.read.running.wait()
        blobs.full = True
        assert made.read.gate is not None
        made.read.gate.set()
        await made.ended()
        error = next(event for event in made.happened() if isinstance(event, ErrorRaised))
        assert (error.part.kind, error.part.message) == ("storage", "No space is left for files.")
        blobs.full = False
        await made.do(Retry(error.message_id, error.part.id))
        await made.ended(2)
        ended = [event.status for event in made.happened() if isinstance(event, TurnEnded)]
        assert ended == ["failed", "completed"]
