"""Events go in where they are expected, come out in order, and nothing else happens to them."""

import pytest

from contract.conftest import LISTING, Database, claimed, event, seqs
from flowent.store.base import Append, NotFoundError, Prune, StaleOwnerError, StoreError
from flowent.store.database import SqlStore


async def test_a_conversation_begins_with_its_first_events(store: SqlStore) -> None:
    rows = [event(1, "conversation_changed", data='{"a":"ä"}'), event(2, "message", at=7)]
    await store.create_conversation("c", LISTING, rows, at=5)
    assert await store.read_events("c", 0, 10) == rows


async def test_a_conversation_may_begin_without_events(store: SqlStore) -> None:
    await store.create_conversation("c", LISTING, [], at=5)
    claim = await store.claim("c")
    assert claim.seq == 0
    await store.append(Append("c", claim.epoch, 0, [event(1)]))
    assert await seqs(store, "c") == [1]


async def test_a_conversation_is_made_once(store: SqlStore) -> None:
    await store.create_conversation("c", LISTING, [event(1)], at=5)
    with pytest.raises(StoreError, match="already a conversation c"):
        await store.create_conversation("c", LISTING, [event(1), event(2)], at=6)
    assert await seqs(store, "c") == [1]


async def test_appended_events_read_back_exactly(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    rows = [event(2, "start", at=10, data='{"text":"日本語 \\u0000 \U0001f600"}'), event(3, at=10, data="x" * 100_000)]
    await store.append(Append("c", claim.epoch, claim.seq, rows))
    assert await store.read_events("c", 1, 10) == rows


async def test_reading_starts_after_a_seq_and_stops_at_the_limit(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    await store.append(Append("c", claim.epoch, 1, [event(seq) for seq in range(2, 200)]))
    assert [row.seq for row in await store.read_events("c", 150, 3)] == [151, 152, 153]
    assert await store.read_events("c", 199, 3) == []


@pytest.mark.parametrize(
    ("after", "limit", "size", "expected"),
    [
        (0, 10, 1000, [1, 2, 3, 4]),
        (0, 2, 1000, [1, 2]),
        (2, 10, 1000, [3, 4]),
        # Of 2, 100, 90 and 10 bytes, however many characters they are.
        (0, 10, 102, [1, 2]),
        (0, 10, 101, [1]),
        (1, 10, 99, [2]),
        (1, 10, 190, [2, 3]),
        (1, 10, 0, [2]),
        (4, 10, 1000, []),
    ],
)
async def test_a_page_ends_at_its_limit_and_when_it_is_full(
    store: SqlStore, after: int, limit: int, size: int, expected: list[int]
) -> None:
    claim = await claimed(store, "c")
    rows = [event(2, data="ä" * 50), event(3, data="日" * 30), event(4, data="x" * 10)]
    await store.append(Append("c", claim.epoch, 1, rows))
    page = await store.read_page("c", after, limit, size)
    assert [row.seq for row in page] == expected
    assert [row for row in page if row.seq > 1] == [row for row in rows if row.seq in expected]


async def test_a_page_skips_what_was_pruned(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    await store.append(Append("c", claim.epoch, 1, [event(2, "output_start"), event(3), event(4)]))
    await store.append(Append("c", claim.epoch, 4, [event(5, "output_done")], prune=Prune(2, 5)))
    assert [row.seq for row in await store.read_page("c", 1, 2, 1000)] == [2, 5]


async def test_an_unknown_conversation_has_no_events(store: SqlStore) -> None:
    assert await store.read_events("nobody", 0, 10) == []
    assert await store.read_page("nobody", 0, 10, 10) == []
    assert await store.measure("nobody", 0) == (0, 0)


async def test_each_claim_gives_a_larger_epoch_and_the_last_seq(store: SqlStore) -> None:
    first = await claimed(store, "c")
    await store.append(Append("c", first.epoch, 1, [event(2)]))
    second = await store.claim("c")
    assert second.epoch > first.epoch
    assert second.seq == 2


async def test_claiming_an_unknown_conversation_is_an_error(store: SqlStore) -> None:
    with pytest.raises(NotFoundError):
        await store.claim("nobody")


async def test_a_former_owner_is_refused(store: SqlStore) -> None:
    former = await claimed(store, "c")
    owner = await store.claim("c")
    with pytest.raises(StaleOwnerError):
        await store.append(Append("c", former.epoch, 1, [event(2, data='"former"')], listing=LISTING))
    await store.append(Append("c", owner.epoch, 1, [event(2, data='"owner"')]))
    assert [row.data for row in await store.read_events("c", 1, 10)] == ['"owner"']


@pytest.mark.parametrize("expected", [0, 2])
async def test_an_append_that_expects_another_seq_is_refused(store: SqlStore, expected: int) -> None:
    claim = await claimed(store, "c")
    with pytest.raises(StaleOwnerError):
        await store.append(Append("c", claim.epoch, expected, [event(3)]))
    assert await seqs(store, "c") == [1]


async def test_events_must_be_in_order(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    for rows in ([event(1)], [event(3), event(2)], [event(2), event(2)]):
        with pytest.raises(ValueError, match="cannot follow"):
            store.append(Append("c", claim.epoch, 1, rows))
    assert await seqs(store, "c") == [1]


async def test_an_append_without_events_still_needs_the_owner(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    await store.append(Append("c", claim.epoch, 1, [], listing=LISTING))
    with pytest.raises(StaleOwnerError):
        await store.append(Append("c", claim.epoch - 1, 1, [], listing=LISTING))


async def test_pruning_deletes_deltas_strictly_between(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    kinds = ["output_start", "delta", "thinking_delta", "tool_input_delta", "usage", "delta", "output_done"]
    rows = [event(seq, kind) for seq, kind in enumerate(kinds, 2)]
    await store.append(Append("c", claim.epoch, 1, rows[:-1]))
    await store.append(Append("c", claim.epoch, 7, rows[-1:], prune=Prune(after=3, before=8)))
    left = [(row.seq, row.type) for row in await store.read_events("c", 1, 10)]
    assert left == [(2, "output_start"), (3, "delta"), (6, "usage"), (8, "output_done")]


async def test_pruning_spares_other_conversations(store: SqlStore) -> None:
    for name in ("a", "b"):
        claim = await claimed(store, name)
        await store.append(Append(name, claim.epoch, 1, [event(2), event(3)]))
    await store.append(Append("a", 1, 3, [event(4, "output_done")], prune=Prune(after=1, before=4)))
    assert await seqs(store, "a") == [1, 4]
    assert await seqs(store, "b") == [1, 2, 3]


async def test_a_refused_append_prunes_nothing(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    await store.append(Append("c", claim.epoch, 1, [event(2), event(3)]))
    with pytest.raises(StaleOwnerError):
        await store.append(Append("c", claim.epoch, 2, [event(4)], prune=Prune(after=1, before=4)))
    assert await seqs(store, "c") == [1, 2, 3]


async def test_measuring_counts_events_and_bytes(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    await store.append(
        Append("c", claim.epoch, 1, [event(2, data="skipped"), event(3, data="äö"), event(4, data="\\")])
    )
    assert await store.measure("c", 2) == (2, 5)


async def test_turns_are_open_until_they_end(store: SqlStore) -> None:
    histories = {
        "never": ["message"],
        "open": ["message", "start", "delta"],
        "ended": ["start", "turn_ended"],
        "retried": ["start", "turn_ended", "start"],
        "again ended": ["start", "turn_ended", "start", "turn_ended", "message"],
    }
    for name, kinds in histories.items():
        claim = await claimed(store, name)
        await store.append(Append(name, claim.epoch, 1, [event(seq, kind) for seq, kind in enumerate(kinds, 2)]))
    assert await store.open_turns() == ["open", "retried"]


async def test_what_was_acknowledged_is_there_after_reopening(database: Database) -> None:
    store = await database.open()
    claim = await claimed(store, "c")
    appends = [Append("c", claim.epoch, seq - 1, [event(seq)], durable=seq % 2 == 0) for seq in range(2, 20)]
    for append in appends:
        await store.append(append)
    await store.close(orderly=False)
    again = await database.open()
    assert await seqs(again, "c") == list(range(1, 20))
    assert (await again.claim("c")).epoch > claim.epoch
    assert await again.check_integrity() is None
