"""How a conversation's row in the list is written; its list_seq comes from one counter, in the same transaction."""

import unicodedata

from sqlalchemy import Connection, update

from flowent.store.base import Listing
from flowent.store.schema import LIST_SEQ, meta

_ACCENTS = dict.fromkeys(range(0x300, 0x370))
"""The block "Combining Diacritical Marks", each of which is left out."""


def folded(text: str) -> str:
    """Give text as a search compares it: without case and accents, and composed the same way wherever it was typed.

    Only the marks that many scripts share are left out: those of a script of its own tell its letters apart.
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_ACCENTS)
    return unicodedata.normalize("NFKC", plain).casefold()


def listing_columns(listing: Listing) -> dict[str, object]:
    """Give the columns that a listing sets."""
    return {
        "title": listing.title,
        "title_folded": None if listing.title is None else folded(listing.title),
        "workdir": listing.workdir,
        "pinned": listing.pinned,
        "archived": listing.archived,
        "deleted": listing.deleted,
        "status": listing.status,
        "outcome": listing.outcome,
        "answered_seq": listing.answered_seq,
    }


def next_list_seqs(connection: Connection, count: int) -> range:
    """Take the next numbers of the list's changes.

    The counter's row stays locked until the transaction ends: numbers become visible in their order, and a watcher
    that has seen one has not missed a smaller one.
    """
    counted = update(meta).where(meta.c.key == LIST_SEQ).values(number=meta.c.number + count).returning(meta.c.number)
    last: int = connection.execute(counted).scalar_one()
    return range(last - count + 1, last + 1)
