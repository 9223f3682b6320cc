"""The HTTP client under streamed answers: whole answers, reuse, hanging up, and what goes wrong."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import httpx
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from flowent.models import http_connection, http_transport
from flowent.models.failures import from_network
from flowent.models.http import SharedClient, new_client
from unit.models.openai_chat_server import EVENT_STREAM, LAST, Exchange, answer, piece, serving


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    shared = SharedClient()
    yield shared.get()
    await shared.aclose()


async def post(client: httpx.AsyncClient, url: str, body: bytes = b"{}") -> bytes:
    return (await client.post(f"{url}/v1/x?y=1", content=body, headers={"x-one": "1"})).content


async def test_a_request_arrives_as_it_was_made(client: httpx.AsyncClient) -> None:
    async with serving(lambda exchange: exchange.send(answer(b"ok"))) as server:
        assert await post(client, server.url, b"x" * 3_000_000) == b"ok"
    [request] = server.requests
    assert request.line == "POST /v1/x?y=1 HTTP/1.1"
    assert request.headers["x-one"] == "1"
    assert request.headers["accept-encoding"] == "identity"
    assert len(request.body) == 3_000_000


ANSWERS = {
    "of known length": answer(b"hello"),
    "in pieces": EVENT_STREAM + piece(b"hel") + piece(b"lo") + LAST,
    "until the connection ends": b"HTTP/1.1 200 OK\r\n\r\nhello",
    "after an interim one": b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + answer(b"hello"),
    "of an old server": b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
}


@pytest.mark.parametrize("case", ANSWERS)
@pytest.mark.parametrize("size", [1, 100_000])
async def test_an_answer_is_read_whole(client: httpx.AsyncClient, case: str, size: int) -> None:
    async def play(exchange: Exchange) -> None:
        for start in range(0, len(ANSWERS[case]), size):
            await exchange.send(ANSWERS[case][start : start + size])
            await asyncio.sleep(0)
        if "until" in case:
            exchange.writer.close()

    async with serving(play) as server:
        response = await client.post(server.url, content=b"")
    assert response.status_code == 200
    assert response.content == b"hello"


async def test_bytes_are_given_as_they_arrive(client: httpx.AsyncClient) -> None:
    go_on = asyncio.Event()

    async def play(exchange: Exchange) -> None:
        await exchange.send(EVENT_STREAM, piece(b"a"))
        await go_on.wait()
        await exchange.send(piece(b"b"), LAST)

    async with serving(play) as server, client.stream("POST", server.url) as response:
        reader = response.aiter_raw()
        assert await anext(reader) == b"a"
        go_on.set()
        assert await anext(reader) == b"b"
        assert await anext(reader, None) is None


async def test_what_arrives_together_is_read_together(client: httpx.AsyncClient) -> None:
    async with (
        serving(lambda exchange: exchange.send(EVENT_STREAM, piece(b"a"), piece(b"b"), LAST)) as server,
        client.stream("POST", server.url) as response,
    ):
        assert [read async for read in response.aiter_raw()] == [b"ab"]


async def test_a_connection_is_used_again(client: httpx.AsyncClient) -> None:
    async with serving(lambda exchange: exchange.send(answer(b"ok"))) as server:
        for _ in range(3):
            await post(client, server.url)
    assert server.connections == 1


async def test_each_of_several_requests_at_once_has_a_connection(client: httpx.AsyncClient) -> None:
    async with serving(lambda exchange: exchange.send(answer(exchange.request.body))) as server:
        bodies = [str(number).encode() for number in range(30)]
        assert await asyncio.gather(*(post(client, server.url, body) for body in bodies)) == bodies
        assert await post(client, server.url, b"again") == b"again"


async def test_a_connection_is_given_back_once_however_often_its_answer_is_closed() -> None:
    transport = http_transport.DirectTransport()
    async with (
        serving(lambda exchange: exchange.send(answer(exchange.request.body))) as server,
        new_client(transport) as client,
    ):
        response = await transport.handle_async_request(httpx.Request("POST", server.url, content=b"1"))
        assert await response.aread() == b"1"
        assert isinstance(response.stream, httpx.AsyncByteStream)
        for _ in range(2):
            await response.stream.aclose()
        bodies = [b"2" * 100_000, b"3" * 100_000]
        assert await asyncio.gather(*(post(client, server.url, body) for body in bodies)) == bodies
    assert server.connections == 2


@pytest.mark.parametrize("last", [answer(b"ok", connection="close"), b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"])
async def test_a_connection_that_the_server_gives_up_is_not_used_again(client: httpx.AsyncClient, last: bytes) -> None:
    async with serving(lambda exchange: exchange.send(last)) as server:
        await post(client, server.url)
        await post(client, server.url)
    assert server.connections == 2


async def test_a_server_that_closes_an_idle_connection_is_not_noticed(client: httpx.AsyncClient) -> None:
    """The race: the connection closes while the next request is on its way."""

    async def play(exchange: Exchange) -> None:
        if len(server.requests) == 2:
            exchange.hang_up()
        else:
            await exchange.send(answer(b"ok"))

    async with serving(play) as server:
        await post(client, server.url)
        assert await post(client, server.url) == b"ok"
    assert [request.connection for request in server.requests] == [1, 1, 2]


async def test_a_request_is_not_repeated_on_a_new_connection(client: httpx.AsyncClient) -> None:
    async def play(exchange: Exchange) -> None:
        exchange.hang_up()

    async with serving(play) as server:
        with pytest.raises(httpx.RemoteProtocolError):
            await post(client, server.url)
    assert len(server.requests) == 1


async def test_an_answer_that_began_is_not_asked_for_again(client: httpx.AsyncClient) -> None:
    async def play(exchange: Exchange) -> None:
        if len(server.requests) == 1:
            await exchange.send(answer(b"ok"))
            return
        await exchange.send(b"HTTP/1.1 200")
        exchange.writer.close()

    async with serving(play) as server:
        await post(client, server.url)
        with pytest.raises(httpx.RemoteProtocolError):
            await post(client, server.url)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "sent",
    [
        EVENT_STREAM + piece(b"hello"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        EVENT_STREAM + b"nonsense\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x-long: " + b"y" * 1_000_000 + b"\r\n\r\n",
    ],
    ids=["cut in pieces", "too short", "garbled piece", "no HTTP", "endless headers"],
)
async def test_an_answer_that_is_not_whole_is_an_error(client: httpx.AsyncClient, sent: bytes) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(sent)
        exchange.writer.close()

    async with serving(play) as server:
        with pytest.raises(httpx.TransportError):
            await post(client, server.url)


async def test_what_arrived_before_a_cut_is_given_first(client: httpx.AsyncClient) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(EVENT_STREAM, piece(b"a"))
        exchange.writer.close()

    async with serving(play) as server, client.stream("POST", server.url) as response:
        reader = response.aiter_raw()
        assert await anext(reader) == b"a"
        with pytest.raises(httpx.RemoteProtocolError):
            await anext(reader)


async def test_leaving_an_answer_hangs_up(client: httpx.AsyncClient) -> None:
    async def play(exchange: Exchange) -> None:
        await exchange.send(EVENT_STREAM, piece(b"a"))
        await exchange.wait_for_hang_up()

    async with serving(play) as server:
        async with client.stream("POST", server.url):
            pass
        await server.hang_ups.wait()


async def test_a_slow_reader_stops_the_sender(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connection, "BUFFER_LIMIT", 1_000)
    size, count = 100_000, 400
    sent = 0

    async def play(exchange: Exchange) -> None:
        nonlocal sent
        await exchange.send(EVENT_STREAM)
        for _ in range(count):
            await exchange.send(piece(b"x" * size))
            sent += 1
        await exchange.send(LAST)

    async with serving(play) as server, client.stream("POST", server.url) as response:
        before = -1
        while before != sent:  # until the sender stands still
            before = sent
            await asyncio.sleep(0.05)
        assert sent < count
        assert sum([len(read) async for read in response.aiter_raw()]) == size * count


async def test_redirects_are_not_followed_with_the_key(client: httpx.AsyncClient) -> None:
    async with serving(lambda exchange: exchange.send(answer(b"stolen"))) as thief:
        redirect = answer(b"", 307, location=f"{thief.url}/v1/x")
        async with serving(lambda exchange: exchange.send(redirect)) as server:
            response = await client.post(server.url, headers={"authorization": "Bearer sk-1"})
    assert response.status_code == 307
    assert thief.requests == []


async def test_cookies_are_not_kept(client: httpx.AsyncClient) -> None:
    async with serving(lambda exchange: exchange.send(answer(b"", set_cookie="session=1"))) as server:
        await post(client, server.url)
        await post(client, server.url)
    assert all("cookie" not in request.headers for request in server.requests)


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(lambda exchange: exchange.send(answer(b"ok"))) as server:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        shared = SharedClient()
        assert await post(shared.get(), server.url) == b"ok"
        await shared.aclose()


async def test_a_named_proxy_is_used() -> None:
    async with serving(lambda exchange: exchange.send(answer(b"from the proxy"))) as proxy:
        shared = SharedClient(proxy=proxy.url)
        assert await post(shared.get(), "http://provider.example") == b"from the proxy"
        await shared.aclose()
    assert proxy.requests[0].line.startswith("POST http://provider.example/")


async def test_a_header_cannot_break_out_of_its_line(client: httpx.AsyncClient) -> None:
    async with serving(lambda exchange: exchange.send(answer(b"ok"))) as server:
        with pytest.raises(httpx.LocalProtocolError):
            await client.get(server.url, headers={"x": "a\r\nadmin: yes"})
    assert server.requests == []


async def test_a_read_time_out_of_the_caller_is_kept(client: httpx.AsyncClient) -> None:
    async with serving(lambda exchange: exchange.wait_for_hang_up()) as server:
        with pytest.raises(httpx.ReadTimeout):
            await client.get(server.url, timeout=0.05)


async def test_a_connection_that_takes_too_long_is_given_up(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
    with pytest.raises(httpx.ConnectTimeout):
        await client.get("http://127.0.0.1:9/", timeout=httpx.Timeout(None, connect=0.05))


async def test_every_address_of_a_host_is_tried(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def addresses(host: str, port: int, **_: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(2, 1, 6, "", (address, port)) for address in ("127.0.0.9", "127.0.0.1")]

    async with serving(lambda exchange: exchange.send(answer(b"ok"))) as server:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", addresses)
        assert await post(client, server.url.replace("127.0.0.1", "provider.example")) == b"ok"


async def test_an_idle_connection_is_closed_after_a_while(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_transport, "IDLE_SECONDS", 0.01)
    async with serving(lambda exchange: exchange.send(answer(b"ok"))) as server:
        await post(client, server.url)
        await server.hang_ups.wait()
        assert await post(client, server.url) == b"ok"
    assert server.connections == 2


async def test_closing_the_client_hangs_up_everywhere_and_for_good() -> None:
    async with serving(lambda exchange: exchange.send(answer(b"ok"))) as server:
        shared = SharedClient()
        assert shared.get() is shared.get()
        await post(shared.get(), server.url)
        await shared.aclose()
        await server.hang_ups.wait()
    with pytest.raises(RuntimeError, match="closed"):
        shared.get()


@dataclass(frozen=True)
class Tls:
    """A server's side of TLS, and a client that trusts it."""

    server: ssl.SSLContext
    trusting: ssl.SSLContext


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A certificate for 127.0.0.1 that nobody else trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(certificate.public_bytes(pem) + private)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(file)
    return Tls(server, ssl.create_default_context(cafile=file))


