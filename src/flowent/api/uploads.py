"""Reads one uploaded file from a multipart form while it arrives (RFC 7578), within the limit of its kind.

The bytes stay in memory until they are a blob: they never touch a temporary directory that others can read.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from flowent.api.media import SNIFFED, Kind, kind_of, media_type_of, safe_name
from flowent.api.problems import ApiError, FieldError, invalid_fields, readable

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD = "file"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, with a name and media type that can be trusted."""

    name: str
    media_type: str
    data: bytes


async def read_upload(request: Request, *, largest: int) -> Upload:
    """Read the form's only part, a file named ``file``; raises ApiError (400, 413, 415, 422).

    ``largest`` is what a person allows, in bytes; each kind of file has a limit of its own besides.
    """
    media_type, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if media_type != b"multipart/form-data":
        raise _not_a_form()
    form = _Form(largest)
    try:
        parser = MultipartParser(boundary or b"", form.callbacks())
        if not boundary:
            raise _malformed()
        async for chunk in request.stream():
            parser.write(chunk)
            form.check_size()
        parser.finalize()
    except FormParserError as error:
        raise _malformed() from error
    return form.upload()


@dataclass(slots=True)
class _Form:
    """Collects what the parser reports: the current part's headers, and the file's name and bytes."""

    largest: int
    name: str | None = None
    data: bytearray = field(default_factory=bytearray)
    _kind: Kind | None = None
    _ended: bool = False
    _header_name: bytearray = field(default_factory=bytearray)
    _header_value: bytearray = field(default_factory=bytearray)
    _disposition: bytes = b""

    def callbacks(self) -> "MultipartCallbacks":
        """Give what the parser calls."""
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_text,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_end": self._end,
        }

    def check_size(self) -> None:
        """Refuse a file as soon as it is over the limit of its kind; raises ApiError (413)."""
        if self._kind is None and (len(self.data) >= SNIFFED or self._ended):
            self._kind = kind_of(bytes(self.data[:SNIFFED]))
        if self._kind is not None and len(self.data) > (limit := min(self._kind.limit, self.largest)):
            raise _too_large(self._kind, limit)

    def upload(self) -> Upload:
        """Give the file; raises ApiError where there is none, it was cut off, or it is of no kind that is taken."""
        if not self._ended:
            raise _malformed()
        if self.name is None:
            raise invalid_fields([FieldError(field=FIELD, message="This field is required and must be a file.")])
        if not self.data:
            raise invalid_fields([FieldError(field=FIELD, message="The file is empty.")])
        data = bytes(self.data)
        media_type = media_type_of(self._kind or kind_of(data), self.name, data)
        if media_type is None:
            raise _unknown_kind()
        return Upload(self.name, media_type, data)

    def _part_begin(self) -> None:
        self._disposition = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _header_text(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        if bytes(self._header_name).lower() == b"content-disposition":
            self._disposition = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode(errors="replace")
        filename = options.get(b"filename")
        if name != FIELD or filename is None:
            wrong = readable(name) or FIELD
            message = "This field must be a file." if name == FIELD else "This field is not known here."
            raise invalid_fields([FieldError(field=wrong, message=message)])
        if self.name is not None:
            raise invalid_fields([FieldError(field=FIELD, message="Send one file at a time.")])
        self.name = safe_name(filename.decode(errors="replace"))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self.data += data[start:end]

    def _end(self) -> None:
        self._ended = True


def _not_a_form() -> ApiError:
    return ApiError(
        415,
        "unsupported_media_type",
        "An upload must be a form.",
        "The body is not multipart/form-data.",
        "Send the file as the field `file` of a multipart/form-data body.",
    )


def _malformed() -> ApiError:
    return ApiError(
        400,
        "malformed_form",
        "The form cannot be read.",
        "The multipart body is malformed or was cut off.",
        "Send the file again, as the field `file` of a multipart/form-data body.",
        headers={"Connection": "close"},
    )


def _too_large(kind: Kind, limit: int) -> ApiError:
    return ApiError(
        413,
        "file_too_large",
        "The file is too large.",
        f"Files of type {kind.media_type} may have at most {limit} bytes.",
        "Send a smaller file, or put it into the work directory and tell the agent its name.",
        headers={"Connection": "close"},
    )


def _unknown_kind() -> ApiError:
    return ApiError(
        415,
        "unsupported_file",
        "This kind of file cannot be attached.",
        "It is neither a PNG, JPEG, GIF or WebP image, nor a PDF, nor text in UTF-8.",
        "Convert the file, or put it into the work directory and tell the agent its name.",
    )
