"""Files: uploads for messages, and whole tool results. None is ever shown as a document of this site."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response

from flowent.api.attachments import UnknownFileError
from flowent.api.documentation import Responses, problems
from flowent.api.media import INLINE_TYPES
from flowent.api.route import ApiRoute, Use
from flowent.api.uploads import read_upload
from flowent.api.views import AttachmentView

router = APIRouter(route_class=ApiRoute, prefix="/api", tags=["files"])

SANDBOX = "default-src 'none'; sandbox"
_UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
                }
            }
        },
    }
}
_ANY_FILE: Responses = {200: {"description": "The bytes.", "content": {"*/*": {"schema": {}}}}}


@router.post("/attachments", status_code=201, responses=problems(415, 507), openapi_extra=_UPLOAD_BODY)
async def upload_attachment(request: Request, use: Use) -> AttachmentView:
    """Upload one image (PNG, JPEG, GIF, WebP), PDF or UTF-8 text, as the form field `file`, for a message to name."""
    upload = await read_upload(request, largest=use.settings.get().attachments.file_bytes)
    return AttachmentView.of(await use.attachments.add(upload))


@router.get("/attachments/{attachment_id}", response_class=Response, responses={**problems(404), **_ANY_FILE})
async def download_attachment(
    attachment_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")],
    use: Use,
    inline: Annotated[bool, Query(description="Show an image in place.")] = False,
) -> Response:
    """Give an uploaded file. Only the four kinds of image can be shown in place; all else is a download."""
    row, data = await use.attachments.get(attachment_id)
    shown = inline and row.media_type in INLINE_TYPES
    return _file(data, row.media_type, row.name, inline=shown)


@router.get("/blobs/{sha256}", response_class=Response, responses={**problems(404), **_ANY_FILE})
async def download_blob(
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    use: Use,
    conversation: Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Whose tool result it is.")],
) -> Response:
    """Give the whole of a tool's result that was cut, as JSON: only what a tool result of that conversation names."""
    if not await use.conversations.names_blob(conversation, sha256):
        raise UnknownFileError("No tool result of this conversation names that file.")
    try:
        data = await use.blobs.get(sha256)
    except KeyError as error:
        raise UnknownFileError("The file is no longer there.") from error
    return _file(data, "application/json", f"{sha256[:12]}.json", inline=False)


def _file(data: bytes, media_type: str, name: str, *, inline: bool) -> Response:
    """Answer with bytes that no browser may take for a page of ours."""
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return Response(
        data,
        headers={
            "Content-Type": f"{media_type}{charset}",
            "Content-Disposition": _disposition(name, inline=inline),
            "Content-Security-Policy": SANDBOX,
        },
    )


def _disposition(name: str, *, inline: bool) -> str:
    """Name a file for a browser (RFC 6266, RFC 8187): ASCII for old ones, and the true name."""
    ascii_name = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
