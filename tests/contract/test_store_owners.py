"""Two processes with the same database, played by two stores: only one of them gets its way."""

import asyncio

from contract.conftest import LISTING, Database, claimed, event, seqs
from flowent.store.base import Append, StaleOwnerError
from flowent.store.database import SqlStore


async def test_a_new_owner_fences_the_old_one(database: Database) -> None:
    old, new = await database.open(), await database.open()
    former = await claimed(old, "c")
    owner = await new.claim("c")
    assert owner.epoch > former.epoch
    outcomes = await asyncio.gather(
        old.append(Append("c", former.epoch, 1, [event(2, data='"old"')])),
        new.append(Append("c", owner.epoch, 1, [event(2, data='"new"')])),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [StaleOwnerError, type(None)]
    assert [row.data for row in await old.read_events("c", 1, 10)] == ['"new"']


async def test_owners_that_take_turns_never_write_over_each_other(database: Database) -> None:
    """Each claims, appends until it is refused, and claims again; every acknowledged event is there, once."""
    first, second = await database.open(), await database.open()
    await claimed(first, "c")
    acknowledged: dict[int, str] = {1: "{}"}

    async def fight(store: SqlStore, name: str) -> None:
        for claiming in range(8):
            claim = await store.claim("c")
            seq = claim.seq
            for _ in range(10):
                data = f'"{name} {claiming} {seq}"'
                try:
                    await store.append(Append("c", claim.epoch, seq, [event(seq + 1, data=data)], listing=LISTING))
                except StaleOwnerError:
                    break
                seq += 1
                assert seq not in acknowledged
                acknowledged[seq] = data

    await asyncio.gather(fight(first, "first"), fight(second, "second"))
    assert {row.seq: row.data for row in await first.read_events("c", 0, 1000)} == acknowledged
    assert await second.check_integrity() is None


async def test_list_changes_of_two_processes_share_one_counter(database: Database) -> None:
    first, second = await database.open(), await database.open()
    numbers: list[int] = []

    async def create(store: SqlStore, name: str) -> None:
        numbers.extend([await store.create_conversation(f"{name} {number}", LISTING, [], at=1) for number in range(10)])

    await asyncio.gather(create(first, "a"), create(second, "b"))
    assert sorted(numbers) == list(range(1, 21))


async def test_one_process_reads_what_the_other_committed(database: Database) -> None:
    first, second = await database.open(), await database.open()
    await claimed(first, "c")
    await first.append(Append("c", 1, 1, [event(2)]))
    assert await seqs(second, "c") == [1, 2]
