"""The two statements of every append, for many rows at once.

One statement for a whole group instead of one for each row: a driver lets go of Python's lock around every step of a
statement, and may wait each time until a busy event loop gives it back. It is a precaution;
`docs/decisions/0002-one-writer-thread.md` tells what was measured of it.
They are SQL text, given to the driver, for a reason that `flowent.store.transaction` tells. Only powers of two occur as
numbers of rows, so that drivers keep them prepared.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from itertools import chain
from typing import TypeVar

from sqlalchemy.engine.interfaces import DBAPIConnection

from flowent.store.backend import Backend

_LARGEST = 64
_Row = TypeVar("_Row")


class AppendStatements:
    """Runs the fence and the insert of an append in a database's own notation."""

    def __init__(self, backend: Backend) -> None:
        """Take the notation from the backend."""
        # PostgreSQL does not guess the types of a list of values.
        self._text = f"CAST({backend.placeholder} AS TEXT)"
        self._number = f"CAST({backend.placeholder} AS BIGINT)"
        self._event_row = f"({', '.join([backend.placeholder] * 5)})"
        self._insert = backend.insert
        self._fence_sql = cache(self._build_fence)
        self._insert_sql = cache(self._build_insert)

    def advance(self, driver: DBAPIConnection, rows: Sequence[tuple[int, str, int, int]]) -> int:
        """Move conversations, given as new seq, id, epoch and expected seq; gives how many were where expected."""
        moved = 0
        with closing(driver.cursor()) as cursor:
            for chunk in _chunks(rows):
                cursor.execute(self._fence_sql(len(chunk)), tuple(chain.from_iterable(chunk)))
                moved += cursor.rowcount
        return moved

    def insert_events(self, driver: DBAPIConnection, rows: Sequence[tuple[str, int, int, str, str]]) -> None:
        """Add events, given as conversation id, seq, at, type and data."""
        # An error would otherwise keep the cursor, and with it SQLite's file, open for as long as somebody keeps it.
        with closing(driver.cursor()) as cursor:
            for chunk in _chunks(rows):
                cursor.execute(self._insert_sql(len(chunk)), tuple(chain.from_iterable(chunk)))

    def _build_fence(self, rows: int) -> str:
        number, text = self._number, self._text
        if rows == 1:
            return f"UPDATE conversations SET seq = {number} WHERE id = {text} AND epoch = {number} AND seq = {number}"  # noqa: S608
        # Both databases call the columns of a VALUES list column1, column2 and so on.
        row = f"({number}, {text}, {number}, {number})"
        return (
            "UPDATE conversations SET seq = expected.column1 "  # noqa: S608
            f"FROM (VALUES {', '.join([row] * rows)}) AS expected "
            "WHERE conversations.id = expected.column2 "
            "AND conversations.epoch = expected.column3 AND conversations.seq = expected.column4"
        )

    def _build_insert(self, rows: int) -> str:
        values = ", ".join([self._event_row] * rows)
        return f"{self._insert} events (conversation_id, seq, at, type, data) VALUES {values}"


def _chunks(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    start = 0
    while start < len(rows):
        size = min(_LARGEST, 1 << ((len(rows) - start).bit_length() - 1))
        yield rows[start : start + size]
        start += size
