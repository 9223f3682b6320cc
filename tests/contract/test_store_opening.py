"""Opening: new databases, older ones, newer ones, those that are not ours, and how the last process left them."""

import asyncio
import re
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

import flowent.store.migrate
from contract.conftest import LISTING, Database, claimed, event
from flowent.store.base import Append, NewerDatabaseError, StoredEventRow, StoreError
from flowent.store.schema import REVISION

SQLITE_SCHEMA = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"

POSTGRESQL_SCHEMA = """
    SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
        || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND c.relkind = 'r'
    UNION ALL
    SELECT indexname, replace(indexdef, current_schema() || '.', '') FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    UNION ALL
    SELECT relname, array_to_string(reloptions, ',') FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND reloptions IS NOT NULL
    ORDER BY 1, 2
"""


def schema(database: Database) -> list[tuple[str, ...]]:
    """Everything that the tables are, as the database tells it."""
    rows = database.query(SQLITE_SCHEMA if database.kind == "sqlite" else POSTGRESQL_SCHEMA)
    # How a statement's text is broken into lines does not matter.
    return [tuple(re.sub(r"\s+", "", str(value)) for value in row) for row in rows]


async def test_the_revisions_build_the_same_tables_as_a_new_database_has(database: Database) -> None:
    database.query("CREATE TABLE alembic_version (version_num VARCHAR(32) CONSTRAINT alembic_version_pkc PRIMARY KEY)")
    upgraded = await database.open()
    await claimed(upgraded, "c")
    assert await upgraded.check_integrity() is None
    await upgraded.close(orderly=True)
    by_revisions = schema(database)
    content = database.query("SELECT key, number, text FROM meta ORDER BY key")
    drop = ["events", "conversations", "settings", "providers", "attachments", "sessions", "meta", "alembic_version"]
    database.query(*(f"DROP TABLE {table}" for table in drop))

    new = await database.open()
    await claimed(new, "c")
    await new.close(orderly=True)
    ours = [row for row in schema(database) if "alembic_version" not in row[0] + row[1]]
    assert [row for row in by_revisions if "alembic_version" not in row[0] + row[1]] == ours
    assert len(ours) >= 10
    assert database.query("SELECT key, number, text FROM meta ORDER BY key") == content
    assert database.query("SELECT version_num FROM alembic_version") == [(REVISION,)]


def test_the_tables_are_those_of_the_last_revision() -> None:
    scripts = ScriptDirectory(str(Path(flowent.store.migrate.__file__).with_name("migrations")))
    assert scripts.get_heads() == [REVISION]


def ended(seq: int, status: str) -> StoredEventRow:
    """How a turn ended."""
    return event(seq, "turn_ended", data=f'{{"type":"turn_ended","status":"{status}"}}')


@pytest.mark.parametrize(
    ("rows", "outcome", "answered_seq"),
    [
        ([event(2, "start")], None, 0),
        ([event(2, "start"), ended(3, "completed")], "completed", 3),
        ([event(2, "start"), ended(3, "completed"), event(4, "start")], "completed", 3),
        ([ended(2, "completed"), ended(3, "failed"), event(4)], "failed", 3),
        ([ended(2, "failed"), ended(3, "stopped")], "stopped", 2),
        ([ended(2, "completed"), ended(3, "discarded")], None, 2),
        ([ended(2, "completed"), event(3, "head_moved", data='{"cause":"select"}')], "completed", 2),
        ([ended(2, "completed"), event(3, "head_moved", data='{"cause":"clear"}')], None, 2),
        ([event(2, "head_moved", data='{"cause":"clear"}'), ended(3, "completed")], "completed", 3),
    ],
)
async def test_conversations_of_the_first_revision_count_as_read(
    database: Database, rows: list[StoredEventRow], outcome: str | None, answered_seq: int
) -> None:
    first = await database.open()
    await claimed(first, "c", replace(LISTING, title="Déjà vu"))
    await claimed(first, "other")
    await first.append(Append("c", 1, 1, rows))
    await first.close(orderly=True)
    dropped = ("outcome", "answered_seq", "read_seq")
    database.query(
        *(f"ALTER TABLE conversations DROP COLUMN {name}" for name in dropped),
        "UPDATE conversations SET title_folded = 'déjà vu' WHERE id = 'c'",
        "UPDATE alembic_version SET version_num = '0001'",
    )
    upgraded = await database.open()
    row = await upgraded.get_conversation("c")
    assert row is not None
    assert (row.listing.outcome, row.listing.answered_seq, row.read_seq) == (outcome, answered_seq, row.seq)
    other = await upgraded.get_conversation("other")
    assert other is not None
    assert (other.listing.outcome, other.listing.answered_seq, other.read_seq) == (None, 0, 1)
    found = await upgraded.list_conversations(limit=5, cursor=None, archived=False, deleted=False, search="deja")
    assert [row.id for row in found.rows] == ["c"]


async def test_a_newer_database_is_refused_and_left_as_it_is(database: Database) -> None:
    await (await database.open()).close(orderly=True)
    database.query(
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE meta SET text = '77.1' WHERE key = 'written_by'",
    )
    before = database.query("SELECT key, number, text FROM meta ORDER BY key")
    with pytest.raises(NewerDatabaseError) as refused:
        await database.open()
    for words in ("77.1", "9999", version("flowent"), REVISION, "Install that version"):
        assert words in str(refused.value)
    assert database.query("SELECT key, number, text FROM meta ORDER BY key") == before


async def test_tables_of_others_are_refused(database: Database) -> None:
    database.query("CREATE TABLE conversations (id INTEGER PRIMARY KEY)")
    with pytest.raises(StoreError, match="that Flowent did not make"):
        await database.open()
    assert database.query("SELECT count(*) FROM conversations") == [(0,)]


async def test_a_new_database_can_be_opened_by_two_at_once(database: Database) -> None:
    first, second = await asyncio.gather(database.open(), database.open())
    await claimed(first, "c")
    assert await second.get_conversation("c") is not None


async def test_the_last_closing_is_remembered(database: Database) -> None:
    new = await database.open()
    assert await new.stopped_orderly()
    await new.close(orderly=True)
    after_order = await database.open()
    assert await after_order.stopped_orderly()
    await after_order.close(orderly=False)
    assert not await (await database.open()).stopped_orderly()


async def test_what_is_open_was_not_closed_in_order(database: Database) -> None:
    await (await database.open()).close(orderly=True)
    await database.open()
    assert not await (await database.open()).stopped_orderly()


async def test_events_past_the_last_one_are_found_by_the_check(database: Database) -> None:
    store = await database.open()
    await claimed(store, "c")
    await store.append(Append("c", 1, 1, [event(2)]))
    database.query("INSERT INTO events (conversation_id, seq, at, type, data) VALUES ('c', 3, 0, 'delta', '{}')")
    assert await store.check_integrity() == "1 conversations have events after their last one"
