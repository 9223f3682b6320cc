"""Pieces between two loops in two threads."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any

import pytest

from flowent.domain.failures import Failure
from flowent.domain.parts import ProviderPayload
from flowent.models import failures
from flowent.models.base import CallPiece, Finished, ModelError, PayloadPiece, Piece, TextPiece, ThinkingPiece
from flowent.models.library_relay import LIMIT, Relay

PAYLOAD = PayloadPiece(0, ProviderPayload(adapter="a", model="m", data={"signature": "s"}))


@pytest.fixture
def writer() -> Iterator[asyncio.AbstractEventLoop]:
    """The library's loop, in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def write(relay: Relay, *pieces: Piece, failure: Failure | None = None) -> None:
    """Write an answer and end it."""
    for piece in pieces:
        relay.put(piece)
        if relay.full:
            await relay.room()
    relay.end(failure)


def start(writer: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, None]) -> None:
    """Begin to write."""
    asyncio.run_coroutine_threadsafe(work, writer)


async def batches(relay: Relay) -> AsyncIterator[list[Piece]]:
    """Read until the end."""
    while (pieces := await relay.take()) is not None:
        yield list(pieces)


async def everything(relay: Relay) -> list[Piece]:
    """Read until the end."""
    return [piece async for batch in batches(relay) for piece in batch]


async def test_pieces_arrive_in_order(writer: asyncio.AbstractEventLoop) -> None:
    relay = Relay(asyncio.get_running_loop(), writer)
    pieces = [
        ThinkingPiece(0, "Hm."),
        PAYLOAD,
        TextPiece(1, "Yes."),
        CallPiece(2, "c", "n", "{}"),
        Finished("complete"),
    ]

    start(writer, write(relay, *pieces))

    assert await everything(relay) == pieces


async def test_what_goes_on_with_a_part_is_one_piece(writer: asyncio.AbstractEventLoop) -> None:
    relay = Relay(asyncio.get_running_loop(), writer)
    pieces = [
        *(TextPiece(0, text) for text in "abc"),
        *(CallPiece(1, "c1", "n", text) for text in "{}"),
        *(CallPiece(2, "c2", "n", text) for text in "{}"),
        PayloadPiece(2, PAYLOAD.payload),
        CallPiece(2, "c2", "n", " "),
    ]

    start(writer, write(relay, *pieces))

    assert await everything(relay) == [
        TextPiece(0, "abc"),
        CallPiece(1, "c1", "n", "{}"),
        CallPiece(2, "c2", "n", "{}"),
        PayloadPiece(2, PAYLOAD.payload),
        CallPiece(2, "c2", "n", " "),
    ]


async def test_nothing_is_handed_over_before_the_writer_waits(writer: asyncio.AbstractEventLoop) -> None:
    relay = Relay(asyncio.get_running_loop(), writer)
    reading = asyncio.create_task(relay.take())

    async def put() -> None:
        relay.put(TextPiece(0, "a"))

    async def flush() -> None:
        relay.put(TextPiece(1, "b"))
        relay.flush()

    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(put(), writer))
    assert not reading.done()
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(flush(), writer))

    assert await reading == [TextPiece(0, "a"), TextPiece(1, "b")]


async def test_a_failure_comes_after_the_pieces_before_it(writer: asyncio.AbstractEventLoop) -> None:
    relay = Relay(asyncio.get_running_loop(), writer)

    start(writer, write(relay, TextPiece(0, "half"), failure=failures.stream_cut()))

    assert await relay.take() == [TextPiece(0, "half")]
    with pytest.raises(ModelError) as raised:
        await relay.take()
    assert raised.value.failure.kind == "stream_cut"


async def test_a_writer_waits_for_a_slow_reader(writer: asyncio.AbstractEventLoop) -> None:
    relay = Relay(asyncio.get_running_loop(), writer)
    count = LIMIT * 3
    written: list[int] = []

    async def put_all() -> None:
        for number in range(count):
            relay.put(TextPiece(number, "x"))
            written.append(number)
            if relay.full:
                await relay.room()
        relay.end(None)

    start(writer, put_all())
    pieces: list[Piece] = []
    async for batch in batches(relay):
        assert len(written) <= len(pieces) + len(batch) + LIMIT + 64
        pieces += batch

    assert [piece.part for piece in pieces if isinstance(piece, TextPiece)] == list(range(count))
