"""Conversations: the list, and what is done with a whole one."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from flowent.api.bodies import ChangeConversation, CreateConversation, Fork, Read
from flowent.api.documentation import problems
from flowent.api.multiplex import MAX_SEQ
from flowent.api.route import ApiRoute, ConversationId, Use
from flowent.api.views import (
    JOURNAL_PAGE,
    ConversationDetails,
    ConversationListed,
    ConversationPage,
    Created,
    journal_page,
)
from flowent.conversations.commands import Clear, Stop
from flowent.conversations.errors import InvalidError
from flowent.domain.events import ConversationFields
from flowent.settings.ports import EMBEDDED_ID

router = APIRouter(route_class=ApiRoute, prefix="/api/conversations", tags=["conversations"])

PageLimit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Search = Annotated[
    str | None,
    Query(max_length=200, pattern=r"^[^\x00]*$", description="Text in the title; case and accents do not matter."),
]
MESSAGES = 100
"""How many messages an answer holds where a client does not say."""


@router.get("")
async def list_conversations(
    use: Use,
    limit: PageLimit = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="`next` of the page before.")] = None,
    archived: Annotated[bool, Query(description="Archived ones instead.")] = False,
    deleted: Annotated[bool, Query(description="Deleted ones instead, until they are purged.")] = False,
    search: Search = None,
) -> ConversationPage:
    """List conversations: pinned ones first, then newest first."""
    page = await use.conversations.page(
        limit=limit, cursor=cursor, archived=archived, deleted=deleted, search=search or None
    )
    return ConversationPage(items=tuple(ConversationListed.of(row) for row in page.rows), next=page.next)


@router.post("", status_code=201, responses=problems(507))
async def create_conversation(use: Use, conversation: CreateConversation | None = None) -> Created:
    """Begin a conversation."""
    wanted = conversation or CreateConversation()
    return Created(id=await use.conversations.create(workdir=wanted.workdir, title=wanted.title))


@router.get("/{conversation_id}", responses=problems(404))
async def get_conversation(
    conversation_id: ConversationId,
    use: Use,
    before: Annotated[
        str | None, Query(max_length=100, description="A message's id, such as `before` of the page after this one.")
    ] = None,
    limit: PageLimit = MESSAGES,
) -> ConversationDetails:
    """Give a conversation with the newest messages of its branch, or those that led to a message of any branch."""
    return ConversationDetails.of(await use.conversations.view(conversation_id, before=before, limit=limit))


@router.get(
    "/{conversation_id}/events",
    response_class=Response,
    responses={**problems(404), 200: {"description": "A page.", "content": {"application/json": JOURNAL_PAGE}}},
)
async def get_events(
    conversation_id: ConversationId,
    use: Use,
    after: Annotated[int, Query(ge=0, le=MAX_SEQ, description="`next` of the page before; 0 for the first.")] = 0,
    limit: Annotated[
        int, Query(ge=1, le=2000, description="How many at most; large events make a page shorter.")
    ] = 500,
) -> Response:
    """Give the journal as it is stored: what streams carry, without the deltas of steps that are done."""
    page = await use.conversations.journal(conversation_id, after=after, limit=limit)
    return Response(journal_page(page), media_type="application/json")


@router.post("/{conversation_id}/read", status_code=204, response_class=Response, responses=problems(404, 507))
async def mark_read(conversation_id: ConversationId, read: Read, use: Use) -> Response:
    """Note how far a person has looked; it never goes back. Whoever follows the list hears of it."""
    await use.conversations.mark_read(conversation_id, read.seq)
    return Response(status_code=204)


@router.patch("/{conversation_id}", responses=problems(404, 507))
async def change_conversation(
    conversation_id: ConversationId, changes: ChangeConversation, use: Use
) -> ConversationDetails:
    """Set title, pin, archive, work directory, provider, model, effort or mode; what is left out stays."""
    provider_id = changes.provider_id
    if provider_id is not None and provider_id != EMBEDDED_ID and provider_id not in use.providers:
        raise InvalidError("provider_id", f"There is no provider {provider_id}.", "Name one that is set up, or add it.")
    await use.conversations.change(conversation_id, changes.fields())
    return ConversationDetails.of(await use.conversations.view(conversation_id, limit=MESSAGES))


@router.delete("/{conversation_id}", status_code=204, response_class=Response, responses=problems(404, 507))
async def delete_conversation(
    conversation_id: ConversationId,
    use: Use,
    purge: Annotated[bool, Query(description="Remove a deleted conversation for good.")] = False,
) -> Response:
    """Delete a conversation; it can be restored until it is purged."""
    if purge:
        await use.conversations.purge(conversation_id)
    else:
        await use.conversations.change(conversation_id, ConversationFields(deleted=True))
    return Response(status_code=204)


@router.post("/{conversation_id}/restore", status_code=204, response_class=Response, responses=problems(404, 507))
async def restore_conversation(conversation_id: ConversationId, use: Use) -> Response:
    """Take a deletion back."""
    await use.conversations.change(conversation_id, ConversationFields(deleted=False))
    return Response(status_code=204)


@router.post("/{conversation_id}/stop", status_code=204, response_class=Response, responses=problems(404, 507))
async def stop_turn(conversation_id: ConversationId, use: Use) -> Response:
    """End the running turn at once; what it said and did stays. Nothing happens where none runs."""
    await use.conversations.do(conversation_id, Stop())
    return Response(status_code=204)


@router.post("/{conversation_id}/clear", status_code=204, response_class=Response, responses=problems(404, 507))
async def clear_conversation(conversation_id: ConversationId, use: Use) -> Response:
    """Begin an empty branch; a running turn ends silently. The old branch stays in the tree."""
    await use.conversations.do(conversation_id, Clear())
    return Response(status_code=204)


@router.post("/{conversation_id}/fork", status_code=201, responses=problems(404, 507))
async def fork_conversation(conversation_id: ConversationId, fork: Fork, use: Use) -> Created:
    """Begin a new conversation with this one's messages up to the named one."""
    return Created(id=await use.conversations.fork(conversation_id, fork.message_id))
