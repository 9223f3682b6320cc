"""Messages: sending, editing, and asking again. What is asked again becomes another branch; nothing is overwritten."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from flowent.api.bodies import EditMessage, SendMessage
from flowent.api.documentation import problems
from flowent.api.problems import FieldError, invalid_fields
from flowent.api.route import ApiRoute, ConversationId, MessageId, Use
from flowent.api.views import MessageAccepted
from flowent.conversations.commands import Regenerate, Retry, Select

router = APIRouter(route_class=ApiRoute, prefix="/api/conversations/{conversation_id}/messages", tags=["messages"])

ErrorId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,100}$", description="The id of an error part.")]


@router.post("", status_code=202, responses=problems(404, 409, 507))
async def send_message(conversation_id: ConversationId, message: SendMessage, use: Use) -> MessageAccepted:
    """Send a message. While a turn runs, `mode` says whether it waits or steers; without one it is refused (409)."""
    allowed = use.settings.get().attachments.message_files
    if len(message.attachments) > allowed:
        raise invalid_fields([FieldError(field="attachments", message=f"A message takes at most {allowed} files.")])
    return MessageAccepted.of(
        await use.conversations.send(
            conversation_id,
            message.content,
            message_id=message.id,
            mode=message.mode,
            attachments=message.attachments,
        )
    )


@router.post(
    "/{message_id}/edit",
    status_code=202,
    responses={
        **problems(404, 409, 507),
        204: {"description": "Saved; nothing is answered again."},
    },
    response_model=MessageAccepted,
)
async def edit_message(
    conversation_id: ConversationId, message_id: MessageId, edit: EditMessage, use: Use
) -> MessageAccepted | Response:
    """Save another text for a message (204), or answer it on a new branch (202)."""
    resend = edit.action == "resend"
    accepted = await use.conversations.edit(conversation_id, message_id, edit.content, resend=resend)
    return MessageAccepted.of(accepted) if resend else Response(status_code=204)


@router.post("/{message_id}/regenerate", status_code=202, responses=problems(404, 409, 507))
async def regenerate_answer(conversation_id: ConversationId, message_id: MessageId, use: Use) -> MessageAccepted:
    """Answer again, on a new branch."""
    return MessageAccepted.of(await use.conversations.do(conversation_id, Regenerate(message_id)))


@router.post("/{message_id}/errors/{error_id}/retry", status_code=202, responses=problems(404, 409, 507))
async def retry_error(
    conversation_id: ConversationId, message_id: MessageId, error_id: ErrorId, use: Use
) -> MessageAccepted:
    """Go on from an error block, in the same message: everything before it is kept."""
    return MessageAccepted.of(await use.conversations.do(conversation_id, Retry(message_id, error_id)))


@router.post("/{message_id}/select", status_code=204, response_class=Response, responses=problems(404, 409, 507))
async def select_branch(conversation_id: ConversationId, message_id: MessageId, use: Use) -> Response:
    """Switch to the branch that a message is on."""
    await use.conversations.do(conversation_id, Select(message_id))
    return Response(status_code=204)
