"""The two event streams: one conversation's, and one for everything that a browser tab follows."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from flowent.api.documentation import problems
from flowent.api.multiplex import MAX_SEQ, MAX_WATCHED, multiplexed, parse_positions
from flowent.api.problems import FieldError, invalid_fields
from flowent.api.route import ApiRoute, ConversationId, Use, Who
from flowent.api.streams import EventStream, Feed, conversation_feed

router = APIRouter(route_class=ApiRoute, prefix="/api", tags=["streams"])

After = Annotated[int, Query(ge=0, le=MAX_SEQ, description="The last seq that was seen; 0 for everything.")]
LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", max_length=1000, description="What a browser sends on reconnecting; wins."),
]


@router.get(
    "/conversations/{conversation_id}/stream",
    response_class=EventStream,
    status_code=200,
    responses=problems(404),
    response_model=None,
)
async def stream_conversation(
    conversation_id: ConversationId, use: Use, who: Who, after: After = 0, last_event_id: LastEventId = None
) -> Response:
    """Follow a conversation: the events after a seq (or one snapshot of them), then live ones until the client leaves.

    Each event's `id` is its `seq`, its `event` the type.
    """
    if last_event_id:
        if not (last_event_id.isascii() and last_event_id.isdigit()) or int(last_event_id) > MAX_SEQ:
            raise invalid_fields([FieldError(field="Last-Event-ID", message="This id is not one of this stream.")])
        after = int(last_event_id)
    await use.conversations.owner(conversation_id)
    return _open(conversation_feed(use.conversations, conversation_id, after), use, who)


@router.get("/stream", response_class=EventStream, status_code=200, responses=problems(404), response_model=None)
async def stream_everything(
    use: Use,
    who: Who,
    watch: Annotated[
        list[str] | None,
        Query(max_length=MAX_WATCHED, description="A conversation to follow: `<id>:<after>`; repeatable."),
    ] = None,
    list_after: Annotated[
        int | None, Query(alias="list", ge=0, le=MAX_SEQ, description="Follow the list after this `list_seq`.")
    ] = None,
    last_event_id: LastEventId = None,
) -> Response:
    """Follow several conversations and the list with one stream.

    Each event's `id` is an opaque cursor for all of them; `conversation_id` and `seq` are in its data.
    """
    positions = parse_positions(watch or [], list_after)
    if last_event_id:
        positions.resume(last_event_id)
    for conversation_id in positions.conversations:
        await use.conversations.owner(conversation_id)
    return _open(multiplexed(use.conversations, positions), use, who)


def _open(feed: Feed, use: Use, who: Who) -> EventStream:
    return EventStream(feed, who, streams=use.streams, logins=use.logins, limits=use.limits)
