"""The one writer: a thread that commits whatever waits, in the order of submission, as one transaction.

While a group is committed the next one gathers, so the busier the store, the larger its groups and the cheaper each
append. Invariants:

- what was submitted is committed or refused in order, and reported on the event loop in that order: first an append's
  ``on_commit``, then its future, which may have been cancelled without any effect on the commit;
- a job that fails takes no other down: its group is rolled back and each of its jobs is done again by itself;
- the thread outlives every error; after a storage error the next job simply tries again.

Where a connection is lost during a commit, nobody knows whether it took effect. The job is done once more; an append
that had taken effect is then refused as stale, and its owner has to claim the conversation again.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from flowent.observability.crashpoints import reached
from flowent.store.appending import check, write_appends
from flowent.store.backend import Backend
from flowent.store.base import Append, StoreError
from flowent.store.migrate import note_closing, open_database
from flowent.store.statements import AppendStatements
from flowent.store.transaction import ConnectionLostError, transaction

_LARGEST_GROUP = 256
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _AppendJob:
    future: asyncio.Future[None]
    append: Append

    @property
    def durable(self) -> bool:
        return self.append.durable


@dataclass(frozen=True, slots=True)
class _WriteJob:
    future: asyncio.Future[Any]
    write: Callable[[Connection], object]
    durable: bool


@dataclass(frozen=True, slots=True)
class _Stop:
    future: asyncio.Future[None]
    orderly: bool
    close_readers: Callable[[], None]


_Job = _AppendJob | _WriteJob


@dataclass(frozen=True, slots=True)
class _Outcome:
    job: _Job
    result: object = None
    error: Exception | None = None


class Writer:
    """Owns the connection that writes. Its methods are called on the event loop."""

    def __init__(self, backend: Backend, statements: AppendStatements, loop: asyncio.AbstractEventLoop) -> None:
        """Prepare; `start` opens the database."""
        self._backend = backend
        self._loop = loop
        self._statements = statements
        self._queue: SimpleQueue[_Job | _Stop] = SimpleQueue()
        self._stopped: asyncio.Future[None] | None = None

    def start(self) -> asyncio.Future[bool]:
        """Open the database; the future gives whether it had been closed in order, or raises StoreError."""
        opened: asyncio.Future[bool] = self._loop.create_future()
        # A daemon: what is committed needs no farewell, and nobody should have to wait for a store left open.
        threading.Thread(target=self._run, args=(opened,), name="flowent-store-writer", daemon=True).start()
        return opened

    def append(self, append: Append) -> asyncio.Future[None]:
        """Submit an append; raises ValueError if its events are not in order."""
        check(append)
        future: asyncio.Future[None] = self._loop.create_future()
        self._submit(_AppendJob(future, append))
        return future

    def write(self, write: Callable[[Connection], _Result], *, durable: bool) -> asyncio.Future[_Result]:
        """Submit a function that writes; it runs in the group's transaction, perhaps twice, and must not block."""
        future: asyncio.Future[_Result] = self._loop.create_future()
        self._submit(_WriteJob(future, write, durable))
        return future

    def stop(self, close_readers: Callable[[], None], *, orderly: bool) -> asyncio.Future[None]:
        """Write out what was submitted, then close, the readers first; later submissions are refused."""
        if self._stopped is None:
            self._stopped = self._loop.create_future()
            self._queue.put(_Stop(self._stopped, orderly, close_readers))
        return self._stopped

    def _submit(self, job: _Job) -> None:
        if self._stopped is not None:
            job.future.set_exception(StoreError("The database is closed: Flowent is stopping."))
        else:
            self._queue.put(job)

    def _run(self, opened: asyncio.Future[bool]) -> None:
        try:
            engine = self._backend.writer_engine()
            try:
                with engine.connect() as connection:
                    self._report(_settle, opened, open_database(self._backend, connection), None)
                    stop = self._work(connection)
                    self._finish(connection, stop)
            finally:
                engine.dispose()
        except Exception as error:  # noqa: BLE001 - the thread's boundary: whoever opens or closes gets it
            future = self._stopped if self._stopped is not None else opened
            explained = self._backend.explain(error) if isinstance(error, DBAPIError) else error
            self._report(_settle, future, None, explained)
        else:
            self._report(_settle, stop.future, None, None)

    def _work(self, connection: Connection) -> _Stop:
        while True:
            jobs, stop = self._take()
            if jobs:
                self._report(_deliver, self._loop, self._commit(connection, jobs))
            if stop is not None:
                return stop

    def _take(self) -> tuple[list[_Job], _Stop | None]:
        """Wait for a job and take it with whatever else waits."""
        jobs: list[_Job] = []
        while len(jobs) < _LARGEST_GROUP and (not jobs or not self._queue.empty()):
            job = self._queue.get()
            if isinstance(job, _Stop):
                return jobs, job
            jobs.append(job)
        return jobs, None

    def _commit(self, connection: Connection, jobs: Sequence[_Job]) -> list[_Outcome]:
        try:
            return self._transaction(connection, jobs)
        except Exception as error:  # noqa: BLE001 - the thread's boundary: each job's future gets its own error
            if len(jobs) == 1 and not isinstance(error, ConnectionLostError):
                return [_Outcome(jobs[0], error=error)]
        outcomes: list[_Outcome] = []
        for number, job in enumerate(jobs):
            try:
                outcomes += self._transaction(connection, [job])
            except Exception as error:  # noqa: BLE001 - as above
                outcomes.append(_Outcome(job, error=error))
                if isinstance(error, ConnectionLostError):
                    # The server is gone: waiting for its time-out once is enough.
                    outcomes += [_Outcome(rest, error=error) for rest in jobs[number + 1 :]]
                    break
        return outcomes

    def _transaction(self, connection: Connection, jobs: Sequence[_Job]) -> list[_Outcome]:
        outcomes: list[_Outcome] = []
        durable = any(job.durable for job in jobs)
        with transaction(self._backend, connection, durable=durable) as driver:
            batch: list[_AppendJob] = []
            for job in jobs:
                match job:
                    case _AppendJob():
                        batch.append(job)
                    case _WriteJob():
                        outcomes += self._appends(connection, driver, batch)
                        batch = []
                        outcomes.append(_Outcome(job, job.write(connection)))
            outcomes += self._appends(connection, driver, batch)
            reached("store.before_commit")
        reached("store.after_commit")
        return outcomes

    def _appends(self, connection: Connection, driver: DBAPIConnection, batch: Sequence[_AppendJob]) -> list[_Outcome]:
        if not batch:
            return []
        list_seqs = write_appends(connection, driver, self._statements, [job.append for job in batch])
        return [_Outcome(job, list_seq) for job, list_seq in zip(batch, list_seqs, strict=True)]

    def _finish(self, connection: Connection, stop: _Stop) -> None:
        # The last connection to be closed tidies up SQLite's files; it should be this one, not on the event loop.
        stop.close_readers()
        if stop.orderly:
            with transaction(self._backend, connection, durable=True):
                note_closing(connection, orderly=True)
        self._backend.finish(connection)

    def _report(self, function: Callable[..., None], *values: object) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *values)
        except RuntimeError:
            # The loop is closed: the facts are committed, and nobody is left to hear of it.
            return


def _settle(future: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def _deliver(loop: asyncio.AbstractEventLoop, outcomes: Sequence[_Outcome]) -> None:
    """Tell a group's outcomes, on the event loop."""
    for outcome in outcomes:
        job, result = outcome.job, outcome.result
        if isinstance(job, _AppendJob):
            if outcome.error is None and job.append.on_commit is not None:
                try:
                    job.append.on_commit(result if isinstance(result, int) else None)
                except Exception as error:  # noqa: BLE001 - one listener's bug must not keep the news from the others
                    loop.call_exception_handler({"message": "on_commit failed", "exception": error})
            result = None
        _settle(job.future, result, outcome.error)
