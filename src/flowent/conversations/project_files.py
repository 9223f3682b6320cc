"""The files of a work directory, for a person who looks for one: listed by ripgrep, kept for a while, searched.

Listed is what git would show, outside of git repositories too: hidden files but not ``.git``, and nothing that an
ignore file names. ripgrep follows no symbolic link, so nothing outside the work directory is listed. Left out are
names that cannot be typed or shown (not UTF-8, or with control characters), paths of more than `LONGEST_PATH`
characters, Flowent's own data, and what exceeds `MOST_FILES`.

A list that is some seconds old is used once more while a new one is made, so a keystroke does not wait for the disk.
"""

import asyncio
import contextlib
import os
import stat
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from flowent.conversations.errors import ConversationError
from flowent.conversations.file_index import FileIndex, Hit
from flowent.tools.base import ToolError
from flowent.tools.beneath import Beneath, Denied
from flowent.tools.descent import DIRECTORY_FLAGS
from flowent.tools.ripgrep import Ripgrep, Source

MOST_FILES: Final = 200_000
LONGEST_PATH: Final = 1_000
KEPT_LISTS: Final = 3
"""How many directories' lists are kept; one of 100,000 files takes some 40 MB."""

FRESH_SECONDS: Final = 3.0
KEPT_SECONDS: Final = 120.0
LIST_SECONDS: Final = 30.0
_REST: Final = 10.0
"""A list is made again after so many times of what it took, so that a huge project costs a tenth of one core."""

_DATED: Final = 20_000
_HOUR_NS: Final = 3600 * 1_000_000_000

_COMMAND: Final = (
    "--files",
    "--no-config",
    "--no-messages",
    "--hidden",
    "--no-require-git",
    "--no-follow",
    "--glob=!.git",
    # A name with a line break would look like two.
    "--glob=!*\n*",
    "./",
)


class WorkdirGoneError(ConversationError):
    """The work directory is not there any more, or cannot be read."""

    code = "workdir_unavailable"


class SearchUnavailableError(ConversationError):
    """Files cannot be listed."""

    code = "search_unavailable"


