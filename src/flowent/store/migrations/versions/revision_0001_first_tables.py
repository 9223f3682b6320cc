"""The first tables."""

import sqlalchemy
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Build conversations and their events, and what settings keep."""
    _conversations()
    _events()
    _small_tables()
    op.bulk_insert(
        sqlalchemy.table("meta", sqlalchemy.column("key"), sqlalchemy.column("number")),
        [{"key": "list_seq", "number": 0}, {"key": "stopped_orderly", "number": 1}],
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        sqlalchemy.Column("id", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("seq", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("epoch", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("list_seq", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("created_at", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("updated_at", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("title", sqlalchemy.Text),
        sqlalchemy.Column("title_folded", sqlalchemy.Text),
        sqlalchemy.Column("workdir", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("pinned", sqlalchemy.Boolean, nullable=False),
        sqlalchemy.Column("archived", sqlalchemy.Boolean, nullable=False),
        sqlalchemy.Column("deleted", sqlalchemy.Boolean, nullable=False),
        sqlalchemy.Column("deleted_at", sqlalchemy.BigInteger),
        sqlalchemy.Column("status", sqlalchemy.Text, nullable=False),
        sqlite_with_rowid=False,
        postgresql_with={"fillfactor": 50},
    )
    shown = ["deleted", "archived", "pinned", "updated_at", "id"]
    op.create_index("conversations_shown", "conversations", shown)
    op.create_index("conversations_changed", "conversations", ["list_seq"], unique=True)


def _events() -> None:
    op.create_table(
        "events",
        sqlalchemy.Column(
            "conversation_id",
            sqlalchemy.Text,
            sqlalchemy.ForeignKey("conversations.id", deferrable=True, initially="DEFERRED"),
            primary_key=True,
        ),
        sqlalchemy.Column("seq", sqlalchemy.BigInteger, primary_key=True, autoincrement=False),
        sqlalchemy.Column("at", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("type", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("data", sqlalchemy.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    marks = sqlalchemy.text("type IN ('start', 'turn_ended')")
    op.create_index(
        "events_turn_marks",
        "events",
        ["conversation_id", "seq", "type"],
        sqlite_where=marks,
        postgresql_where=marks,
    )


def _small_tables() -> None:
    op.create_table(
        "settings",
        sqlalchemy.Column("key", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("value", sqlalchemy.Text, nullable=False),
    )
    op.create_table(
        "providers",
        sqlalchemy.Column("id", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("name", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("format", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("base_url", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("secrets", sqlalchemy.LargeBinary, nullable=False),
        sqlalchemy.Column("models", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("created_at", sqlalchemy.BigInteger, nullable=False),
    )
    op.create_table(
        "attachments",
        sqlalchemy.Column("id", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("name", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("media_type", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("size", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("sha256", sqlalchemy.Text, nullable=False),
        sqlalchemy.Column("created_at", sqlalchemy.BigInteger, nullable=False),
    )
    op.create_table(
        "sessions",
        sqlalchemy.Column("token_sha256", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("created_at", sqlalchemy.BigInteger, nullable=False),
        sqlalchemy.Column("expires_at", sqlalchemy.BigInteger, nullable=False),
    )
    op.create_table(
        "meta",
        sqlalchemy.Column("key", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("number", sqlalchemy.BigInteger),
        sqlalchemy.Column("text", sqlalchemy.Text),
    )
