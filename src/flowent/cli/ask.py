"""`flowent ask`: one turn in the terminal, in the running workspace or, where none runs, in this process.

Exit status: 0 the turn is complete, 1 it failed (or could not be begun), 130 it was stopped.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from flowent.bootstrap import open_workspace
from flowent.cli.doors import Door, LocalDoor, RemoteDoor
from flowent.cli.errors import CommandError
from flowent.cli.printer import Printer
from flowent.cli.running import find_running
from flowent.config import Config

COMPLETED, FAILED, STOPPED = 0, 1, 130
_EXIT = {"completed": COMPLETED, "failed": FAILED, "stopped": STOPPED, "discarded": STOPPED}


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask, and where; ``fields`` are provider, model and effort as given."""

    text: str
    go_on: bool = False
    as_json: bool = False
    workdir: Path | None = None
    fields: dict[str, str] = field(default_factory=dict[str, str])


async def ask(config: Config, question: Question) -> int:
    """Ask and show the turn; gives the exit status. Raises CommandError."""
    async with _door(config) as door:
        conversation_id = await _conversation(door, question)
        if question.fields:
            await door.choose(conversation_id, question.fields)
        turn_id, seq = await door.send(conversation_id, question.text)
        printer = Printer(as_json=question.as_json)
        await _show(door, conversation_id, turn_id, seq, printer)
        return _EXIT.get(printer.status or "", FAILED)


async def _show(door: Door, conversation_id: str, turn_id: str, seq: int, printer: Printer) -> None:
    stopping: set[asyncio.Task[None]] = set()

    def stop() -> None:
        if stopping:
            loop.remove_signal_handler(signal.SIGINT)
        stopping.add(asyncio.create_task(door.stop(conversation_id)))

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop)
    try:
        async for data in door.watch(conversation_id, seq):
            printer.event(data)
            if printer.status is not None:
                break
        else:
            raise CommandError(
                f"The workspace stopped before turn {turn_id} ended; the turn goes on at its next start.",
                "Look at it with `flowent ask --continue`.",
            )
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        await asyncio.gather(*stopping, return_exceptions=True)


async def _conversation(door: Door, question: Question) -> str:
    if question.go_on:
        last = await door.last()
        if last is None:
            raise CommandError("There is no conversation to go on with.", "Ask without --continue.")
        return last
    if question.workdir is not None:
        return await door.create(Path.cwd() / question.workdir)
    try:
        return await door.create(Path.cwd())
    except CommandError as error:
        if error.field != "workdir":
            raise
        return await door.create(None)


@asynccontextmanager
async def _door(config: Config) -> AsyncGenerator[Door, None]:
    running = find_running(config)
    if running is None:
        async with open_workspace(config) as workspace:
            for notice in config.notices:
                sys.stderr.write(f"{notice}\n")
            yield LocalDoor(workspace.conversations)
        return
    async with running.client() as client:
        try:
            yield RemoteDoor(client)
        except httpx.HTTPError as error:
            raise CommandError(
                f"The workspace at {running.url} does not answer ({type(error).__name__}).",
                "Start it again with `flowent serve`.",
            ) from error
