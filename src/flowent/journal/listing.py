"""A conversation's line in the list of conversations: the fold of the few events that change it."""

from dataclasses import replace

from flowent.domain.events import ConversationChanged, HeadMoved, StoredEvent, TurnEnded, TurnStarted
from flowent.store.base import Listing

NEW = Listing(title=None, workdir="", pinned=False, archived=False, deleted=False, status="idle")
"""The line before the first event."""

_SHOWN = {"title", "workdir", "pinned", "archived", "deleted"}


def listed(listing: Listing, event: StoredEvent, seq: int) -> Listing | None:
    """Give the line after an event, None where the event does not change it.

    A turn that a person stopped or cleared away has ended as that person knows; only others are news.
    """
    match event:
        case TurnStarted():
            return replace(listing, status="running")
        case TurnEnded(status="completed" | "failed" as outcome):
            return replace(listing, status="idle", outcome=outcome, answered_seq=seq)
        case TurnEnded(status="stopped"):
            return replace(listing, status="idle", outcome="stopped")
        case TurnEnded():
            return replace(listing, status="idle", outcome=None)
        case HeadMoved(cause="clear"):
            return replace(listing, outcome=None)
        case ConversationChanged(changed=changed):
            return replace(listing, **{name: getattr(changed, name) for name in _SHOWN & changed.model_fields_set})
        case _:
            return None
