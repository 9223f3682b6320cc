"""Moments that are too short for a kill to hit them reliably: each is made here, in one process."""

import asyncio
from collections.abc import Sequence

import pytest

from flowent.conversations.commands import Clear, Command, Regenerate, Select, Send, Stop
from flowent.domain.events import Delta, MessageAdded, OutputStarted, StoredEvent, TurnEnded, TurnStarted, encode
from flowent.domain.parts import TextPart, ToolPart
from flowent.journal.log import open_log
from flowent.models.base import CallPiece, TextPiece
from flowent.store.base import StorageFullError, StoredEventRow
from support.memory import MemoryBlobs, MemoryEvents, StillClock, finished
from support.workshop import CONVERSATION, Bench, bench


async def interrupted(made: Bench) -> None:
    """Let a turn's owner go in mid-turn and load the conversation again; nothing goes on with the turn yet."""
    await made.send("Hi")
    await made.until(lambda: "delta" in made.types())
    assert made.owner is not None
    await made.owner.release()
    await made.open()


@pytest.mark.parametrize(
    "command",
    [
        Send("again", (TextPart(id="again.text", text="And?"),), "queue"),
        Stop(),
        Clear(),
    ],
    ids=lambda command: type(command).__name__,
)
async def test_a_command_that_is_faster_than_the_recovery_finds_the_turn_running(command: Command) -> None:
    stalled = asyncio.Event()
    first, second = [TextPiece(0, "Hel"), stalled], [TextPiece(0, "Hello"), stalled]
    async with bench(first, second, [TextPiece(0, "More"), finished()]) as made:
        await interrupted(made)
        await made.do(command)
        stalled.set()
        if isinstance(command, Send):
            made.model.answers[0:0] = [[TextPiece(0, "Hello"), finished()]]
        turns = [event.turn_id for event in made.happened() if isinstance(event, TurnStarted)]
        assert turns[0] == turns[1]
        print(made.types())