async def test_a_secure_connection_is_made_and_used_again(
    client: httpx.AsyncClient, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_transport, "trusted_certificates", lambda: tls.trusting)
    async with serving(lambda exchange: exchange.send(answer(b"ok")), tls.server) as server:
        assert [await post(client, server.url) for _ in range(2)] == [b"ok", b"ok"]
    assert server.connections == 1


async def test_a_certificate_of_nobody_is_refused_and_says_so(client: httpx.AsyncClient, tls: Tls) -> None:
    async with serving(lambda exchange: exchange.send(answer(b"ok")), tls.server) as server:
        with pytest.raises(httpx.ConnectError) as caught:
            await post(client, server.url)
    assert server.requests == []
    assert "certificate" in from_network(caught.value).message


async def test_a_certificate_for_another_host_is_refused(
    client: httpx.AsyncClient, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_transport, "trusted_certificates", lambda: tls.trusting)
    async with serving(lambda exchange: exchange.send(answer(b"ok")), tls.server) as server:
        with pytest.raises(httpx.ConnectError):
            await post(client, server.url.replace("127.0.0.1", "localhost"))
    assert server.requests == []


async def test_a_plain_server_at_a_secure_address_says_so(client: httpx.AsyncClient) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        with pytest.raises(httpx.ConnectError) as caught:
            await post(client, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert "http://" in from_network(caught.value).remedy


def test_this_machines_certificates_and_mozillas_are_trusted() -> None:
    assert len(http_transport.trusted_certificates().get_ca_certs()) > 50


@pytest.mark.parametrize("host", ["nobody.invalid", "a..b", "x" * 70 + ".org"])
async def test_a_host_that_cannot_be_found_says_so(client: httpx.AsyncClient, host: str) -> None:
    with pytest.raises(httpx.ConnectError) as caught:
        await client.get(f"http://{host}/")
    assert host in from_network(caught.value).message


@pytest.mark.parametrize("secure", [False, True])
def test_it_works_on_uvloop_too(tls: Tls, secure: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workspace runs on uvloop, whose transports differ: whole, paused, cut, left and used again."""
    monkeypatch.setattr(http_transport, "trusted_certificates", lambda: tls.trusting)
    monkeypatch.setattr(http_connection, "BUFFER_LIMIT", 1_000)
    body = b"x" * 3_000_000

    async def play(exchange: Exchange) -> None:
        match exchange.request.body:
            case b"cut":
                await exchange.send(EVENT_STREAM, piece(b"a"))
                exchange.writer.close()
            case b"left":
                await exchange.send(EVENT_STREAM, piece(body))
                await exchange.wait_for_hang_up()
            case _:
                await exchange.send(answer(body))

    async def scenario() -> int:
        shared = SharedClient()
        client = shared.get()
        async with serving(play, tls.server if secure else None) as server:
            for _ in range(3):
                assert await post(client, server.url) == body
            with pytest.raises(httpx.RemoteProtocolError):
                await post(client, server.url, b"cut")
            async with client.stream("POST", server.url, content=b"left") as response:
                await anext(response.aiter_raw())
            await server.hang_ups.wait()
            assert await post(client, server.url) == body
            await shared.aclose()
            return server.connections

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(scenario()) == 3
