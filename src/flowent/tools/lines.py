"""A window of a text file's lines, at a bounded cost however large the file or its lines are.

Lines end with a line feed; a carriage return before it belongs to the ending. Bytes are looked at in blocks: to
reach the window at most ``seek_bytes``, to find the end of a long line at most ``line_bytes``, and to count the
lines after the window at most ``count_bytes``. Where such a limit ends the search, the window says so.
"""

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flowent.tools.magic import Text

_BLOCK_BYTES: Final = 256 * 1024
_MAX_CHARACTER_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What a window may cost. ``line_characters`` cuts each line; ``page_bytes`` ends the window, in UTF-8."""

    line_characters: int = 2_000
    page_bytes: int = 24_000
    seek_bytes: int = 512 * 1024 * 1024
    line_bytes: int = 256 * 1024 * 1024
    count_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Window:
    """Lines from ``first`` on (counted from 1).

    ``total`` is how many lines the file has, None where it was not counted to its end. ``counted`` is how many are
    known of. ``cut`` are the numbers of the lines that were shortened; ``endless`` says that the last line's end
    was not found. ``replaced`` says that some bytes were no characters.
    """

    first: int
    lines: tuple[str, ...]
    total: int | None
    counted: int
    cut: tuple[int, ...] = ()
    endless: bool = False
    replaced: bool = False
    carriage_returns: bool = False


def read_window(descriptor: int, text: Text, offset: int, limit: int, limits: Limits) -> Window:
    """Read ``limit`` lines from number ``offset`` on, or as many as the limits allow; raises OSError."""
    reader = _Reader(_blocks(descriptor, text))
    reader.skip(offset - 1, limits.seek_bytes)
    encoding = text.encoding if text.encoding == "latin-1" else "utf-8"
    lines: list[str] = []
    cut: list[int] = []
    replaced = carriage_returns = endless = False
    size = 0
    while reader.newlines >= offset - 1 and len(lines) < limit and size < limits.page_bytes and not endless:
        raw = reader.line(limits.line_characters * _MAX_CHARACTER_BYTES, limits.line_bytes)
        if raw is None:
            break
        endless = raw.endless
        line, bad = _decode(raw.kept, encoding, whole=raw.whole)
        replaced = replaced or bad
        if raw.fed and raw.whole and line.endswith("\r"):
            line = line[:-1]
            carriage_returns = True
        if not raw.whole or len(line) > limits.line_characters:
            line = line[: limits.line_characters]
            cut.append(offset + len(lines))
        lines.append(line)
        size += len(line.encode()) + 8
    if not endless:
        reader.count(limits.count_bytes)
    return Window(
        first=offset,
        lines=tuple(lines),
        total=reader.lines if reader.ended else None,
        counted=reader.lines,
        cut=tuple(cut),
        endless=endless,
        replaced=replaced,
        carriage_returns=carriage_returns,
    )


@dataclass(frozen=True, slots=True)
class _RawLine:
    """A line's first bytes; ``whole`` if that is all of it.

    ``fed`` if it ends with a line feed, ``endless`` if its end was not found within the budget.
    """

    kept: bytes
    whole: bool
    fed: bool
    endless: bool = False


class _Reader:
    """Goes through blocks once, line by line or faster."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._block = b""
        self._at = 0
        self._budget = 0
        self._begun = False
        self.newlines = 0
        self.ended = False

    @property
    def lines(self) -> int:
        """How many lines were gone through, one that is not complete included."""
        return self.newlines + self._begun

    def skip(self, lines: int, budget: int) -> None:
        """Go on by so many lines, within a budget of bytes."""
        self._budget = budget
        while lines > 0 and self._more():
            found = self._block.count(b"\n", self._at)
            if found < lines:
                lines -= self._take_rest(found)
                continue
            for _ in range(lines):
                self._at = self._block.index(b"\n", self._at) + 1
            self.newlines += lines
            self._begun = False
            return

    def count(self, budget: int) -> None:
        """Go to the end, within a budget of bytes."""
        self._budget = budget
        while self._more():
            self._take_rest(self._block.count(b"\n", self._at))

    def line(self, keep: int, budget: int) -> _RawLine | None:
        """Take the next line, its first ``keep`` bytes of it; None at the end."""
        self._budget = budget
        kept = bytearray()
        length = 0
        begun = False
        while self._more():
            begun = self._begun = True
            end = self._block.find(b"\n", self._at)
            stop = len(self._block) if end < 0 else end
            kept += self._block[self._at : min(stop, self._at + keep - len(kept))]
            length += stop - self._at
            self._at = stop
            if end >= 0:
                self._at += 1
                self.newlines += 1
                self._begun = False
                return _RawLine(bytes(kept), whole=len(kept) == length, fed=True)
        if not begun:
            return None
        whole = self.ended and len(kept) == length
        return _RawLine(bytes(kept), whole=whole, fed=False, endless=not self.ended)

    def _more(self) -> bool:
        """Whether bytes are at hand; gets the next block if the budget allows."""
        if self._at < len(self._block):
            return True
        if self._budget <= 0 or self.ended:
            return False
        self._block = next(self._blocks, b"")
        self._at = 0
        self._budget -= len(self._block)
        self.ended = not self._block
        return not self.ended

    def _take_rest(self, newlines: int) -> int:
        self.newlines += newlines
        self._begun = not self._block.endswith(b"\n")
        self._at = len(self._block)
        return newlines


def _blocks(descriptor: int, text: Text) -> Iterator[bytes]:
    """Give a file's bytes after its mark; those of the wide encodings as UTF-8, in which a line feed is one byte."""
    os.lseek(descriptor, text.mark, os.SEEK_SET)
    if text.encoding in ("utf-8", "latin-1"):
        while block := os.read(descriptor, _BLOCK_BYTES):
            yield block
        return
    decoder = codecs.getincrementaldecoder(text.encoding)("replace")
    while block := os.read(descriptor, _BLOCK_BYTES):
        if characters := decoder.decode(block):
            yield characters.encode()
    if characters := decoder.decode(b"", final=True):
        yield characters.encode()


def _decode(raw: bytes, encoding: str, *, whole: bool) -> tuple[str, bool]:
    """Decode a line, or the beginning of one; gives it and whether something in it was no character."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(raw, final=whole), False
    except UnicodeDecodeError:
        return codecs.getincrementaldecoder(encoding)("replace").decode(raw, final=whole), True
