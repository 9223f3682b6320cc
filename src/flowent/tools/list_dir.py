"""The tool that lists a directory.

Directories below are entered by descriptor and never through a symbolic link, so a listing cannot leave the
directory that `Beneath` opened. At most `SCAN_LIMIT` entries are looked at, however large the tree is.
"""

import asyncio
import itertools
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, JsonValue

from flowent.tools.base import Arguments, Output, ToolContext, ToolError
from flowent.tools.beneath import Beneath
from flowent.tools.descriptions import description
from flowent.tools.text import display_name, one_line, plural, size_text

DEFAULT_ENTRIES: Final = 200
MAX_ENTRIES: Final = 1_000
MAX_DEPTH: Final = 8
SCAN_LIMIT: Final = 100_000
PAGE_BYTES: Final = 30_000

_DIRECTORY_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

EntryType = Literal["directory", "file", "symlink", "other"]


class ListDirArguments(Arguments):
    """Which directory, how deep, and which part of a long list."""

    path: Annotated[str, Field(description="The directory, relative to the work directory.")] = "."
    offset: Annotated[int, Field(ge=1, description="The number of the first entry to list, counted from 1.")] = 1
    limit: Annotated[int, Field(ge=1, le=MAX_ENTRIES, description="How many entries to list.")] = DEFAULT_ENTRIES
    depth: Annotated[
        int, Field(ge=1, le=MAX_DEPTH, description="How many levels to list: 1 is the directory itself.")
    ] = 1


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is shown of an entry; ``path`` is relative to the listed directory."""

    path: str
    type: EntryType
    size: int | None = None
    executable: bool = False
    target: str | None = None
    denied: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """An entry on the way through the tree; ``directory`` is the open directory that it is in."""

    path: str
    entry: "os.DirEntry[str]"
    directory: int


@dataclass(slots=True)
class _Scan:
    """How much of the tree was looked at."""

    seen: int = 0
    cut: bool = False
    unreadable: int = 0


class ListDir:
    """Lists names, kinds and sizes."""

    name: str = "list_dir"
    effect: Literal["read"] = "read"
    arguments: type[ListDirArguments] = ListDirArguments

    def __init__(self, beneath: Beneath, scan_limit: int = SCAN_LIMIT) -> None:
        """Take the way to directories, and how many entries are looked at."""
        self.description = description(self.name)
        self._beneath = beneath
        self._scan_limit = scan_limit

    def title(self, arguments: ListDirArguments) -> str:
        """Say what is being listed."""
        return f"Listing {one_line(arguments.path)}"

    async def run(self, arguments: ListDirArguments, context: ToolContext) -> Output:
        """List in a thread; raises ToolError."""
        return await asyncio.to_thread(self._list, arguments, context)

    def _list(self, arguments: ListDirArguments, context: ToolContext) -> Output:
        scan = _Scan()
        wanted = range(arguments.offset, arguments.offset + arguments.limit)
        with self._beneath.open(context.workdir, arguments.path, "directory") as directory:
            try:
                shown = [
                    self._look(found)
                    for number, found in enumerate(self._walk(directory.descriptor, "", arguments.depth, scan), 1)
                    if number in wanted
                ]
            except OSError as error:
                raise ToolError(f'"{display_name(directory.path)}" cannot be listed: {error.strerror}.') from error
        return _show(directory.path, arguments, shown, scan)

    def _walk(self, descriptor: int, prefix: str, depth: int, scan: _Scan) -> Iterator[_Found]:
        """Give every entry, each directory before what is in it; raises OSError."""
        for entry in self._sorted(descriptor, scan):
            path = f"{prefix}{entry.name}"
            yield _Found(path, entry, descriptor)
            if depth == 1 or entry.name == ".git" or not entry.is_dir(follow_symlinks=False):
                continue
            try:
                below = os.open(entry.name, _DIRECTORY_FLAGS, dir_fd=descriptor)
            except OSError:
                scan.unreadable += 1
                continue
            try:
                if not self._beneath.is_denied(os.fstat(below)):
                    yield from self._walk(below, f"{path}/", depth - 1, scan)
            finally:
                os.close(below)

    def _sorted(self, descriptor: int, scan: _Scan) -> list["os.DirEntry[str]"]:
        with os.scandir(descriptor) as entries:
            found = list(itertools.islice(entries, self._scan_limit - scan.seen))
            scan.cut = scan.cut or next(entries, None) is not None
        scan.seen += len(found)
        return sorted(found, key=lambda entry: (not entry.is_dir(follow_symlinks=False), entry.name))

    def _look(self, found: _Found) -> _Entry:
        """Find out what is shown of an entry while its directory is still open."""
        try:
            status = found.entry.stat(follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                target = os.readlink(found.entry.name, dir_fd=found.directory)
                return _Entry(found.path, "symlink", target=target)
        except OSError:
            # It is gone, or something else by now.
            return _Entry(found.path, "other")
        if stat.S_ISDIR(status.st_mode):
            return _Entry(found.path, "directory", denied=self._beneath.is_denied(status))
        if stat.S_ISREG(status.st_mode):
            return _Entry(found.path, "file", status.st_size, executable=bool(status.st_mode & stat.S_IXUSR))
        return _Entry(found.path, "other")


def _show(path: str, arguments: ListDirArguments, entries: list[_Entry], scan: _Scan) -> Output:
    lines: list[str] = []
    size = 0
    for entry in entries:
        line = _line(entry)
        size += len(line.encode("utf-8", "replace")) + 1
        if size > PAGE_BYTES and lines:
            break
        lines.append(line)
    shown = entries[: len(lines)]
    title = f"Listed {one_line(path)}"
    first, last = arguments.offset, arguments.offset + len(shown) - 1
    if not shown and scan.seen:
        raise ToolError(
            f'There is no entry {first:,} in "{display_name(path)}": it has {plural(scan.seen, "entry")} '
            f"at depth {arguments.depth}."
        )
    notes = _notes(first, last, scan)
    text = "".join(f"{line}\n" for line in lines) + "".join(f"[{note}]\n" for note in notes)
    data: JsonValue = {
        "kind": "directory",
        "path": path,
        "entries": [_entry_data(entry) for entry in shown],
        "first": first,
        "total": None if scan.cut else scan.seen,
    }
    return Output(text or f'"{display_name(path)}" is empty.', title, data=data)


def _notes(first: int, last: int, scan: _Scan) -> list[str]:
    notes: list[str] = []
    more = scan.seen - last
    if more and scan.cut:
        notes.append(f"Entries {first}-{last} of more than {scan.seen:,}. To go on, give offset {last + 1}.")
    elif more:
        notes.append(f"Entries {first}-{last} of {scan.seen:,}: {more:,} more. To go on, give offset {last + 1}.")
    elif first > 1:
        notes.append(f"Entries {first}-{last} of {scan.seen:,}: the end of the list.")
    if scan.cut:
        notes.append(f"Only {scan.seen:,} entries were looked at; list a directory further down, or less depth.")
    if scan.unreadable:
        notes.append(f"Could not be opened: {plural(scan.unreadable, 'directory')}.")
    return notes


def _line(entry: _Entry) -> str:
    name = display_name(entry.path)
    match entry.type:
        case "directory":
            return f"{name}/  (Flowent's own data, never read)" if entry.denied else f"{name}/"
        case "file":
            return f"{name}{'*' if entry.executable else ''}  {size_text(entry.size or 0)}"
        case "symlink":
            return f"{name} -> {display_name(entry.target or '')}"
        case "other":
            return f"{name}  (device, pipe or socket)"


def _entry_data(entry: _Entry) -> JsonValue:
    data: dict[str, JsonValue] = {"name": entry.path, "type": entry.type}
    if entry.size is not None:
        data["size"] = entry.size
    if entry.target is not None:
        data["target"] = entry.target
    return data
