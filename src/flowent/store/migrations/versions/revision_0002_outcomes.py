"""How each conversation's last turn ended, how far a person has read, and titles that are searched without accents.

What is there counts as read. A search's text is folded here as it was when this revision was written, whatever
`flowent.store.listing` does later.
"""

import json
import unicodedata

import sqlalchemy
from alembic import op

revision = "0002"
down_revision = "0001"

_conversations = sqlalchemy.table(
    "conversations",
    sqlalchemy.column("id", sqlalchemy.Text),
    sqlalchemy.column("seq", sqlalchemy.BigInteger),
    sqlalchemy.column("title", sqlalchemy.Text),
    sqlalchemy.column("title_folded", sqlalchemy.Text),
    sqlalchemy.column("outcome", sqlalchemy.Text),
    sqlalchemy.column("answered_seq", sqlalchemy.BigInteger),
    sqlalchemy.column("read_seq", sqlalchemy.BigInteger),
)
_events = sqlalchemy.table(
    "events",
    sqlalchemy.column("conversation_id", sqlalchemy.Text),
    sqlalchemy.column("seq", sqlalchemy.BigInteger),
    sqlalchemy.column("type", sqlalchemy.Text),
    sqlalchemy.column("data", sqlalchemy.Text),
)
# Exactly the words of the partial index, without which SQLite would read every event.
_MARKS = sqlalchemy.text("type IN ('start', 'turn_ended')")
_ACCENTS = dict.fromkeys(range(0x300, 0x370))


def upgrade() -> None:
    """Add the columns and fill them."""
    op.add_column("conversations", sqlalchemy.Column("outcome", sqlalchemy.Text))
    for name in ("answered_seq", "read_seq"):
        zero = sqlalchemy.text("0")
        op.add_column(
            "conversations", sqlalchemy.Column(name, sqlalchemy.BigInteger, server_default=zero, nullable=False)
        )
    connection = op.get_bind()
    connection.execute(sqlalchemy.update(_conversations).values(read_seq=_conversations.c.seq))
    _fold_titles(connection)
    _fill_outcomes(connection)


def _fold_titles(connection: sqlalchemy.Connection) -> None:
    titled = sqlalchemy.select(_conversations.c.id, _conversations.c.title).where(_conversations.c.title.is_not(None))
    changes = [{"conversation": name, "folded": _folded(title)} for name, title in connection.execute(titled).all()]
    if changes:
        change = sqlalchemy.update(_conversations).where(_conversations.c.id == sqlalchemy.bindparam("conversation"))
        connection.execute(change.values(title_folded=sqlalchemy.bindparam("folded")), changes)


def _folded(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.casefold()).translate(_ACCENTS)
    return unicodedata.normalize("NFKC", plain).casefold()


def _fill_outcomes(connection: sqlalchemy.Connection) -> None:
    change = sqlalchemy.update(_conversations).where(_conversations.c.id == sqlalchemy.bindparam("conversation"))
    change = change.values(outcome=sqlalchemy.bindparam("ended"), answered_seq=sqlalchemy.bindparam("answered"))
    ends = (
        sqlalchemy.select(_events.c.conversation_id, _events.c.seq)
        .where(_MARKS, _events.c.type == "turn_ended")
        .order_by(_events.c.conversation_id, _events.c.seq)
    )
    seqs: dict[str, list[int]] = {}
    for name, seq in connection.execute(ends).all():
        seqs.setdefault(name, []).append(seq)
    changes = [
        {
            "conversation": name,
            "ended": _outcome(connection, name, ended),
            "answered": _answered(connection, name, ended),
        }
        for name, ended in seqs.items()
    ]
    if changes:
        connection.execute(change, changes)


def _outcome(connection: sqlalchemy.Connection, name: str, ended: list[int]) -> str | None:
    """Give how the last turn ended, None where it was discarded or the branch was cleared since."""
    clears = sqlalchemy.select(_events.c.data).where(
        _events.c.conversation_id == name, _events.c.seq > ended[-1], _events.c.type == "head_moved"
    )
    if any(json.loads(data)["cause"] == "clear" for data in connection.execute(clears).scalars()):
        return None
    status = _status(connection, name, ended[-1])
    return None if status == "discarded" else status


def _answered(connection: sqlalchemy.Connection, name: str, ended: list[int]) -> int:
    """Give the last end that was not a person's doing."""
    own = (seq for seq in reversed(ended) if _status(connection, name, seq) in {"completed", "failed"})
    return next(own, 0)


def _status(connection: sqlalchemy.Connection, name: str, seq: int) -> str:
    event = sqlalchemy.select(_events.c.data).where(_events.c.conversation_id == name, _events.c.seq == seq)
    status: str = json.loads(connection.execute(event).scalar_one())["status"]
    return status
