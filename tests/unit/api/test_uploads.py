"""Reading an upload while it arrives."""

from collections.abc import Sequence

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message

from flowent.api.media import MIB
from flowent.api.problems import ApiError
from flowent.api.uploads import Upload, read_upload

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


class Sent:
    """A request whose body arrives in pieces; ``read`` counts the bytes that were asked for."""

    def __init__(self, body: bytes, content_type: str, piece: int) -> None:
        self.read = 0
        self._pieces = [body[start : start + piece] for start in range(0, len(body), piece)] or [b""]
        headers = [(b"content-type", content_type.encode())]
        self.request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, self._receive)

    async def _receive(self) -> Message:
        piece = self._pieces.pop(0)
        self.read += len(piece)
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}


def form(files: Sequence[tuple[str, tuple[str | None, bytes]]], piece: int = 10_000) -> Sent:
    request = httpx.Request("POST", "http://x", files=list(files))
    return Sent(request.read(), request.headers["content-type"], piece)


async def upload(sent: Sent, largest: int = 100 * MIB) -> Upload:
    return await read_upload(sent.request, largest=largest)


async def refused(sent: Sent, largest: int = 100 * MIB) -> tuple[int, str]:
    with pytest.raises(ApiError) as error:
        await upload(sent, largest)
    return error.value.problem.status, error.value.problem.code


@pytest.mark.parametrize("piece", [1, 7, 64, 100_000])
async def test_a_file_arrives_whole_in_pieces_of_any_size(piece: int) -> None:
    data = b"--boundary\r\n" * 50 + "Grüße\r\n\r\n--".encode()
    assert await upload(form([("file", ("notes.txt", data))], piece)) == Upload("notes.txt", "text/plain", data)


async def test_the_kind_is_what_the_bytes_say(piece: int = 3) -> None:
    assert (await upload(form([("file", ("page.html", PNG))], piece))).media_type == "image/png"


async def test_a_short_file_is_a_file() -> None:
    assert (await upload(form([("file", ("a", b"x"))]))).data == b"x"


async def test_a_name_in_any_language_survives() -> None:
    assert (await upload(form([("file", ("Übersicht 日本.txt", b"x"))]))).name == "Übersicht 日本.txt"


async def test_a_name_leads_nowhere_else() -> None:
    assert (await upload(form([("file", ("../../etc/passwd", b"x"))]))).name == "passwd"


async def test_an_empty_file_is_refused() -> None:
    assert await refused(form([("file", ("a.txt", b""))])) == (422, "invalid_request")


async def test_an_unknown_kind_is_refused() -> None:
    assert await refused(form([("file", ("a.exe", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"))])) == (
        415,
        "unsupported_file",
    )


@pytest.mark.parametrize(
    "files",
    [
        [("other", ("a.txt", b"x"))],
        [("file", (None, b"x"))],
        [("file", ("a.txt", b"x")), ("file", ("b.txt", b"y"))],
        [("file", ("a.txt", b"x")), ("note", (None, b"y"))],
    ],
    ids=["another field", "text in place of a file", "two files", "an unknown field"],
)
async def test_the_form_holds_one_file_and_nothing_else(files: list[tuple[str, tuple[str | None, bytes]]]) -> None:
    assert (await refused(form(files)))[0] == 422


async def test_a_name_that_is_no_text_is_refused() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="\xed\xa0\xbd"; filename="a"\r\n\r\nx\r\n--b--\r\n'
    assert (await refused(Sent(body, "multipart/form-data; boundary=b", 50)))[0] == 422


async def test_a_form_without_a_file_is_refused() -> None:
    assert await refused(Sent(b"--b--\r\n", "multipart/form-data; boundary=b", 50)) == (422, "invalid_request")


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain", ""])
async def test_what_is_no_form_is_refused(kind: str) -> None:
    assert await refused(Sent(b"{}", kind, 50)) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"nonsense", "multipart/form-data; boundary=b"),
        (b"", "multipart/form-data; boundary=b"),
        (b"--b\r\n", "multipart/form-data"),
        (b"--b\r\n", "multipart/form-data; boundary=" + "b" * 300),
        (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncut',
            "multipart/form-data; boundary=b",
        ),
        (b"--b\r\n" + b"X: y\r\n" * 100 + b"\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b"),
        (b"--b\r\nX: " + b"y" * 100_000 + b"\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b"),
    ],
    ids=["nonsense", "empty", "no boundary", "long boundary", "cut off", "many headers", "a long header"],
)
async def test_a_malformed_form_is_refused(body: bytes, kind: str) -> None:
    assert await refused(Sent(body, kind, 1000)) == (400, "malformed_form")


async def test_a_part_without_a_name_is_refused() -> None:
    body = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n"
    assert (await refused(Sent(body, "multipart/form-data; boundary=b", 50)))[0] == 422


async def test_text_over_its_limit_is_refused_before_all_of_it_arrived() -> None:
    sent = form([("file", ("a.txt", b"x" * (8 * MIB)))], piece=65536)
    assert await refused(sent) == (413, "file_too_large")
    assert sent.read < 5 * MIB


async def test_an_image_may_be_larger_than_text() -> None:
    assert len((await upload(form([("file", ("a.png", PNG + bytes(5 * MIB)))], 65536))).data) > 5 * MIB


async def test_a_person_may_allow_less() -> None:
    assert await refused(form([("file", ("a.txt", b"x" * 101))]), largest=100) == (413, "file_too_large")
    assert (await upload(form([("file", ("a.txt", b"x" * 100))]), largest=100)).data == b"x" * 100
