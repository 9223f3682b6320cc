"""Sends a rendered answer at the pace and with the faults that its step asks for.

Invariant: a chunk's send time is taken directly before the chunk is handed to the network, so a client on the same
machine measures its own delay and not this module's.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Literal

from flowent.scripted.answers.base import Stream
from flowent.scripted.connection import Connection
from flowent.scripted.script import Step

Outcome = Literal["complete", "cut", "ended_early", "hung", "stream_error", "client_left"]

_FULL_SPEED_COALESCE = 16
_SENDS_BETWEEN_YIELDS = 8


async def play_stream(
    stream: Stream,
    step: Step,
    connection: Connection,
    stream_error: bytes,
    times: list[int] | None,
    released: asyncio.Event,
) -> Outcome:
    """Send the events of a stream whose headers were sent.

    Args:
        stream: What to send.
        step: The pace and the faults.
        connection: Where to.
        stream_error: The events to send where the step has an error inside the stream.
        times: Takes the send time of every content chunk, or None.
        released: Lets an answer go on that is held.
    """
    chunks = _garbled(stream.chunks, step.garble)[: _sent_chunks(step)]
    await connection.write(stream.opening)
    if step.hold_after is not None:
        if not await _send_chunks(chunks[: step.hold_after], step, connection, times):
            return "client_left"
        await connection.hold(released)
        chunks = chunks[step.hold_after :]
    if not await _send_chunks(chunks, step, connection, times):
        return "client_left"
    if step.hang_after is not None:
        await connection.gone.wait()
        return "hung"
    if step.cut_after is not None:
        return "cut"
    if step.end_early is not False:
        await connection.end()
        return "ended_early"
    if step.in_stream_error is not None:
        await connection.end(stream_error)
        return "stream_error"
    await connection.end(stream.closing)
    return "complete"


async def play_whole(
    body: bytes, step: Step, connection: Connection, headers: dict[str, str], released: asyncio.Event
) -> Outcome:
    """Send an answer that is one JSON body; the faults of a stream act on its bytes.

    A cut or hanging body stops half-way; a garbled or early ending one is half a body that claims to be whole. One that
    is held comes when it is let go.
    """
    if step.hold_after is not None:
        await connection.hold(released)
    half = body[: len(body) // 2]
    if step.garble is not None or step.end_early is not False:
        await connection.respond(200, half, headers)
        return "ended_early"
    if step.cut_after is not None or step.hang_after is not None:
        await connection.start(200, {**headers, "content-length": str(len(body))})
        await connection.write(half)
        if step.hang_after is None:
            return "cut"
        await connection.gone.wait()
        return "hung"
    await connection.respond(200, body, headers)
    return "complete"


async def _send_chunks(chunks: Sequence[bytes], step: Step, connection: Connection, times: list[int] | None) -> bool:
    """Send all chunks; False when the client left before the end."""
    interval = 1 / step.tokens_per_second if step.tokens_per_second is not None else step.delay_between
    size = step.coalesce or (1 if step.paced else _FULL_SPEED_COALESCE)
    started = time.monotonic()
    for sends, first in enumerate(range(0, len(chunks), size)):
        group = chunks[first : first + size]
        if interval:
            # Due times count from the start, so that late wake-ups do not add up over a long answer.
            due = started + (first + len(group)) * interval
            if (wait := due - time.monotonic()) > 0:
                await connection.pause(wait)
        elif sends % _SENDS_BETWEEN_YIELDS == 0:
            await asyncio.sleep(0)
        if connection.gone.is_set():
            return False
        if times is not None:
            times.extend([time.monotonic_ns()] * len(group))
        await connection.write(group[0] if len(group) == 1 else b"".join(group))
    return True


def _sent_chunks(step: Step) -> int | None:
    if step.cut_after is not None:
        return step.cut_after
    if step.hang_after is not None:
        return step.hang_after
    if step.in_stream_error is not None:
        return step.in_stream_error.after
    return None if isinstance(step.end_early, bool) else step.end_early


def _garbled(chunks: Sequence[bytes], number: int | None) -> Sequence[bytes]:
    """The chunks with one replaced by an event whose JSON breaks off."""
    if number is None or number > len(chunks):
        return chunks
    chunk = chunks[number - 1]
    event, _, data = chunk.rpartition(b"data: ")
    broken = event + b"data: " + data[: len(data) // 2].rstrip() + b"\n\n"
    return [*chunks[: number - 1], broken, *chunks[number:]]
