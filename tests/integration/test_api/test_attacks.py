"""Attacks on the running server, with bytes that no library would send."""

import asyncio
import re
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx
import pytest
import uvicorn

from flowent.api.connection import LARGEST_HEAD, BoundedConnection
from flowent.api.limits import Limits
from flowent.api.server import Server

Raw = Callable[[bytes], Awaitable[bytes]]


@pytest.fixture
def limits() -> Limits:
    """The edge's limits, with little patience."""
    return Limits(body_wait=0.2)


@pytest.fixture
def port(server: tuple[Server, str]) -> int:
    return int(server[1].rpartition(":")[2])


@pytest.fixture
def raw(port: int, token: str) -> Raw:
    """Send bytes as they are ({host}, {token} filled in) and give all that comes back."""

    async def exchange(request: bytes) -> bytes:
        request = request.replace(b"{host}", b"127.0.0.1:%d" % port).replace(b"{token}", token.encode())
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = b""
        try:
            writer.write(request)
            await writer.drain()
            async with asyncio.timeout(5):
                while block := await reader.read(65536):
                    answer += block
        except ConnectionError:
            pass
        finally:
            writer.close()
        return answer

    return exchange


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    assert found is not None, answer
    return int(found[1])


LOGGED_IN = b"Host: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"


async def test_an_ordinary_request_passes(raw: Raw) -> None:
    assert status(await raw(b"GET /api/about HTTP/1.1\r\n" + LOGGED_IN)) == 200


async def test_a_rebound_name_reaches_nothing(raw: Raw, port: int) -> None:
    hosts = (b"evil.example", b"127.0.0.1", b"127.0.0.1:1", b"localhost.:{p}", b"[::ffff:127.0.0.1]:{p}", b"")
    for host in (*hosts, b"127.0.0.1:{p}:1", b"evil@127.0.0.1:{p}"):
        named = host.replace(b"{p}", b"%d" % port)
        answer = await raw(b"GET /api/health HTTP/1.1\r\nHost: " + named + b"\r\nConnection: close\r\n\r\n")
        assert status(answer) == 421, host
        assert b'"status":"ok"' not in answer


