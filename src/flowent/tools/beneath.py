"""Opening what lies beneath the work directory, and nothing else.

`Beneath.open` is the only way in which a tool reaches a file. Whatever it gives is a descriptor that was checked:
it is a regular file or a directory, its path never left the work directory (`flowent.tools.descent`), and none of
its directories up to the root of the file system is one of the denied ones. Those are known by device and inode,
so that neither a symbolic link nor a bind mount gives them another name; denied files are known in the same way. A
hard link to a file in a denied directory is not recognised: the agent cannot make one to what it cannot reach.

Devices, sockets and pipes are refused before they are opened; opening one may block or do something.
"""

import asyncio
import contextlib
import difflib
import errno
import itertools
import os
import stat
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from flowent.tools.base import ToolError
from flowent.tools.descent import DIRECTORY_FLAGS, MAX_LINKS, DirectoryOpener, Root, best_descent, outside
from flowent.tools.text import display_name

_FILE_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_LIST_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MAX_NEAR_NAMES: Final = 2_000
_MAX_CLIMB: Final = 1_000

Identity = tuple[int, int]
"""A directory's device and inode."""

Wanted = Literal["file", "directory", "any"]


@dataclass(frozen=True, slots=True)
class Denied:
    """What tools never read: directories (their paths when this was made, and what they are) and single files."""

    paths: tuple[Path, ...]
    identities: frozenset[Identity]
    files: tuple[Path, ...] = ()

    @classmethod
    def of(cls, directories: Iterable[Path], files: Iterable[Path] = ()) -> "Denied":
        """Look the directories up, each with those beneath it; raises OSError where one does not exist.

        Those beneath are looked up too because a bind mount of one has no denied directory above it. Files need
        not exist; each is looked up whenever a file is opened, since whoever writes it may replace it.
        """
        paths = tuple(Path(os.path.realpath(directory, strict=True)) for directory in directories)
        found: set[Identity] = set()
        for path in paths:
            found.add(identity(path.stat()))
            for above, names, _ in os.walk(path):
                found.update(identity(os.lstat(Path(above, name))) for name in names)
        return cls(paths, frozenset(found), tuple(files))


