"""Appends that are committed together stay apart: in what they report, and when one of them fails."""

import asyncio
from typing import Any

import pytest

from contract.conftest import LISTING, claimed, event, seqs
from flowent.store.base import Append, Prune, StaleOwnerError, StoreError
from flowent.store.database import SqlStore


async def test_appends_are_reported_in_order_before_their_futures(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    reported: list[str] = []
    futures = [
        store.append(
            Append("c", claim.epoch, seq, [event(seq + 1)], on_commit=lambda _, seq=seq: reported.append(f"on {seq}"))
        )
        for seq in range(1, 50)
    ]
    for seq, future in enumerate(futures, 1):
        future.add_done_callback(lambda _, seq=seq: reported.append(f"done {seq}"))
    await asyncio.gather(*futures)
    assert [entry for entry in reported if entry.startswith("on")] == [f"on {seq}" for seq in range(1, 50)]
    assert all(reported.index(f"on {seq}") < reported.index(f"done {seq}") for seq in range(1, 50))


async def test_a_cancelled_append_is_still_committed_and_reported(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    reported: list[int | None] = []
    store.append(Append("c", claim.epoch, 1, [event(2)], on_commit=reported.append)).cancel()
    await store.append(Append("c", claim.epoch, 2, [event(3)]))
    assert reported == [None]
    assert await seqs(store, "c") == [1, 2, 3]


async def test_a_listener_that_fails_keeps_no_news_from_others(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))

    def broken(_: int | None) -> None:
        raise ZeroDivisionError

    reported: list[int | None] = []
    first = store.append(Append("c", claim.epoch, 1, [event(2)], on_commit=broken))
    await store.append(Append("c", claim.epoch, 2, [event(3)], on_commit=reported.append))
    await first
    assert reported == [None]
    assert [type(failure["exception"]) for failure in failures] == [ZeroDivisionError]


async def test_a_stale_append_takes_only_its_followers_down(store: SqlStore) -> None:
    for name in ("a", "b"):
        await claimed(store, name)
    submitted = [
        store.append(Append("a", 1, 1, [event(2)])),
        store.append(Append("b", 0, 1, [event(2)])),
        store.append(Append("b", 0, 2, [event(3)])),
        store.append(Append("a", 1, 2, [event(3)])),
        store.append(Append("b", 1, 1, [event(2)])),
    ]
    outcomes = await asyncio.gather(*submitted, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [
        type(None),
        StaleOwnerError,
        StaleOwnerError,
        type(None),
        type(None),
    ]
    assert await seqs(store, "a") == [1, 2, 3]
    assert await seqs(store, "b") == [1, 2]


async def test_two_owners_in_one_group_are_told_apart(store: SqlStore) -> None:
    await claimed(store, "c")
    await store.claim("c")
    submitted = [store.append(Append("c", epoch, 1, [event(2, data=f'"{epoch}"')])) for epoch in (1, 2)]
    outcomes = await asyncio.gather(*submitted, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StaleOwnerError, type(None)]
    assert [row.data for row in await store.read_events("c", 1, 10)] == ['"2"']


async def test_text_that_no_database_can_keep_fails_alone(store: SqlStore) -> None:
    await claimed(store, "a")
    await claimed(store, "b")
    submitted = [
        store.append(Append("a", 1, 1, [event(2)])),
        store.append(Append("b", 1, 1, [event(2, data="\ud800")])),
        store.append(Append("a", 1, 2, [event(3)])),
    ]
    outcomes = await asyncio.gather(*submitted, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), StoreError, type(None)]
    assert await seqs(store, "b") == [1]
    await store.append(Append("b", 1, 1, [event(2)]))


async def test_a_failed_write_between_appends_takes_none_down(store: SqlStore) -> None:
    await claimed(store, "c")
    submitted: list[asyncio.Future[Any]] = [
        store.append(Append("c", 1, 1, [event(2)], listing=LISTING)),
        asyncio.ensure_future(store.create_conversation("c", LISTING, [event(1)], at=1)),
        asyncio.ensure_future(store.create_conversation("d", LISTING, [event(1)], at=1)),
    ]
    # The creations are submitted once their tasks have run.
    await asyncio.sleep(0)
    submitted.append(store.append(Append("c", 1, 2, [event(3)], listing=LISTING)))
    outcomes = await asyncio.gather(*submitted, return_exceptions=True)
    assert isinstance(outcomes[1], StoreError)
    assert [outcome for number, outcome in enumerate(outcomes) if number != 1] == [None, 3, None]
    assert await seqs(store, "c") == [1, 2, 3]
    assert await seqs(store, "d") == [1]


async def test_a_large_group_is_written_whole(store: SqlStore) -> None:
    names = [f"c{number}" for number in range(150)]
    for name in names:
        await store.create_conversation(name, LISTING, [], at=1)
    await asyncio.gather(*(store.claim(name) for name in names))
    submitted = [
        store.append(Append(name, 1, 0, [event(seq, data=f'"{name}"') for seq in range(1, 4)])) for name in names
    ]
    await asyncio.gather(*submitted)
    for name in names:
        assert await store.read_events(name, 0, 10) == [event(seq, data=f'"{name}"') for seq in range(1, 4)]


async def test_an_append_does_not_prune_what_came_after_it(store: SqlStore) -> None:
    await claimed(store, "c")
    first = store.append(Append("c", 1, 1, [event(2), event(3, "output_done")], prune=Prune(after=1, before=9)))
    await asyncio.gather(first, store.append(Append("c", 1, 3, [event(4)])))
    assert await seqs(store, "c") == [1, 3, 4]


async def test_an_append_prunes_what_came_before_it_in_its_group(store: SqlStore) -> None:
    await claimed(store, "c")
    first = store.append(Append("c", 1, 1, [event(2), event(3)]))
    await asyncio.gather(first, store.append(Append("c", 1, 3, [event(4, "output_done")], prune=Prune(1, 4))))
    assert await seqs(store, "c") == [1, 4]


async def test_closing_writes_out_what_was_submitted(store: SqlStore) -> None:
    await claimed(store, "c")
    futures = [store.append(Append("c", 1, seq, [event(seq + 1)])) for seq in range(1, 600)]
    await store.close(orderly=True)
    assert all(future.done() and future.exception() is None for future in futures)


async def test_a_closed_store_refuses_everything(store: SqlStore) -> None:
    await claimed(store, "c")
    await store.close(orderly=True)
    await store.close(orderly=False)
    with pytest.raises(StoreError, match="closed"):
        await store.append(Append("c", 1, 1, [event(2)]))
    with pytest.raises(StoreError, match="closed"):
        await store.put_settings({"a": 1})
    with pytest.raises(StoreError, match="closed"):
        await store.get_settings()
