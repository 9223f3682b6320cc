"""The messages that wait while a turn runs: kept by the server, so every client sees and changes the same ones."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from flowent.api.bodies import ChangeQueueBody
from flowent.api.documentation import problems
from flowent.api.route import ApiRoute, ConversationId, Use
from flowent.api.views import MessageAccepted, QueueView
from flowent.conversations.commands import SendQueued

router = APIRouter(route_class=ApiRoute, prefix="/api/conversations/{conversation_id}/queue", tags=["queue"])

ItemId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,100}$", description="The id of a waiting message.")]


@router.get("", responses=problems(404))
async def get_queue(conversation_id: ConversationId, use: Use) -> QueueView:
    """Give the waiting messages, in order."""
    view = await use.conversations.view(conversation_id, limit=1)
    return QueueView(items=view.state.queue)


@router.put("", responses=problems(404, 409, 507))
async def put_queue(conversation_id: ConversationId, queue: ChangeQueueBody, use: Use) -> QueueView:
    """Reorder, edit and remove: the queue becomes the named items, in this order.

    It is changed whole or not at all: where one of the items does not wait any more, the answer is 404.
    """
    await use.conversations.change_queue(conversation_id, queue.entries(), queue.seq)
    return await get_queue(conversation_id, use)


@router.delete("", status_code=204, response_class=Response, responses=problems(404, 507))
async def delete_queue(conversation_id: ConversationId, use: Use) -> Response:
    """Remove every waiting message."""
    await use.conversations.change_queue(conversation_id, ())
    return Response(status_code=204)


@router.post("/{item_id}/send", status_code=202, responses=problems(404, 409, 507))
async def send_queued(conversation_id: ConversationId, item_id: ItemId, use: Use) -> MessageAccepted:
    """Send a waiting message now: into the running turn, or as a turn of its own. Once sent, the answer is the same."""
    return MessageAccepted.of(await use.conversations.do(conversation_id, SendQueued(item_id)))