@dataclass(frozen=True, slots=True)
class Opened:
    """A file or directory that may be read; ``path`` is relative to the work directory, as the model wrote it."""

    descriptor: int
    status: os.stat_result
    path: str

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory rather than a regular file."""
        return stat.S_ISDIR(self.status.st_mode)


def identity(status: os.stat_result) -> Identity:
    """Give what makes a directory the same under every name."""
    return status.st_dev, status.st_ino


class Beneath:
    """Opens files and directories for tools; holds no descriptor between calls and may be used by many threads."""

    def __init__(self, denied: Denied, descent: DirectoryOpener | None = None) -> None:
        """Take the denied directories and a way to descend, this system's best one where it is None."""
        self.denied = denied
        self._descent = best_descent() if descent is None else descent

    @contextlib.contextmanager
    def open(self, workdir: Path, path: str, wanted: Wanted) -> Generator[Opened]:
        """Open what the model named, until the block ends; raises ToolError. Blocks: call it in a thread."""
        with self._root(workdir) as root:
            relative = _inside(root, path)
            try:
                descriptor = self._open(root, relative, wanted)
            except OSError as error:
                raise ToolError(self._explain(root, path, relative, error)) from error
            try:
                yield Opened(descriptor, os.fstat(descriptor), str(PurePosixPath(relative)))
            finally:
                os.close(descriptor)

    @contextlib.asynccontextmanager
    async def open_in_thread(self, workdir: Path, path: str, wanted: Wanted) -> AsyncGenerator[Opened]:
        """Open as `open` does, without blocking the event loop, until the block ends."""
        stack = contextlib.ExitStack()
        opening = asyncio.ensure_future(asyncio.to_thread(stack.enter_context, self.open(workdir, path, wanted)))
        try:
            yield await asyncio.shield(opening)
        finally:
            if opening.done():
                stack.close()
            else:
                # Cancelled, but a thread cannot be: what it is about to open is closed once it has.
                opening.add_done_callback(lambda _: stack.close())

    def _is_denied_file(self, status: os.stat_result) -> bool:
        for path in self.denied.files:
            with contextlib.suppress(FileNotFoundError):
                if identity(path.stat()) == identity(status):
                    return True
        return False

    def is_denied(self, status: os.stat_result) -> bool:
        """Whether that directory is a denied one."""
        return identity(status) in self.denied.identities

    @contextlib.contextmanager
    def _root(self, workdir: Path) -> Generator[Root]:
        try:
            descriptor = os.open(workdir, DIRECTORY_FLAGS)
        except OSError as error:
            raise ToolError(
                f"The work directory {display_name(str(workdir))} cannot be opened: {error.strerror}."
            ) from error
        try:
            if any(above in self.denied.identities for above in _climb(descriptor)):
                raise ToolError("The work directory lies in Flowent's own data, which tools never read.")
            names = (PurePosixPath(workdir), PurePosixPath(os.path.realpath(workdir)))
            yield Root(descriptor, names)
        finally:
            os.close(descriptor)

    def _open(self, root: Root, path: str, wanted: Wanted) -> int:
        """Open a path relative to the root; raises OSError, or ToolError where it is not what is wanted."""
        for _ in range(MAX_LINKS):
            parent, _, name = path.rpartition("/")
            if name in ("", ".", ".."):
                with self._directory(root, path) as here:
                    _expect("directory", wanted, path)
                    return os.open(".", _LIST_FLAGS, dir_fd=here)
            with self._directory(root, parent) as here:
                mode = os.stat(name, dir_fd=here, follow_symlinks=False).st_mode
                if stat.S_ISLNK(mode):
                    path = root.follow(parent or ".", os.readlink(name, dir_fd=here))
                elif stat.S_ISDIR(mode):
                    path = f"{path}/"
                elif stat.S_ISREG(mode):
                    _expect("file", wanted, path)
                    return self._open_regular(here, name, path)
                else:
                    raise ToolError(f'"{display_name(path)}" is {_special(mode)}; only regular files are read.')
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)

    def _open_regular(self, here: int, name: str, path: str) -> int:
        """Open a file that was a regular one a moment ago; raises OSError, or ToolError where it may not be read."""
        with contextlib.ExitStack() as unless_refused:
            descriptor = os.open(name, _FILE_FLAGS, dir_fd=here)
            unless_refused.callback(os.close, descriptor)
            self._refuse_file(os.fstat(descriptor), path)
            unless_refused.pop_all()
            return descriptor

    def _refuse_file(self, status: os.stat_result, path: str) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise ToolError(f'"{display_name(path)}" changed while it was opened; try again.')
        if self._is_denied_file(status):
            raise ToolError(f'"{display_name(path)}" is Flowent\'s own data, which tools never read.')

    @contextlib.contextmanager
    def _directory(self, root: Root, path: str) -> Generator[int]:
        """Open a directory beneath the root to pass through it, unless it lies in a denied one."""
        descriptor = self._descent(root, path or ".")
        try:
            end = identity(os.fstat(root.descriptor))
            for above in _climb(descriptor):
                if above in self.denied.identities:
                    raise ToolError(f'"{display_name(path)}" is Flowent\'s own data, which tools never read.')
                if above == end:
                    break
            else:
                # It was moved out of the root after it was opened.
                raise outside(path)
            yield descriptor
        finally:
            os.close(descriptor)

    def _explain(self, root: Root, path: str, relative: str, error: OSError) -> str:
        """Say for the model what is wrong with a path, and what to try."""
        name = display_name(path)
        match error.errno:
            case errno.ENOENT:
                return self._explain_missing(root, name, relative)
            case errno.ENOTDIR:
                return f'"{name}" does not exist: a part of its path is a file, not a directory.'
            case errno.EXDEV:
                return f'"{name}" leads outside the work directory; only what lies beneath it can be reached.'
            case errno.ELOOP:
                return f'"{name}" cannot be followed: its symbolic links go in circles or are too many.'
            case _:
                return f'"{name}" cannot be opened: {error.strerror}.'

    def _explain_missing(self, root: Root, name: str, path: str) -> str:
        """Name the first missing part of a path and what is there instead."""
        above = ""
        for part in PurePosixPath(path).parts:
            below = f"{above}/{part}" if above else part
            try:
                with self._directory(root, below):
                    above = below
                    continue
            except OSError:
                break
            except ToolError:
                return f'"{name}" does not exist.'
        else:
            return f'"{name}" does not exist.'
        where = f'"{display_name(above)}"' if above else "the work directory"
        try:
            with self._directory(root, above) as here:
                if stat.S_ISLNK(_mode(here, part)):
                    return f'"{name}" does not exist: "{display_name(below)}" is a symbolic link that leads nowhere.'
                near = _near_names(here, part)
        except (OSError, ToolError):
            near = []
        missing = f'There is no "{display_name(part)}" in {where}.'
        if above:
            missing = f'"{name}" does not exist. {missing}'
        if not near:
            return missing
        names = ", ".join(f'"{display_name(f"{above}/{other}" if above else other)}"' for other in near)
        return f"{missing} Near names: {names}."


