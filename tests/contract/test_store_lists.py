"""The list of conversations: what it shows, in which order, and how its changes are followed."""

from dataclasses import replace

import pytest

from contract.conftest import LISTING, Database, claimed, event, seqs
from flowent.store.base import Append, ConversationRow, NotFoundError, StaleOwnerError
from flowent.store.database import SqlStore


async def shown(
    store: SqlStore, *, limit: int = 100, archived: bool = False, deleted: bool = False, search: str | None = None
) -> list[str]:
    """The ids of the whole list, page by page."""
    ids: list[str] = []
    cursor = None
    while True:
        page = await store.list_conversations(
            limit=limit, cursor=cursor, archived=archived, deleted=deleted, search=search
        )
        assert len(page.rows) <= limit
        ids += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            return ids


async def test_a_row_shows_what_was_created(store: SqlStore) -> None:
    listing = replace(LISTING, title="Grüße", pinned=True, archived=True, status="running")
    list_seq = await store.create_conversation("c", listing, [event(1), event(2)], at=7)
    expected = ConversationRow(
        id="c", seq=2, list_seq=list_seq, read_seq=2, created_at=7, updated_at=7, listing=listing
    )
    assert await store.get_conversation("c") == expected


async def test_there_is_no_row_of_an_unknown_conversation(store: SqlStore) -> None:
    assert await store.get_conversation("nobody") is None


