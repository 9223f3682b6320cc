"""One process owns a data directory: it holds a lock on a file of its own there, which ends with the process.

The lock is never put on the database file: closing any handle of that would drop SQLite's locks. Whether the directory
is owned is what the lock says; the file's content only tells a person who the owner is.
"""

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flowent.store.base import StoreError
from flowent.store.errors import explain_os

_NAME = "lock"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a data directory, as far as its lock file tells. ``address`` is where it listens."""

    pid: int | None
    address: str | None


class DirectoryOwnedError(StoreError):
    """Another process owns the data directory."""

    code = "data_directory_owned"

    def __init__(self, directory: Path, owner: Owner) -> None:
        """Say who it is and what to do."""
        self.owner = owner
        process = "another process" if owner.pid is None else f"process {owner.pid}"
        listening = f", which listens on {owner.address}" if owner.address else ""
        super().__init__(
            f"The data directory {directory} is in use by {process}{listening}. "
            "Use that Flowent, stop it first, or start this one with another --data-dir."
        )


class DirectoryClaim:
    """An owned data directory; it is given back by `release` or when the process ends."""

    def __init__(self, descriptor: int) -> None:
        """Keep the lock's open file."""
        self._descriptor: int | None = descriptor
        self._tell(None)

    def announce(self, address: str) -> None:
        """Let others find this process at that address."""
        self._tell(address)

    def release(self) -> None:
        """Give the directory back; again does nothing."""
        if self._descriptor is not None:
            # The file stays: deleting it would let two processes lock two files of one name.
            with suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def _tell(self, address: str | None) -> None:
        if self._descriptor is None:
            raise ValueError("The data directory has been given back.")
        content = json.dumps({"pid": os.getpid(), "address": address}).encode()
        # A full disk must not keep the owner from working: the lock counts, not what the file says.
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, content, 0)


def claim_data_directory(directory: Path) -> DirectoryClaim:
    """Own a data directory, which is made (mode 0700) if there is none.

    Raises DirectoryOwnedError if another process owns it, StoreError if it cannot be used. It looks at the disk.
    """
    path = directory / _NAME
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise explain_os(error, f"the data directory {directory}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise DirectoryOwnedError(directory, read_owner(directory)) from error
        raise explain_os(error, f"the data directory {directory}") from error
    return DirectoryClaim(descriptor)


def read_owner(directory: Path) -> Owner:
    """Give what the lock file says of the directory's owner; it may be out of date if nobody owns it now."""
    try:
        found = json.loads((directory / _NAME).read_bytes())
    except (OSError, ValueError):
        return Owner(None, None)
    match found:
        case {"pid": int(pid), "address": str(address)}:
            return Owner(pid, address)
        case {"pid": int(pid)}:
            return Owner(pid, None)
        case _:
            return Owner(None, None)
