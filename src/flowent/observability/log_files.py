"""Log files: ``flowent-YYYY-MM-DD.jsonl``, then ``flowent-YYYY-MM-DD.2.jsonl`` and so on once one is full.

A file is readable by its owner only. Files older than the retention are deleted, and the oldest ones before that
where all together take too much room. Days are those of UTC, as the times in the lines are.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

MAX_FILE = 20 << 20
"""Bytes after which another file is begun."""

MAX_TOTAL = 1 << 30
"""Bytes of all log files together: a storm of errors must not fill the disk."""

_NAME = re.compile(r"flowent-(\d{4}-\d{2}-\d{2})(?:\.(\d{1,6}))?\.jsonl")


@dataclass(frozen=True, slots=True, order=True)
class _LogFile:
    """A log file's place in time; files compare by age."""

    day: str
    number: int
    path: Path


class LogFiles:
    """Appends lines to the file of their day. Used by one thread."""

    def __init__(
        self, directory: Path, retention_days: int, *, max_file: int = MAX_FILE, max_total: int = MAX_TOTAL
    ) -> None:
        """Remember where to write; nothing is opened before the first line."""
        self._directory = directory
        self._retention = timedelta(days=retention_days)
        self._max_file = max_file
        self._max_total = max_total
        self._descriptor: int | None = None
        self._day = date.min
        self._size = 0

    def write(self, day: date, line: bytes) -> None:
        """Append a line with its line end; raises OSError."""
        if self._descriptor is None or day != self._day or self._size + len(line) > self._max_file:
            self._open(day, len(line))
        assert self._descriptor is not None
        # One write for a whole line: lines of two processes in one file do not mix.
        self._size += os.write(self._descriptor, line)

    def close(self) -> None:
        """Close the file; another line opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self, day: date, room: int) -> None:
        self.close()
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = max((file.number for file in self._files() if file.day == day.isoformat()), default=1)
        path = self._path(day, number)
        if path.exists() and path.stat().st_size + room > self._max_file:
            path = self._path(day, number + 1)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._descriptor, self._day = descriptor, day
        os.fchmod(descriptor, 0o600)
        self._size = os.fstat(descriptor).st_size
        self._prune(day, keep=path)

    def _path(self, day: date, number: int) -> Path:
        return self._directory / f"flowent-{day.isoformat()}{f'.{number}' if number > 1 else ''}.jsonl"

    def _files(self) -> Iterator[_LogFile]:
        for path in self._directory.iterdir():
            if match := _NAME.fullmatch(path.name):
                yield _LogFile(match[1], int(match[2] or 1), path)

    def _prune(self, today: date, *, keep: Path) -> None:
        """Delete what is too old, and then the oldest until there is room for one more full file."""
        files = sorted(file for file in self._files() if file.path != keep)
        oldest = (today - self._retention).isoformat()
        total = sum(file.path.stat().st_size for file in files) + self._max_file
        for file in files:
            if file.day >= oldest and total <= self._max_total:
                break
            total -= file.path.stat().st_size
            file.path.unlink(missing_ok=True)
