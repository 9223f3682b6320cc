"""Collecting hits from ripgrep's JSON lines (the format of ``rg --json``, described in the docs of grep-printer).

A search has had enough once there is one hit more than wanted, or once the hits fill a page. Hits in a file that
turns out to be binary are taken back.
"""

import base64
import os
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, JsonValue, TypeAdapter

PAGE_BYTES: Final = 24_000
LINE_CHARACTERS: Final = 400
_BEFORE_HIT: Final = 100


class _Words(BaseModel):
    """Text, or the bytes of what is no UTF-8."""

    text: str | None = None
    base64: Annotated[str | None, Field(alias="bytes")] = None

    def raw(self) -> bytes:
        return self.text.encode() if self.text is not None else base64.b64decode(self.base64 or "")


class _Span(BaseModel):
    start: int


class _Line(BaseModel):
    path: _Words
    lines: _Words
    line_number: int
    submatches: list[_Span]


class _End(BaseModel):
    binary_offset: int | None


class _BeginMessage(BaseModel):
    type: Literal["begin"]


class _LineMessage(BaseModel):
    type: Literal["match", "context"]
    data: _Line


class _EndMessage(BaseModel):
    type: Literal["end"]
    data: _End


class _SummaryMessage(BaseModel):
    type: Literal["summary"]


_message: TypeAdapter[_BeginMessage | _LineMessage | _EndMessage | _SummaryMessage] = TypeAdapter(
    Annotated[_BeginMessage | _LineMessage | _EndMessage | _SummaryMessage, Field(discriminator="type")]
)


@dataclass(frozen=True, slots=True)
class HitLine:
    """A line with a hit, or one beside it."""

    number: int
    text: str
    hit: bool


@dataclass(slots=True)
class FileHits:
    """The hits in one file; ``path`` is relative to the work directory."""

    path: str
    lines: list[HitLine] = field(default_factory=list[HitLine])

    @property
    def count(self) -> int:
        """How many of the lines are hits."""
        return sum(line.hit for line in self.lines)

    def text(self) -> str:
        """Give the lines as the model reads them: ``12:`` before a hit, ``13-`` before a line beside it."""
        parts: list[str] = []
        before: int | None = None
        with_context = self.count < len(self.lines)
        for line in self.lines:
            if with_context and before is not None and line.number > before + 1:
                parts.append("--")
            parts.append(f"{line.number}{':' if line.hit else '-'} {line.text}")
            before = line.number
        return "\n".join(parts)

    def as_data(self) -> JsonValue:
        """Give the lines as a page draws them."""
        lines: list[JsonValue] = []
        for line in self.lines:
            drawn: dict[str, JsonValue] = {"number": line.number, "text": line.text}
            if not line.hit:
                drawn["context"] = True
            lines.append(drawn)
        return {"path": self.path, "lines": lines}


class Hits:
    """What a search found so far."""

    def __init__(self, limit: int, base: str, *, is_directory: bool) -> None:
        """Take how many hits are wanted, and what is searched (relative to the work directory)."""
        self._limit = limit
        self._base = base
        self._is_directory = is_directory
        self._files: list[FileHits] = []
        self._size = 0
        self.count = 0
        self.more = False
        self.page_full = False
        self.finished = False

    def take(self, line: bytes) -> bool:
        """Take one line of output; False once there is enough. Raises ValueError for what ripgrep never says."""
        message = _message.validate_json(line)
        match message:
            case _BeginMessage():
                self._files.append(FileHits(""))
            case _LineMessage(type="match"):
                self.page_full = self._size > PAGE_BYTES
                if self.count >= self._limit or self.page_full:
                    self.more = True
                    return False
                self.count += 1
                self._add(message.data, hit=True)
            case _LineMessage():
                self._add(message.data, hit=False)
            case _EndMessage():
                if message.data.binary_offset is not None:
                    self.count -= self._files.pop().count
            case _SummaryMessage():
                self.finished = True
        return True

    def files(self) -> list[FileHits]:
        """Give the files that have hits, in the order in which they were searched."""
        return [file for file in self._files if file.count]

    def _add(self, line: _Line, *, hit: bool) -> None:
        file = self._files[-1]
        if not file.path:
            file.path = self._path(line.path)
            self._size += len(file.path)
        text = _line_text(line)
        self._size += len(text.encode("utf-8", "replace")) + 8
        file.lines.append(HitLine(line.line_number, text, hit))

    def _path(self, words: _Words) -> str:
        if not self._is_directory:
            return self._base
        path = os.fsdecode(words.raw()).removeprefix("./")
        return path if self._base == "." else f"{self._base}/{path}"


def _line_text(line: _Line) -> str:
    """Give a line, or the part of a long one where its first hit is."""
    raw = line.lines.raw().rstrip(b"\r\n")
    encoding = "utf-8" if line.lines.text is not None else "latin-1"
    text = raw.decode(encoding)
    if len(text) <= LINE_CHARACTERS:
        return text
    start = len(raw[: line.submatches[0].start].decode(encoding, "ignore")) if line.submatches else 0
    begin = max(0, start - _BEFORE_HIT)
    end = begin + LINE_CHARACTERS
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"