async def test_an_append_may_change_the_row(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    listing = replace(LISTING, title="New", workdir="/elsewhere", pinned=True, status="running")
    reported: list[int | None] = []
    await store.append(
        Append("c", claim.epoch, 1, [event(2, at=50), event(3, at=60)], listing=listing, on_commit=reported.append)
    )
    expected = ConversationRow(id="c", seq=3, list_seq=2, read_seq=1, created_at=1, updated_at=60, listing=listing)
    assert await store.get_conversation("c") == expected
    assert reported == [2]


async def test_an_append_without_a_listing_moves_only_the_seq(store: SqlStore) -> None:
    await claimed(store, "c")
    before = await store.get_conversation("c")
    assert before is not None
    await store.append(Append("c", 1, 1, [event(2, at=99)]))
    assert await store.get_conversation("c") == replace(before, seq=2)


async def test_a_refused_append_changes_no_row(store: SqlStore) -> None:
    await claimed(store, "c")
    before = await store.get_conversation("c")
    with pytest.raises(StaleOwnerError):
        await store.append(Append("c", 0, 1, [event(2)], listing=replace(LISTING, title="Never")))
    assert await store.get_conversation("c") == before
    assert await store.list_changes(1, 10) == []


async def test_a_row_shows_how_the_last_turn_ended(store: SqlStore) -> None:
    claim = await claimed(store, "c")
    listing = replace(LISTING, outcome="failed", answered_seq=2)
    await store.append(Append("c", claim.epoch, 1, [event(2)], listing=listing))
    row = await store.get_conversation("c")
    assert row is not None
    assert row.listing == listing


async def read_seq(store: SqlStore, conversation_id: str) -> int:
    row = await store.get_conversation(conversation_id)
    assert row is not None
    return row.read_seq


async def test_looking_is_a_change_of_the_list(store: SqlStore) -> None:
    await claimed(store, "c")
    await store.append(Append("c", 1, 1, [event(2, at=50), event(3, at=60)]))
    before = await store.get_conversation("c")
    assert before is not None
    assert await store.mark_read("c", 2) == 2
    assert await store.list_changes(1, 10) == [replace(before, read_seq=2, list_seq=2)]
    assert await seqs(store, "c") == [1, 2, 3]


@pytest.mark.parametrize("seq", [0, 1, 2])
async def test_looking_never_goes_back(store: SqlStore, seq: int) -> None:
    await claimed(store, "c")
    await store.append(Append("c", 1, 1, [event(2), event(3)]))
    await store.mark_read("c", 2)
    assert await store.mark_read("c", seq) is None
    assert await read_seq(store, "c") == 2
    assert await store.list_changes(2, 10) == []


async def test_nobody_looks_beyond_the_end(store: SqlStore) -> None:
    await claimed(store, "c")
    await store.append(Append("c", 1, 1, [event(2)]))
    assert await store.mark_read("c", 2**53 - 1) == 2
    assert await read_seq(store, "c") == 2
    assert await store.mark_read("c", 2**53 - 1) is None


async def test_an_unknown_conversation_cannot_be_read(store: SqlStore) -> None:
    with pytest.raises(NotFoundError):
        await store.mark_read("nobody", 1)


async def test_what_a_person_asked_for_counts_as_read_up_to_its_end(store: SqlStore) -> None:
    await claimed(store, "c")
    await store.append(Append("c", 1, 1, [event(2), event(3)], listing=LISTING))
    assert await read_seq(store, "c") == 1
    await store.append(Append("c", 1, 3, [event(4), event(5)], listing=LISTING, seen=True))
    assert await read_seq(store, "c") == 5
    await store.append(Append("c", 1, 5, [event(6)], listing=LISTING))
    assert await read_seq(store, "c") == 5


async def test_how_far_a_person_looked_outlives_the_process(database: Database) -> None:
    store = await database.open()
    await claimed(store, "c")
    await store.append(Append("c", 1, 1, [event(2), event(3)]))
    await store.mark_read("c", 2)
    await store.close(orderly=False)
    assert await read_seq(await database.open(), "c") == 2


async def test_pinned_come_first_then_the_newest_change(store: SqlStore) -> None:
    for name, at, pinned in (("old", 1, False), ("pinned", 2, True), ("new", 3, False), ("older pinned", 1, True)):
        await store.create_conversation(name, replace(LISTING, pinned=pinned), [], at=at)
    assert await shown(store) == ["pinned", "older pinned", "new", "old"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_join_to_the_whole_list(store: SqlStore, limit: int) -> None:
    for number in range(7):
        # Equal times, so that only the ids tell them apart.
        listing = replace(LISTING, pinned=number % 3 == 0)
        await store.create_conversation(f"c{number}", listing, [], at=number // 3)
    assert await shown(store, limit=limit) == ["c6", "c3", "c0", "c5", "c4", "c2", "c1"]


async def test_a_page_goes_on_where_it_was_although_the_list_changed(store: SqlStore) -> None:
    for number in range(6):
        await claimed(store, f"c{number}", at=number + 1)
    page = await store.list_conversations(limit=3, cursor=None, archived=False, deleted=False, search=None)
    await store.append(Append("c0", 1, 1, [event(2, at=100)], listing=LISTING))
    await store.purge_conversation("c3")
    rest = await store.list_conversations(limit=3, cursor=page.next, archived=False, deleted=False, search=None)
    assert [row.id for row in page.rows + rest.rows] == ["c5", "c4", "c3", "c2", "c1"]


@pytest.mark.parametrize("cursor", ["", "x", "bm90IGpzb24", "WzEsMiwzXQ", "é"])
async def test_a_foreign_cursor_is_refused(store: SqlStore, cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        await store.list_conversations(limit=3, cursor=cursor, archived=False, deleted=False, search=None)


async def test_archived_and_deleted_ones_have_lists_of_their_own(store: SqlStore) -> None:
    for name, archived, deleted in (("a", False, False), ("b", True, False), ("c", False, True), ("d", True, True)):
        await store.create_conversation(name, replace(LISTING, archived=archived, deleted=deleted), [], at=1)
    assert await shown(store) == ["a"]
    assert await shown(store, archived=True) == ["b"]
    assert await shown(store, deleted=True) == ["d", "c"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("straße", ["2"]),
        ("STRASSE", ["2"]),
        ("100%", ["1"]),
        ("a_b", ["3"]),
        ("/", ["4"]),
        ("\\", ["5"]),
        ("été", ["6"]),
        ("e\u0301te\u0301", ["6"]),
        ("ETE", ["6"]),
        ("é100", []),
        ("が", ["7"]),
        ("か", ["8"]),
        ("ไทย", ["9"]),
        ("ﬁle", ["10"]),
        ("zzz", []),
        ("", ["10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0"]),
    ],
)
async def test_a_search_finds_text_in_titles(store: SqlStore, search: str, found: list[str]) -> None:
    titles = [None, "100% done", "Straße", "a_b", "a/b", "a\\b 1000", "Été", "か\u3099", "か", "ภาษาไทย", "File"]
    for number, title in enumerate(titles):
        await store.create_conversation(str(number), replace(LISTING, title=title), [], at=number)
    assert await shown(store, search=search, limit=2) == found


async def test_a_search_sees_the_new_title_only(store: SqlStore) -> None:
    await claimed(store, "c", replace(LISTING, title="before"))
    await store.append(Append("c", 1, 1, [event(2)], listing=replace(LISTING, title="after")))
    assert await shown(store, search="before") == []
    assert await shown(store, search="after") == ["c"]


async def test_changes_of_the_list_are_followed_by_their_numbers(store: SqlStore) -> None:
    for name in ("a", "b", "c"):
        await claimed(store, name)
    await store.append(Append("a", 1, 1, [event(2)], listing=replace(LISTING, title="A")))
    await store.append(Append("b", 1, 1, [event(2)]))
    assert [(row.id, row.list_seq) for row in await store.list_changes(0, 10)] == [("b", 2), ("c", 3), ("a", 4)]
    assert [row.id for row in await store.list_changes(0, 2)] == ["b", "c"]
    assert [row.id for row in await store.list_changes(3, 10)] == ["a"]
    assert await store.list_changes(4, 10) == []


async def test_a_purged_conversation_is_gone(store: SqlStore) -> None:
    for name in ("a", "b"):
        await claimed(store, name)
    await store.purge_conversation("a")
    assert await store.get_conversation("a") is None
    assert await seqs(store, "a") == []
    assert await seqs(store, "b") == [1]
    with pytest.raises(StaleOwnerError):
        await store.append(Append("a", 1, 1, [event(2)]))
    with pytest.raises(NotFoundError):
        await store.purge_conversation("a")
    assert await store.check_integrity() is None


async def test_what_was_deleted_before_a_time_is_purged(store: SqlStore) -> None:
    gone = replace(LISTING, deleted=True)
    for name, at in (("early", 10), ("late", 20)):
        await claimed(store, name)
        await store.append(Append(name, 1, 1, [event(2, at=at)], listing=gone))
    # Changed again since: it is deleted as long as it was before.
    await store.append(Append("early", 1, 2, [event(3, at=30)], listing=gone))
    await claimed(store, "restored")
    await store.append(Append("restored", 1, 1, [event(2, at=1)], listing=gone))
    await store.append(Append("restored", 1, 2, [event(3, at=2)], listing=LISTING))
    assert await store.purge_deleted(20) == 1
    assert await store.get_conversation("early") is None
    assert await store.get_conversation("late") is not None
    assert await store.get_conversation("restored") is not None
    assert await store.purge_deleted(20) == 0


async def test_deletion_counts_from_the_latest_one(store: SqlStore) -> None:
    await claimed(store, "c")
    for seq, deleted in ((1, True), (2, False), (3, True)):
        listing = replace(LISTING, deleted=deleted)
        await store.append(Append("c", 1, seq, [event(seq + 1, at=seq * 10)], listing=listing))
    assert await store.purge_deleted(30) == 0
    assert await store.purge_deleted(31) == 1
