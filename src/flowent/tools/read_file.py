"""The tool that reads a window of a text file's lines.

Its page is always smaller than what the gate lets through, so that a cut falls between lines and the model is told
how to go on.
"""

import asyncio
import os
from typing import Annotated, Final, Literal

from pydantic import Field, JsonValue

from flowent.tools.base import Arguments, Output, ToolContext, ToolError
from flowent.tools.beneath import Beneath, Opened
from flowent.tools.descriptions import description
from flowent.tools.languages import language_of
from flowent.tools.lines import Limits, Window, read_window
from flowent.tools.magic import SAMPLE_BYTES, Binary, Text, recognise
from flowent.tools.text import display_name, one_line, plural, size_text

DEFAULT_LINES: Final = 200
MAX_LINES: Final = 2_000

_ENCODING_NAMES: Final = {
    "utf-16-le": "UTF-16 (little endian)",
    "utf-16-be": "UTF-16 (big endian)",
    "utf-32-le": "UTF-32 (little endian)",
    "utf-32-be": "UTF-32 (big endian)",
}


class ReadFileArguments(Arguments):
    """Which lines of which file."""

    path: Annotated[str, Field(min_length=1, description="The file, relative to the work directory.")]
    offset: Annotated[int, Field(ge=1, description="The number of the first line to read, counted from 1.")] = 1
    limit: Annotated[int, Field(ge=1, le=MAX_LINES, description="How many lines to read.")] = DEFAULT_LINES


class ReadFile:
    """Reads text; describes what is none."""

    name: str = "read_file"
    effect: Literal["read"] = "read"
    arguments: type[ReadFileArguments] = ReadFileArguments

    def __init__(self, beneath: Beneath, limits: Limits | None = None) -> None:
        """Take the way to files, and what one reading may cost."""
        self.description = description(self.name)
        self._beneath = beneath
        self._limits = limits or Limits()

    def title(self, arguments: ReadFileArguments) -> str:
        """Say what is being read."""
        return f"Reading {one_line(arguments.path)}"

    async def run(self, arguments: ReadFileArguments, context: ToolContext) -> Output:
        """Read the window in a thread; raises ToolError."""
        return await asyncio.to_thread(self._read, arguments, context)

    def _read(self, arguments: ReadFileArguments, context: ToolContext) -> Output:
        with self._beneath.open(context.workdir, arguments.path, "file") as file:
            try:
                kind = recognise(os.pread(file.descriptor, SAMPLE_BYTES, 0))
                match kind:
                    case Binary():
                        return _describe(file, kind)
                    case Text():
                        window = read_window(file.descriptor, kind, arguments.offset, arguments.limit, self._limits)
            except OSError as error:
                raise ToolError(f'"{display_name(file.path)}" cannot be read: {error.strerror}.') from error
        return self._show(file, kind, window)

    def _show(self, file: Opened, text: Text, window: Window) -> Output:
        if not window.lines:
            return _show_nothing(file, window)
        last = window.first + len(window.lines) - 1
        numbered = "".join(f"{number:>6}\t{line}\n" for number, line in enumerate(window.lines, window.first))
        notes = "".join(f"[{note}]\n" for note in self._notes(text, window, last))
        return Output(numbered + notes, _title(file), data=_data(file, window, last))

    def _notes(self, text: Text, window: Window, last: int) -> list[str]:
        notes: list[str] = []
        if window.endless:
            scanned = size_text(self._limits.line_bytes)
            notes.append(f"Line {last} goes on for more than {scanned}; nothing after it can be read.")
        elif window.total is None:
            notes.append(
                f"Lines {window.first}-{last} of at least {window.counted:,}. To go on, give offset {last + 1}."
            )
        elif last < window.total:
            notes.append(f"Lines {window.first}-{last} of {window.total:,}. To go on, give offset {last + 1}.")
        elif window.first > 1:
            notes.append(f"Lines {window.first}-{last} of {window.total:,}: the end of the file.")
        if window.cut:
            numbers = ", ".join(str(number) for number in window.cut[:10])
            more = ", …" if len(window.cut) > 10 else ""
            notes.append(f"Cut after {self._limits.line_characters:,} characters: line {numbers}{more}.")
        if text.encoding == "latin-1":
            notes.append("The file is not valid UTF-8; it is shown as Latin-1.")
        elif text.encoding != "utf-8":
            notes.append(f"The file is encoded as {_ENCODING_NAMES[text.encoding]}.")
        elif text.mark:
            notes.append("The file begins with a UTF-8 byte order mark.")
        if window.replaced:
            notes.append("Bytes that are not valid UTF-8 are shown as \N{REPLACEMENT CHARACTER}.")
        if window.carriage_returns:
            notes.append("Lines end with carriage return and line feed (CRLF).")
        return notes


def _title(file: Opened) -> str:
    return f"Read {one_line(file.path)}"


def _show_nothing(file: Opened, window: Window) -> Output:
    """Answer for an empty file; raises ToolError for an offset that is not in the file."""
    name = display_name(file.path)
    if window.total is None:
        raise ToolError(
            f'Line {window.first:,} of "{name}" was not reached: it is too far into the file. '
            f"It has at least {plural(window.counted, 'line')}; use grep_files to find a place in it."
        )
    if window.total:
        raise ToolError(f'There is no line {window.first:,} in "{name}": it has {plural(window.total, "line")}.')
    if window.first > 1:
        raise ToolError(f'There is no line {window.first:,} in "{name}": it is empty.')
    return Output(f'"{name}" is empty.', _title(file), data=_data(file, window, 0))


def _describe(file: Opened, kind: Binary) -> Output:
    size = file.status.st_size
    data: dict[str, JsonValue] = {"kind": "binary", "path": file.path, "type": kind.kind, "size": size}
    told = f'"{display_name(file.path)}" is not text ({kind.kind}, {size_text(size)}, {plural(size, "byte")}); '
    return Output(f"{told}its content is not shown.", _title(file), data=data)


def _data(file: Opened, window: Window, last: int) -> JsonValue:
    data: dict[str, JsonValue] = {
        "kind": "file",
        "path": file.path,
        "first_line": window.first,
        "last_line": last,
        "total_lines": window.total,
    }
    language = language_of(file.path)
    if language is not None:
        data["language"] = language
    return data
