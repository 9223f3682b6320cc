"""The tables, the same for SQLite and PostgreSQL.

A change of these tables needs a new revision in ``migrations/versions``; a test compares what the revisions build
with what stands here. Times are in milliseconds since 1970 UTC.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

REVISION = "0002"
"""The revision of ``migrations/versions`` that builds these tables."""

metadata = MetaData()

# As Alembic makes it, so that Alembic finds it.
alembic_version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("list_seq", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("title", Text),
    # What a search looks into: databases differ in what they call the same letter, `listing.folded` does not.
    Column("title_folded", Text),
    Column("workdir", Text, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("deleted_at", BigInteger),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("answered_seq", BigInteger, server_default=text("0"), nullable=False),
    Column("read_seq", BigInteger, server_default=text("0"), nullable=False),
    Index("conversations_shown", "deleted", "archived", "pinned", "updated_at", "id"),
    Index("conversations_changed", "list_seq", unique=True),
    sqlite_with_rowid=False,
    # Room for an append's new seq beside the old row, so that PostgreSQL need not touch the indexes.
    postgresql_with={"fillfactor": 50},
)

TURN_MARKS = text("type IN ('start', 'turn_ended')")
"""Events that open or end a turn. SQLite uses the partial index only for exactly these words."""

events = Table(
    "events",
    metadata,
    Column(
        "conversation_id",
        Text,
        # Deferred: a check at once would make SQLite copy every page that an insert of several rows touches.
        ForeignKey("conversations.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index(
        "events_turn_marks",
        "conversation_id",
        "seq",
        "type",
        sqlite_where=TURN_MARKS,
        postgresql_where=TURN_MARKS,
    ),
    sqlite_with_rowid=False,
)

settings = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

providers = Table(
    "providers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("secrets", LargeBinary, nullable=False),
    Column("models", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("number", BigInteger),
    Column("text", Text),
)

LIST_SEQ = "list_seq"
"""The key in `meta` of the counter of list changes."""

STOPPED_ORDERLY = "stopped_orderly"
"""The key in `meta` that holds 1 while nobody has the database open and the last one closed it in order, else 0."""

WRITTEN_BY = "written_by"
"""The key in `meta` that holds the version of Flowent that last opened the database."""