async def test_two_hosts_are_refused(raw: Raw) -> None:
    answer = await raw(b"GET /api/health HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert status(answer) == 400


async def test_a_request_without_host_is_refused(raw: Raw) -> None:
    assert status(await raw(b"GET /api/health HTTP/1.1\r\nConnection: close\r\n\r\n")) == 400
    assert status(await raw(b"GET /api/health HTTP/1.0\r\n\r\n")) == 400


async def test_a_host_in_the_request_line_does_not_replace_the_header(raw: Raw) -> None:
    answer = await raw(b"GET http://{host}/api/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert status(answer) == 421


TARGETS = (
    b"//api/about",
    b"/api//about",
    b"/api/../api/about",
    b"/./api/about",
    b"/%61pi/about",
    b"/api%2fabout",
    b"/api/about%00",
    b"/api/about/",
    b"/API/ABOUT",
    b"/api/health/../about",
    b"/api/health%2f..%2fabout",
    b"/api/about?x=/api/health",
    b"/api/about#/api/health",
    b"/api/about;/api/health",
    b"http://{host}/api/about",
    b"http://evil.example/api/about",
    b"*",
)


@pytest.mark.parametrize("method", [b"GET", b"POST", b"HEAD", b"OPTIONS", b"TRACE"])
async def test_no_spelling_of_a_path_gets_in_without_a_login(raw: Raw, method: bytes) -> None:
    for target in TARGETS:
        answer = await raw(method + b" " + target + b" HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
        assert status(answer) in {400, 401}, target
        assert b'"workdir"' not in answer


AMBIGUOUS = (
    b"Content-Length: -1",
    b"Content-Length: five",
    b"Content-Length: 5\r\nContent-Length: 6",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked, identity",
    b"Transfer-Encoding: gzip",
    b"Content-Length : 5",
    b"X: a\r\n folded: b",
    b"\x00: x",
)


async def test_what_proxies_could_read_in_two_ways_is_refused(raw: Raw) -> None:
    request = b"POST /api/login HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    for head in AMBIGUOUS:
        answer = await raw(request + head + b"\r\nConnection: close\r\n\r\n{}xxx")
        assert status(answer) == 400, head


async def test_a_smuggled_second_request_is_not_logged_in(raw: Raw) -> None:
    first = b"GET /api/about HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"
    second = b"GET /api/about HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    answers = (await raw(first + second)).split(b"HTTP/1.1 ")
    assert [answer[:3] for answer in answers[1:]] == [b"200", b"401"]


async def test_a_large_body_is_refused_before_it_is_sent(raw: Raw) -> None:
    answer = await raw(
        b"POST /api/conversations HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        b"Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n"
    )
    assert status(answer) == 413
    assert b"100 Continue" not in answer


async def test_a_large_body_in_chunks_is_cut_off(raw: Raw) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    answer = await raw(
        b"POST /api/conversations HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 80
    )
    # The client may lose the answer: the server closes while it is still sending.
    assert answer == b"" or status(answer) == 413


@pytest.mark.parametrize(
    ("length", "begun"), [(b"Content-Length: 100", b"--b\r\n"), (b"Transfer-Encoding: chunked", b"5\r\n--b\r\n")]
)
@pytest.mark.parametrize("path", [b"/api/conversations", b"/api/attachments"])
async def test_a_body_that_never_ends_is_not_waited_for(raw: Raw, path: bytes, length: bytes, begun: bytes) -> None:
    kind = b"multipart/form-data; boundary=b" if path.endswith(b"attachments") else b"application/json"
    answer = await raw(
        b"POST " + path + b" HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        b"Content-Type: " + kind + b"\r\n" + length + b"\r\n\r\n" + begun
    )
    assert status(answer) == 408
    assert b"body_timeout" in answer


async def test_endless_headers_are_cut_off(raw: Raw) -> None:
    answer = await raw(b"GET /api/health HTTP/1.1\r\nHost: {host}\r\n" + b"X: y\r\n" * (LARGEST_HEAD // 4))
    assert answer == b"" or status(answer) == 400


async def test_one_endless_header_is_cut_off(raw: Raw) -> None:
    answer = await raw(b"GET /api/health HTTP/1.1\r\nHost: {host}\r\nX: " + b"y" * (4 * LARGEST_HEAD))
    assert answer == b"" or status(answer) == 400


async def test_an_upgrade_to_a_websocket_is_refused(raw: Raw) -> None:
    answer = await raw(
        b"GET /api/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert status(answer) == 400


@pytest.mark.parametrize(
    "header",
    [b"Origin: http://evil.example", b"Origin: null", b"Sec-Fetch-Site: cross-site", b"Sec-Fetch-Site: same-site"],
)
async def test_another_sites_page_changes_nothing(
    raw: Raw, http: httpx.AsyncClient, server: tuple[Server, str], token: str, header: bytes
) -> None:
    async with httpx.AsyncClient(base_url=server[1]) as browser:
        await browser.post("/api/login", json={"token": token})
        ((name, value),) = browser.cookies.items()
    request = b"POST /api/conversations HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n"
    cookie = f"Cookie: {name}={value}\r\n".encode()
    answer = await raw(request + cookie + header + b"\r\n\r\n")
    assert status(answer) == 403
    assert b"access-control" not in answer.lower()
    assert (await http.get("/api/conversations")).json()["items"] == []


async def test_the_server_does_not_name_itself(raw: Raw) -> None:
    answer = await raw(b"GET /api/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
    assert b"\r\nserver:" not in answer.lower()
    assert b"uvicorn" not in answer.lower()


async def test_a_proxys_word_for_the_client_is_not_believed(raw: Raw, port: int) -> None:
    wrong = b"GET /api/about HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer guess\r\nConnection: close\r\n"
    answers = [status(await raw(wrong + b"X-Forwarded-For: 10.0.0.%d\r\n\r\n" % number)) for number in range(12)]
    assert answers == [401] * 10 + [429] * 2


class HastyConnection(BoundedConnection):
    """Waits for a head for a moment only."""

    head_seconds = 0.05


@pytest.fixture
async def hasty_port() -> AsyncGenerator[int, None]:
    async def app(_scope: object, _receive: object, _send: object) -> None:
        raise AssertionError("nothing gets this far")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, http=HastyConnection, lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await task


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_a_head_that_never_ends_is_not_waited_for(hasty_port: int, begun: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty_port)
    writer.write(begun)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
