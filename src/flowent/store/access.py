"""How the tables are reached: reads on a small pool of threads, writes through the one writer."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from flowent.store.backend import Backend
from flowent.store.base import StoreError
from flowent.store.statements import AppendStatements
from flowent.store.writer import Writer

_READERS = 3
_Result = TypeVar("_Result")


class Access:
    """What every group of tables builds on."""

    def __init__(self, backend: Backend, loop: asyncio.AbstractEventLoop) -> None:
        """Prepare; `open` comes first."""
        self._backend = backend
        self._loop = loop
        self._statements = AppendStatements(backend)
        self._writer = Writer(backend, self._statements, loop)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="flowent-store-reader")
        self._reader_engine: Engine | None = None
        self._was_orderly = True
        self._closed = False

    async def open(self) -> None:
        """Open the database and bring its tables up to date; raises StoreError."""
        try:
            self._was_orderly = await asyncio.shield(self._writer.start())
            self._reader_engine = await self._loop.run_in_executor(self._readers, self._backend.reader_engine, _READERS)
        except asyncio.CancelledError:
            self._writer.stop(self._close_readers, orderly=False)
            raise

    async def close(self, *, orderly: bool) -> None:
        """Write out what was submitted and close; ``orderly`` is remembered for the next start."""
        self._closed = True
        # One closing for all who ask; a cancelled caller does not undo it.
        await asyncio.shield(self._writer.stop(self._close_readers, orderly=orderly))

    def _close_readers(self) -> None:
        self._readers.shutdown(wait=True)
        if self._reader_engine is not None:
            self._reader_engine.dispose()

    async def _read(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run a query on a reader's thread; raises StoreError."""
        if self._closed or self._reader_engine is None:
            raise StoreError("The database is closed: Flowent is stopping.")
        return await self._loop.run_in_executor(self._readers, self._query, self._reader_engine, query)

    async def _write(self, write: Callable[[Connection], _Result], *, durable: bool = True) -> _Result:
        """Run a function on the writer's thread, in its transaction; raises StoreError."""
        return await self._writer.write(write, durable=durable)

    def _query(self, engine: Engine, query: Callable[[Connection], _Result]) -> _Result:
        try:
            try:
                return _run(engine, query)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # The server was restarted since the last read; the pool connects anew.
                return _run(engine, query)
        except DBAPIError as error:
            raise self._backend.explain(error) from error


def _run(engine: Engine, query: Callable[[Connection], _Result]) -> _Result:
    with engine.connect() as connection:
        return query(connection)
