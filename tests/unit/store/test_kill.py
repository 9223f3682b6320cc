"""A process that is killed while it writes loses nothing that it has acknowledged."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flowent.store.database import open_sqlite

WRITER = """
import asyncio, os, random, sys
from pathlib import Path
from flowent.store.base import Append, Listing, Prune, StoredEventRow
from flowent.store.database import open_sqlite

async def main():
    store = await open_sqlite(Path(sys.argv[1]))
    listing = Listing(title=None, workdir="/", pinned=False, archived=False, deleted=False, status="idle")
    randomly = random.Random(sys.argv[2])

    async def converse(name):
        await store.create_conversation(name, listing, [], at=1)
        epoch, seq = (await store.claim(name)).epoch, 0
        while True:
            count = randomly.randint(1, 4)
            events = [StoredEventRow(seq + n, 1, "message", f"{name} {seq + n} " + "x" * randomly.randint(0, 3000))
                      for n in range(1, count + 1)]
            await store.append(Append(name, epoch, seq, events, durable=randomly.random() < 0.1,
                                      listing=listing if randomly.random() < 0.2 else None))
            seq += count
            os.write(1, f"{name} {seq}\\n".encode())

    await asyncio.gather(*(converse(f"c{number}") for number in range(20)))

asyncio.run(main())
"""


@pytest.mark.parametrize("seed", range(3))
async def test_a_killed_writer_loses_nothing_acknowledged(tmp_path: Path, seed: int, full: bool) -> None:
    path = tmp_path / "flowent.db"
    randomly = random.Random(seed)
    for life in range(10 if full else 1):
        path = tmp_path / f"flowent{life}.db"
        acknowledged = write_and_kill(path, str(seed), after=randomly.randint(50, 2000))
        store = await open_sqlite(path)
        assert await store.check_integrity() is None
        assert not await store.stopped_orderly()
        for name, seq in acknowledged.items():
            rows = await store.read_events(name, 0, 100_000)
            assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
            assert len(rows) >= seq
            assert all(row.data.startswith(f"{name} {row.seq} ") for row in rows)
            assert (await store.claim(name)).seq == len(rows)
        await store.close(orderly=True)


def write_and_kill(path: Path, seed: str, *, after: int) -> dict[str, int]:
    """Let a process write until it has acknowledged so many appends, kill it; gives the last seq of each name."""
    acknowledged: dict[str, int] = {}
    command = [sys.executable, "-c", WRITER, path, seed]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for number, line in enumerate(process.stdout):
            name, _, seq = line.rstrip("\n").partition(" ")
            acknowledged[name] = int(seq)
            if number == after:
                process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    return acknowledged
