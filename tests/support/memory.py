"""In-memory ends of the ports: for tests of what is between them."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence

from flowent.domain.events import Recorded, decode
from flowent.domain.failures import Failure
from flowent.domain.usage import Cost, Usage
from flowent.models.base import Finished, ModelError, ModelFacts, ModelRequest, Piece
from flowent.store.base import (
    Append,
    Claim,
    Listing,
    NotFoundError,
    StaleOwnerError,
    StoredEventRow,
    StoreError,
)


class MemoryEvents:
    """An event store in a dictionary, with the port's promises; `fail_with` makes every append fail."""

    def __init__(self) -> None:
        self.rows: dict[str, list[StoredEventRow]] = {}
        self.seqs: dict[str, int] = {}
        self.epochs: dict[str, int] = {}
        self.fail_with: StoreError | None = None

    async def create_conversation(
        self, conversation_id: str, listing: Listing, events: Sequence[StoredEventRow], *, at: int
    ) -> int:
        self.rows[conversation_id] = list(events)
        self.seqs[conversation_id] = events[-1].seq
        self.epochs[conversation_id] = 0
        return 1

    async def claim(self, conversation_id: str) -> Claim:
        if conversation_id not in self.rows:
            raise NotFoundError("no such conversation")
        self.epochs[conversation_id] += 1
        return Claim(self.epochs[conversation_id], self.seqs[conversation_id])

    def append(self, append: Append) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        loop.call_soon(self._commit, append, future)
        return future

    def _commit(self, append: Append, future: asyncio.Future[None]) -> None:
        name = append.conversation_id
        error = self.fail_with
        if (append.epoch, append.expected_seq) != (self.epochs[name], self.seqs[name]):
            error = StaleOwnerError("stale")
        if error is not None:
            if not future.cancelled():
                future.set_exception(error)
            return
        self.rows[name].extend(append.events)
        self.seqs[name] = append.events[-1].seq
        if append.on_commit is not None:
            append.on_commit(1 if append.listing is not None else None)
        if not future.cancelled():
            future.set_result(None)

    async def read_events(self, conversation_id: str, after: int, limit: int) -> list[StoredEventRow]:
        return [row for row in self.rows[conversation_id] if row.seq > after][:limit]

    async def measure(self, conversation_id: str, after: int) -> tuple[int, int]:
        rows = [row for row in self.rows[conversation_id] if row.seq > after]
        return len(rows), sum(len(row.data) for row in rows)

    async def open_turns(self) -> list[str]:
        return []

    async def stopped_orderly(self) -> bool:
        return True

    def recorded(self, conversation_id: str) -> list[Recorded]:
        return [Recorded(seq=row.seq, at=row.at, event=decode(row.data)) for row in self.rows[conversation_id]]


class MemoryBlobs:
    """Blobs in a dictionary."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    async def put(self, data: bytes, *, durable: bool = True) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.blobs[sha256] = data
        return sha256

    async def get(self, sha256: str) -> bytes:
        return self.blobs[sha256]


class StillClock:
    """A clock that only sleeping moves; a sleep is over at once, and remembered."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def now(self) -> int:
        return int(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


class CountingIds:
    """Ids that count."""

    def __init__(self) -> None:
        self.given = 0

    def new(self, kind: str) -> str:
        self.given += 1
        return f"{kind}_{self.given}"

    def jitter(self) -> float:
        return 1.0


class NoSecrets:
    """A redactor that knows none."""

    def redact(self, text: str) -> str:
        return text

    def held_back(self, text: str) -> int:
        return 0


Answer = Sequence[Piece | Failure | asyncio.Event]
"""What a model says: pieces, a failure to raise, or an event to wait for."""


class SayingModel:
    """A model that gives prepared answers in order and keeps what it was asked."""

    adapter = "saying"

    def __init__(self, *answers: Answer) -> None:
        self.answers: Sequence[Answer] = answers
        self.requests: list[ModelRequest] = []
        self.asked = asyncio.Event()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        self.requests.append(request)
        self.asked.set()
        if not self.answers:
            raise AssertionError("the model was asked once too often")
        answer, *self.answers = self.answers
        for item in answer:
            match item:
                case Failure():
                    raise ModelError(item)
                case asyncio.Event():
                    await item.wait()
                case piece:
                    yield [piece]

    async def list_models(self) -> list[ModelFacts]:
        return []


def finished(usage: Usage | None = None) -> Finished:
    """The end of a complete answer."""
    return Finished("complete", usage or Usage(input=10, output=5))


def free(usage: Usage) -> Cost | None:
    """A price list on which everything is free."""
    return Cost()
