"""What an append writes, within the writer's transaction: fence, events, row of the list, pruning."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, case, delete, func, literal_column, update
from sqlalchemy.engine.interfaces import DBAPIConnection

from flowent.domain.events import DELTA_TYPES
from flowent.store.base import Append, StaleOwnerError
from flowent.store.listing import listing_columns, next_list_seqs
from flowent.store.schema import conversations, events
from flowent.store.statements import AppendStatements

_AT = bindparam("changed_at", type_=conversations.c.updated_at.type)

_READ_TO = bindparam("read_to", type_=conversations.c.read_seq.type)

_RELIST = (
    update(conversations)
    .where(conversations.c.id == bindparam("conversation"))
    .values(
        updated_at=func.coalesce(_AT, conversations.c.updated_at),
        deleted_at=case(
            (
                bindparam("is_deleted", type_=conversations.c.deleted.type),
                func.coalesce(conversations.c.deleted_at, _AT, conversations.c.updated_at),
            ),
            else_=None,
        ),
        read_seq=case((conversations.c.read_seq < _READ_TO, _READ_TO), else_=conversations.c.read_seq),
    )
)
"""Takes the columns of the listing and its list_seq as further parameters."""

_PRUNE = delete(events).where(
    events.c.conversation_id == bindparam("conversation"),
    events.c.seq > bindparam("after"),
    events.c.seq < bindparam("before"),
    events.c.type.in_([literal_column(f"'{kind}'") for kind in sorted(DELTA_TYPES)]),
)


def check(append: Append) -> None:
    """Refuse events that are not in order after the expected seq; raises ValueError: its writer is at fault."""
    last = append.expected_seq
    for event in append.events:
        if event.seq <= last:
            raise ValueError(f"Event {event.seq} of {append.conversation_id} cannot follow {last}.")
        last = event.seq


def write_appends(
    connection: Connection, driver: DBAPIConnection, statements: AppendStatements, appends: Sequence[Append]
) -> list[int | None]:
    """Write appends in their order; gives each one's new list_seq. Raises StaleOwnerError if any of them is stale."""
    moves = _moves(appends)
    if statements.advance(driver, moves) != len(moves):
        raise _stale(appends[0])
    statements.insert_events(
        driver,
        [
            (append.conversation_id, event.seq, event.at, event.type, event.data)
            for append in appends
            for event in append.events
        ],
    )
    list_seqs = _relist(connection, appends)
    prunes = [
        {
            "conversation": append.conversation_id,
            "after": append.prune.after,
            # A later append of the same group is already written; this one must not reach into it.
            "before": min(append.prune.before, _last_seq(append) + 1),
        }
        for append in appends
        if append.prune is not None
    ]
    if prunes:
        connection.execute(_PRUNE, prunes)
    return list_seqs


def _moves(appends: Sequence[Append]) -> list[tuple[int, str, int, int]]:
    """Join the appends of each conversation into one step; those that do not follow each other are stale."""
    moves: dict[str, tuple[int, str, int, int]] = {}
    for append in appends:
        before = moves.get(append.conversation_id)
        if before is None:
            first = append.expected_seq
        elif before[2] == append.epoch and before[0] == append.expected_seq:
            first = before[3]
        else:
            raise _stale(append)
        moves[append.conversation_id] = (_last_seq(append), append.conversation_id, append.epoch, first)
    return list(moves.values())


def _relist(connection: Connection, appends: Sequence[Append]) -> list[int | None]:
    changed = [append for append in appends if append.listing is not None]
    if not changed:
        return [None] * len(appends)
    numbers = iter(next_list_seqs(connection, len(changed)))
    list_seqs = [None if append.listing is None else next(numbers) for append in appends]
    connection.execute(
        _RELIST,
        [
            {
                "conversation": append.conversation_id,
                "list_seq": list_seq,
                "is_deleted": append.listing.deleted,
                "read_to": _last_seq(append) if append.seen else 0,
                "changed_at": append.events[-1].at if append.events else None,
                **listing_columns(append.listing),
            }
            for append, list_seq in zip(appends, list_seqs, strict=True)
            if append.listing is not None
        ],
    )
    return list_seqs


def _last_seq(append: Append) -> int:
    return append.events[-1].seq if append.events else append.expected_seq


def _stale(append: Append) -> StaleOwnerError:
    return StaleOwnerError(
        f"Conversation {append.conversation_id} is not at {append.expected_seq} with epoch {append.epoch} any more: "
        "another owner has claimed it, or an append before this one failed."
    )
