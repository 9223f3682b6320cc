"""Importing the libraries unnoticed, and using them once."""

import asyncio
import gc
import threading

import pytest

from flowent.domain.failures import Failure
from flowent.models import library_rehearsal, warm
from flowent.models.base import Finished, Format, Piece
from flowent.models.library_relay import Relay
from flowent.models.warm import DIALECTS, no_full_collections


class Watched(Relay):
    """Remembers what an answer was and how it ended."""

    pieces: list[Piece]
    failure: Failure | None

    def put(self, piece: Piece) -> None:
        self.pieces = [*getattr(self, "pieces", []), piece]

    def end(self, failure: Failure | None) -> None:
        self.failure = failure


@pytest.mark.parametrize("wire_format", list(DIALECTS))
def test_a_rehearsal_goes_all_the_way(wire_format: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    relays: list[Watched] = []

    def relay(reader: asyncio.AbstractEventLoop, writer: asyncio.AbstractEventLoop) -> Relay:
        relays.append(Watched(reader, writer))
        return relays[0]

    monkeypatch.setattr(library_rehearsal, "Relay", relay)
    loop = asyncio.new_event_loop()

    warm.prepare(wire_format, loop)

    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert relays[0].failure is None
    assert isinstance(relays[0].pieces[-1], Finished)


def test_the_collector_is_as_before_afterwards_also_after_a_failure() -> None:
    before = gc.get_threshold()

    with pytest.raises(ImportError), no_full_collections():
        assert gc.get_threshold()[2] > 1_000_000
        raise ImportError

    assert gc.get_threshold() == before
    gc.unfreeze()


def test_two_imports_at_once_leave_the_collector_as_before() -> None:
    before = gc.get_threshold()
    first_in, second_out = threading.Event(), threading.Event()

    def first() -> None:
        with no_full_collections():
            first_in.set()
            second_out.wait(0.2)

    def second() -> None:
        first_in.wait(5)
        with no_full_collections():
            second_out.set()

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert gc.get_threshold() == before
    gc.unfreeze()