def _inside(root: Root, path: str) -> str:
    """Give a path as the model wrote it relative to the root; raises ToolError where it cannot be one."""
    try:
        if b"\0" in os.fsencode(path):
            raise ToolError("A path cannot hold a NUL character.")
    except UnicodeEncodeError as error:
        raise ToolError("A path cannot hold lone surrogates.") from error
    if not path.startswith("/"):
        return path or "."
    relative = root.relative(path)
    if relative is None:
        raise ToolError(
            f'"{display_name(path)}" lies outside the work directory {display_name(str(root.names[0]))}; '
            "only what lies beneath it can be reached. Give a path relative to it."
        )
    return relative


def _climb(descriptor: int) -> Iterator[Identity]:
    """Give what a directory and those above it are, up to the root of the file system; raises OSError."""
    top = identity(Path("/").stat())
    below: Identity | None = None
    for height in range(_MAX_CLIMB):
        # Asked of the directory itself: its path may be another by now, and those above need no permission to open.
        here = identity(os.stat("/".join([".."] * height) or ".", dir_fd=descriptor))
        # Only the top is its own parent; a directory that is mounted inside itself looks like it.
        if here == below == top:
            return
        yield here
        below = here
    raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))


def _expect(found: Literal["file", "directory"], wanted: Wanted, path: str) -> None:
    if wanted in (found, "any"):
        return
    name = display_name(path.rstrip("/"))
    if found == "directory":
        raise ToolError(f'"{name}" is a directory; use list_dir to see what is in it.')
    raise ToolError(f'"{name}" is a file; use read_file to read it.')


def _special(mode: int) -> str:
    for test, words in (
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a character device"),
        (stat.S_ISBLK, "a block device"),
    ):
        if test(mode):
            return words
    return "no regular file"


def _mode(here: int, name: str) -> int:
    try:
        return os.stat(name, dir_fd=here, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return 0


def _near_names(here: int, name: str) -> list[str]:
    """Give up to three names in that directory that resemble the given one."""
    descriptor = os.open(".", _LIST_FLAGS, dir_fd=here)
    try:
        with os.scandir(descriptor) as entries:
            names = {entry.name.casefold(): entry.name for entry in itertools.islice(entries, _MAX_NEAR_NAMES)}
    finally:
        os.close(descriptor)
    return [names[near] for near in difflib.get_close_matches(name.casefold(), sorted(names), n=3, cutoff=0.6)]
