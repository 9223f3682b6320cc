"""Reading a part of a project's file for a person: what ``read_file`` reads, by the same rules, in a form for a page.

Only regular files beneath the work directory are opened (`flowent.tools.beneath`), only a window of lines is read
(`flowent.tools.lines`), and known secrets are taken out of it, as they are out of a tool's result.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flowent.conversations.errors import InvalidError, UnknownError
from flowent.conversations.project_files import WorkdirGoneError
from flowent.tools.base import ToolError
from flowent.tools.beneath import Beneath, Opened
from flowent.tools.languages import language_of
from flowent.tools.lines import Limits, read_window
from flowent.tools.magic import SAMPLE_BYTES, Binary, EncodingName, recognise
from flowent.tools.text import clean, display_name

MOST_LINES: Final = 5_000
LIMITS: Final = Limits(line_characters=2_000, page_bytes=512 * 1024)


@dataclass(frozen=True, slots=True)
class FileContent:
    """A window of a file.

    ``total_lines`` is None where they were not counted to the end, ``cut_lines`` are the numbers of those that are
    longer than what is given, ``truncated`` says that lines follow. Of a binary file only its ``kind`` is told.
    ``size`` in bytes, ``modified_at`` in milliseconds since 1970 UTC.
    """

    path: str
    size: int
    modified_at: int
    language: str | None = None
    encoding: EncodingName | None = None
    first_line: int = 1
    lines: tuple[str, ...] = ()
    cut_lines: tuple[int, ...] = ()
    total_lines: int | None = None
    truncated: bool = False
    kind: str | None = None


def read_content(
    beneath: Beneath, workdir: Path, path: str, *, first: int, limit: int, redact: Callable[[str], str]
) -> FileContent:
    """Read lines from number ``first`` (1 is the first) on. Blocks: call it in a thread.

    Raises UnknownError where there is no such file, InvalidError where it is none that may be read, and
    WorkdirGoneError.
    """
    try:
        with beneath.open(workdir, path, "any") as file:
            if file.is_directory:
                raise InvalidError("path", f'"{display_name(path)}" is a directory.', "Choose a file in it.")
            return _read(file, first, limit, redact)
    except ToolError as error:
        raise _explained(error, beneath, workdir) from error


def _read(file: Opened, first: int, limit: int, redact: Callable[[str], str]) -> FileContent:
    size, modified_at = file.status.st_size, file.status.st_mtime_ns // 1_000_000
    try:
        kind = recognise(os.pread(file.descriptor, SAMPLE_BYTES, 0))
        if isinstance(kind, Binary):
            return FileContent(clean(file.path), size, modified_at, kind=kind.kind)
        window = read_window(file.descriptor, kind, first, limit, LIMITS)
    except OSError as error:
        raise InvalidError(
            "path", f'"{display_name(file.path)}" cannot be read: {error.strerror}.', "Choose another file."
        ) from error
    lines = tuple(redact(clean(line)) for line in window.lines)
    last = first + len(lines) - 1
    return FileContent(
        clean(file.path),
        size,
        modified_at,
        language=language_of(file.path),
        encoding=kind.encoding,
        first_line=first,
        lines=lines,
        cut_lines=window.cut,
        total_lines=window.total,
        truncated=window.endless or window.total is None or last < window.total,
    )


def _explained(error: ToolError, beneath: Beneath, workdir: Path) -> Exception:
    """Tell what a page can act on: a directory that is gone, a file that is gone, and one that may not be read."""
    try:
        with beneath.open(workdir, ".", "directory"):
            pass
    except ToolError as gone:
        return WorkdirGoneError(
            str(gone), "Bring the directory back, or choose another project folder for the conversation."
        )
    if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
        return UnknownError(str(error), "It may have been moved or deleted; search for it again.")
    return InvalidError("path", str(error), "Choose another file.")