@dataclass(frozen=True, slots=True)
class Reach:
    """The ways to files; ``ripgrep`` is None where it is not installed."""

    beneath: Beneath
    ripgrep: Ripgrep | None


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits, best first. ``truncated`` says that the project has more files than were looked at."""

    hits: list[Hit]
    truncated: bool


@dataclass(slots=True)
class _Listed:
    """One directory's list.

    ``fingerprint`` tells it from another one. ``at`` and ``seconds``: when it was made and how long that took.
    ``recent`` is found out when it is first asked for.
    """

    index: FileIndex
    fingerprint: tuple[int, int]
    truncated: bool
    at: float
    seconds: float
    recent: list[Hit] | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ProjectFiles:
    """See the module."""

    def __init__(
        self,
        reach: Callable[[], Reach],
        monotonic: Callable[[], float],
        most_files: int = MOST_FILES,
    ) -> None:
        """Take what gives the ways to files (it is asked in a thread), and a clock in seconds."""
        self._reach = reach
        self._monotonic = monotonic
        self._most_files = most_files
        self._kept: OrderedDict[Path, _Listed] = OrderedDict()
        self._listing: dict[Path, asyncio.Task[_Listed]] = {}

    async def search(self, workdir: Path, query: str, limit: int) -> Found:
        """Give the files and directories that fit best; raises WorkdirGoneError and SearchUnavailableError.

        Where nothing is asked for, those that were changed last, by the hour, and of them the shallowest.
        """
        listed = await self._listed(workdir)
        if query.strip():
            hits = await asyncio.to_thread(listed.index.search, query, limit)
        else:
            hits = (await self._recent(workdir, listed))[:limit]
        return Found(hits, listed.truncated)

    async def _listed(self, workdir: Path) -> _Listed:
        kept = self._kept.get(workdir)
        now = self._monotonic()
        if kept is not None:
            self._kept.move_to_end(workdir)
            age = now - kept.at
            if age < max(FRESH_SECONDS, _REST * kept.seconds):
                return kept
        task = self._listing.get(workdir)
        if task is None:
            task = asyncio.create_task(self._list(workdir, kept))
            self._listing[workdir] = task
            task.add_done_callback(lambda _: self._listing.pop(workdir, None))
            # Whether it failed is asked by whoever waits for the next list.
            task.add_done_callback(_retrieve)
        if kept is not None and now - kept.at < KEPT_SECONDS and await asyncio.to_thread(_is_directory, workdir):
            return kept
        return await asyncio.shield(task)

    async def _list(self, workdir: Path, before: _Listed | None) -> _Listed:
        """Make a list and keep it."""
        began = self._monotonic()
        try:
            names, truncated = await self._run(workdir)
        except ToolError as error:
            self._kept.pop(workdir, None)
            raise WorkdirGoneError(
                str(error), "Bring the directory back, or choose another project folder for the conversation."
            ) from error
        if before is not None and before.fingerprint == names.fingerprint:
            index = before.index
        else:
            index = await asyncio.to_thread(FileIndex, names.found)
        now = self._monotonic()
        listed = self._kept[workdir] = _Listed(index, names.fingerprint, truncated, now, now - began)
        self._kept.move_to_end(workdir)
        while len(self._kept) > KEPT_LISTS:
            self._kept.popitem(last=False)
        return listed

    async def _run(self, workdir: Path) -> "tuple[_Names, bool]":
        """Have ripgrep name the files; raises ToolError where the directory cannot be opened."""
        reach = await asyncio.to_thread(self._reach)
        own = await asyncio.to_thread(_own_data, reach.beneath.denied, workdir)
        names = _Names(self._most_files, own)
        async with reach.beneath.open_in_thread(workdir, ".", "directory") as opened:
            if reach.ripgrep is None:
                raise SearchUnavailableError("The search program ripgrep is not installed.", "Install Flowent again.")
            try:
                ended = await reach.ripgrep.run(_COMMAND, Source(opened.descriptor, True), names.take, LIST_SECONDS)
            except ToolError as error:
                raise SearchUnavailableError(str(error), "Try again; `flowent doctor` tells more.") from error
        return names, names.full or ended.timed_out

    async def _recent(self, workdir: Path, listed: _Listed) -> list[Hit]:
        async with listed.lock:
            if listed.recent is None:
                listed.recent = await asyncio.to_thread(_by_change, workdir, listed.index.prominent(_DATED))
        return listed.recent


class _Names:
    """Takes ripgrep's lines."""

    def __init__(self, most: int, own: tuple[str, ...]) -> None:
        self.found: list[str] = []
        self.full = False
        self._most = most
        self._own = own
        self._sum = 0

    @property
    def fingerprint(self) -> tuple[int, int]:
        """Tell these names from others, in whichever order they came."""
        # Comparing two sets of 100,000 names would hold up the event loop for 40 ms.
        return len(self.found), self._sum

    def take(self, line: bytes) -> bool:
        """Keep one path; False where there are enough."""
        try:
            path = line.decode().removeprefix("./")
        except UnicodeDecodeError:
            return True
        if not path or len(path) > LONGEST_PATH or not _can_be_shown(path) or f"{path}/".startswith(self._own):
            return True
        if len(self.found) >= self._most:
            self.full = True
            return False
        self.found.append(path)
        self._sum += hash(path)
        return True


def _can_be_shown(path: str) -> bool:
    # Most names are printable, which is quick to ask; of the others only those with control characters are left out.
    return path.isprintable() or not any(character < " " or "\x7f" <= character <= "\x9f" for character in path)


def _own_data(denied: Denied, workdir: Path) -> tuple[str, ...]:
    """Give how paths of Flowent's own data begin, each with ``/`` after it, where some lies beneath the directory."""
    real = PurePosixPath(os.path.realpath(workdir))
    return tuple(f"{path.relative_to(real)}/" for path in (*denied.paths, *denied.files) if path.is_relative_to(real))


def _is_directory(path: Path) -> bool:
    return path.is_dir()


def _by_change(workdir: Path, hits: Iterable[Hit]) -> list[Hit]:
    """Sort by the hour of the last change, newest first; within an hour they keep their order.

    By the hour, because in a fresh checkout everything is some seconds apart, which says nothing.
    """
    dated: list[tuple[int, Hit]] = []
    try:
        root = os.open(workdir, DIRECTORY_FLAGS)
    except OSError:
        return []
    try:
        for hit in hits:
            with contextlib.suppress(OSError):
                found = os.stat(hit.path, dir_fd=root, follow_symlinks=False)
                if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode):
                    dated.append((found.st_mtime_ns // _HOUR_NS, hit))
    finally:
        os.close(root)
    dated.sort(key=lambda each: -each[0])
    return [hit for _, hit in dated[:1000]]


def _retrieve(task: "asyncio.Task[_Listed]") -> None:
    if not task.cancelled():
        task.exception()
