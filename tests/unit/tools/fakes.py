"""What the tools' tests share: blobs in memory, a place where calls run, what is open, a hostile neighbour."""

import hashlib
import threading
from pathlib import Path

from flowent.store.base import StorageFullError
from flowent.tools.base import ToolContext
from flowent.tools.beneath import Denied

NOTHING_DENIED = Denied((), frozenset())


class MemoryBlobs:
    """Blobs in a dictionary; a full one refuses what it is given."""

    def __init__(self, *, full: bool = False) -> None:
        self.kept: dict[str, bytes] = {}
        self._full = full

    async def put(self, data: bytes, *, durable: bool = True) -> str:
        if self._full:
            raise StorageFullError("The disk is full.")
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return name

    async def get(self, sha256: str) -> bytes:
        return self.kept[sha256]

    def path(self, sha256: str) -> str:
        raise KeyError(sha256)


def at(workdir: Path) -> ToolContext:
    """Give the context of a call that runs in that work directory."""
    return ToolContext(conversation_id="conversation_1", call_id="tool_1", workdir=workdir)


def open_descriptors() -> int:
    """Count what this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


class Swapper:
    """Swaps a name between what is harmless and a symbolic link to the outside, as fast as it can."""

    def __init__(self, path: Path, target: str) -> None:
        self._path = path
        self._target = target
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._swap)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _swap(self) -> None:
        aside = self._path.with_name("aside")
        while not self._stop.is_set():
            self._path.rename(aside)
            self._path.symlink_to(self._target)
            self._path.unlink()
            aside.rename(self._path)
