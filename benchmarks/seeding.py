"""Fills a database with conversations, through the store, before a workspace opens it."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from flowent.domain.events import (
    AnswerDone,
    ConversationChanged,
    ConversationFields,
    MessageAdded,
    OutputDone,
    OutputStarted,
    StoredEvent,
    ToolDone,
    ToolItem,
    ToolStarted,
    TurnEnded,
    TurnStarted,
    UsageKnown,
    encode,
)
from flowent.domain.parts import TextPart, ToolPart, ToolResult
from flowent.domain.usage import Cost, Usage
from flowent.store.base import Listing, StoredEventRow
from flowent.store.database import open_sqlite

QUESTION = "Please look at this part of the project, and say what it does and what could be better about it. " * 2
ANSWER = "The module reads its settings, checks them at the edge, and hands typed values to the rest of the code. " * 4
RESULT = "\n".join(f"{number}: value = compute(number, factor={number})" for number in range(1, 31))
CALL_EVERY = 4
"""Every fourth answer calls a tool first."""

Write = Callable[[int], str]
"""Gives the text of the answer with a number, from 0."""


def _same(_: int) -> str:
    return ANSWER


async def seed(
    database: Path, workdir: str, sizes: Sequence[int], write: Write = _same, prefix: str = "conv_seeded"
) -> list[str]:
    """Add a conversation of each number of messages; gives their ids. The database is made if need be."""
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = await open_sqlite(database)
    names: list[str] = []
    at = time.time_ns() // 1_000_000
    for number, messages in enumerate(sizes):
        name = f"{prefix}{number}"
        rows = [
            StoredEventRow(seq, at, event.type, encode(event))
            for seq, event in enumerate(_conversation(messages, workdir, write), start=1)
        ]
        listing = Listing("Seeded", workdir, pinned=False, archived=False, deleted=False, status="idle")
        await store.create_conversation(name, listing, rows, at=at)
        names.append(name)
    await store.close(orderly=True)
    return names


def last_answer(messages: int) -> str:
    """Give the id of the newest answer of a conversation of that many messages."""
    return f"answer{messages // 2 - 1}"


def _conversation(messages: int, workdir: str, write: Write) -> Iterator[StoredEvent]:
    yield ConversationChanged(changed=ConversationFields(workdir=workdir, title="Seeded"))
    parent: str | None = None
    for number in range(messages // 2):
        yield from _turn(number, parent, write(number))
        parent = f"answer{number}"


def _turn(number: int, parent: str | None, written: str) -> Iterator[StoredEvent]:
    turn, question, answer = f"turn{number}", f"question{number}", f"answer{number}"
    said = TextPart(id=f"{question}.text", text=QUESTION)
    yield MessageAdded(message_id=question, parent_id=parent, origin="send", parts=(said,), turn_id=turn)
    yield TurnStarted(turn_id=turn, message_id=answer, parent_id=question, cause="message")
    step = 1
    if number % CALL_EVERY == 0:
        yield from _tool_step(turn, answer)
        step = 2
    yield OutputStarted(turn_id=turn, message_id=answer, index=step, attempt=1)
    text = TextPart(id=f"{answer}.{step}.1.0", text=written)
    yield OutputDone(turn_id=turn, message_id=answer, index=step, attempt=1, reason="complete", parts=(text,))
    usage = Usage(input=1000, output=100)
    yield UsageKnown(turn_id=turn, message_id=answer, index=step, last=usage, total=usage, cost=Cost())
    yield AnswerDone(turn_id=turn, message_id=answer, status="completed", usage=usage)
    yield TurnEnded(turn_id=turn, message_id=answer, status="completed")


def _tool_step(turn: str, answer: str) -> Iterator[StoredEvent]:
    call = ToolPart(
        id=f"{answer}.1.1.0", call_id=f"call_{answer}", name="read_file", input='{"path": "src/settings.py"}'
    )
    yield OutputStarted(turn_id=turn, message_id=answer, index=1, attempt=1)
    yield OutputDone(turn_id=turn, message_id=answer, index=1, attempt=1, reason="complete", parts=(call,))
    item = ToolItem(id=call.id, name=call.name, title="Read src/settings.py", arguments={"path": "src/settings.py"})
    yield ToolStarted(turn_id=turn, message_id=answer, tool=item)
    yield ToolDone(
        turn_id=turn,
        message_id=answer,
        tool_id=call.id,
        name=call.name,
        title=item.title,
        result=ToolResult(model_text=RESULT),
        duration_ms=2,
    )
