"""What the edge answers: facts of the layers below, put into the shapes that clients were promised."""

from typing import Self

from flowent.conversations.commands import Accepted
from flowent.conversations.past import JournalPage
from flowent.conversations.service import ConversationView
from flowent.domain.messages import ConversationState, Message, QueueItem
from flowent.domain.values import ConversationStatus, Fact, JsonObject, NonNegative, Outcome
from flowent.models.base import ModelFacts
from flowent.settings.offers import Offer
from flowent.settings.provider_facts import ProviderView
from flowent.store.base import AttachmentRow, ConversationRow


class Health(Fact):
    """The server answers."""

    status: str = "ok"
    version: str


class Created(Fact):
    """The name of what was made."""

    id: str


class LoginLink(Fact):
    """A link that logs one browser in; ``expires_at`` in milliseconds since 1970 UTC."""

    url: str
    expires_at: int


class MessageAccepted(Fact):
    """A message was stored; the events after ``seq`` tell what becomes of it."""

    message_id: str
    turn_id: str | None
    seq: int

    @classmethod
    def of(cls, accepted: Accepted | None) -> Self:
        """Give what the service answered to a command that always answers."""
        if accepted is None:
            raise RuntimeError("the command gave no receipt")
        return cls(message_id=accepted.message_id, turn_id=accepted.turn_id, seq=accepted.seq)


class ConversationDetails(ConversationState):
    """A conversation with a page of its branch, oldest message first, all of it as of ``seq``.

    ``open_parts`` names the parts that still arrive: their step's ``output_done`` will replace them. With it a client
    can go on with the stream's events after ``seq``. ``before`` is what to ask for the page before this one; null at
    the branch's beginning.
    """

    id: str
    messages: tuple[Message, ...]
    open_parts: tuple[str, ...]
    before: str | None

    @classmethod
    def of(cls, view: ConversationView) -> Self:
        """Put the id and the messages beside the state."""
        # Every value was validated when its fact was made; a page of messages is not validated again.
        return cls.model_construct(
            **dict(view.state), id=view.id, messages=view.messages, open_parts=view.open_parts, before=view.before
        )


class ConversationListed(Fact):
    """A conversation's line in the list. ``list_seq`` counts the changes of the whole list.

    ``outcome`` is how the last turn ended; null before the first, and after a clear. ``answered_seq`` is the seq at
    which a turn last ended by itself (0 before), ``read_seq`` how far a person has looked: there is something unread
    while ``answered_seq`` is larger.
    """

    id: str
    seq: NonNegative
    list_seq: NonNegative
    title: str | None
    status: ConversationStatus
    outcome: Outcome | None
    answered_seq: NonNegative
    read_seq: NonNegative
    workdir: str
    pinned: bool
    archived: bool
    deleted: bool
    created_at: int
    updated_at: int

    @classmethod
    def of(cls, row: ConversationRow) -> Self:
        """Give a row of the store."""
        listing = row.listing
        return cls(
            id=row.id,
            seq=row.seq,
            list_seq=row.list_seq,
            title=listing.title,
            status=listing.status,
            outcome=listing.outcome,
            answered_seq=listing.answered_seq,
            read_seq=row.read_seq,
            workdir=listing.workdir,
            pinned=listing.pinned,
            archived=listing.archived,
            deleted=listing.deleted,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class ConversationPage(Fact):
    """A page of the list; ``next`` is the cursor of the following one, null at the end."""

    items: tuple[ConversationListed, ...]
    next: str | None


JOURNAL_PAGE: JsonObject = {
    "schema": {
        "title": "JournalPage",
        "description": "Events, oldest first. `next` is what to ask for the following page with `after`, null at the "
        "end; `last` is the seq of the conversation's last event.",
        "type": "object",
        "required": ["items", "next", "last"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/StreamEvent"}},
            "next": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
            "last": {"type": "integer", "minimum": 0},
        },
    }
}
"""How a page of the journal is described: the events have their schema from the streams."""


def journal_page(page: JournalPage) -> bytes:
    """Put events together as they are stored: they are not parsed to be written again."""
    items = b",".join(frame.data for frame in page.frames)
    following = b"null" if page.next is None else b"%d" % page.next
    return b'{"items":[%b],"next":%b,"last":%d}' % (items, following, page.last)


class QueueView(Fact):
    """The messages that wait, in order."""

    items: tuple[QueueItem, ...]


class AttachmentView(Fact):
    """An uploaded file; ``size`` in bytes."""

    id: str
    name: str
    media_type: str
    size: int

    @classmethod
    def of(cls, row: AttachmentRow) -> Self:
        """Give a row of the store."""
        return cls(id=row.id, name=row.name, media_type=row.media_type, size=row.size)


class ProviderList(Fact):
    """The configured providers, oldest first."""

    items: tuple[ProviderView, ...]


class SetupView(Fact):
    """What could answer, the most capable kind first."""

    offers: tuple[Offer, ...]


class ModelView(Fact):
    """What is known of a model; null is unknown. Prices are in US dollars for a million tokens."""

    id: str
    name: str | None
    context_window: int | None
    max_output_tokens: int | None
    input_price: float | None
    cached_price: float | None
    output_price: float | None

    @classmethod
    def of(cls, facts: ModelFacts) -> Self:
        """Give the catalogue's facts."""
        return cls(
            id=facts.id,
            name=facts.name,
            context_window=facts.context_window,
            max_output_tokens=facts.max_output_tokens,
            input_price=facts.input_price,
            cached_price=facts.cached_price,
            output_price=facts.output_price,
        )


class ModelList(Fact):
    """A provider's models; those that a person wrote down come first."""

    items: tuple[ModelView, ...]
