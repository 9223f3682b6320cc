"""What the edge's unit tests share: a clock that is moved by hand, sessions in memory, and a guarded application."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from flowent.api.attempts import Attempts
from flowent.api.auth import Logins, Principal
from flowent.api.guard import Guard
from flowent.api.limits import Limits
from flowent.api.origins import Origins, loopback_origins, parse_origin
from flowent.engine.ports import Clock
from flowent.store.base import SessionStore

TOKEN = "test-token-that-nobody-can-guess"


@dataclass
class ManualClock:
    """Time stands still until a test moves it."""

    seconds: float = 1_000_000.0

    def now(self) -> int:
        return int(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class MemorySessions:
    """Sessions as the store keeps them."""

    rows: dict[str, int] = field(default_factory=dict[str, int])

    async def add_session(self, token_sha256: str, *, at: int, expires_at: int) -> None:
        self.rows[token_sha256] = expires_at

    async def session_valid(self, token_sha256: str, *, at: int) -> bool:
        return at < self.rows.get(token_sha256, 0)

    async def delete_session(self, token_sha256: str) -> None:
        self.rows.pop(token_sha256, None)


@dataclass
class Wire:
    """What a request looks like to the guard, before anything has been made friendlier."""

    guard: Guard

    async def __call__(
        self,
        method: str = "GET",
        path: str = "/api/things",
        *,
        headers: tuple[tuple[str, str], ...] = (),
        host: str | None = "127.0.0.1:6873",
        body: tuple[bytes, ...] = (b"",),
        client: str = "127.0.0.1",
        type: str = "http",
    ) -> httpx.Response:
        sent: list[Message] = []
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        if host is not None:
            raw.insert(0, (b"host", host.encode("latin-1")))
        chunks = list(body)

        async def receive() -> Message:
            if not chunks:
                return {"type": "http.disconnect"}
            chunk = chunks.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.guard(
            {
                "type": type,
                "method": method,
                "path": path,
                "query_string": b"",
                "headers": raw,
                "client": (client, 50_000),
                "root_path": "",
            },
            receive,
            send,
        )
        if sent[0]["type"] == "websocket.close":
            return httpx.Response(403)
        content = b"".join(message.get("body", b"") for message in sent[1:])
        headers_out: list[tuple[bytes, bytes]] = sent[0]["headers"]
        return httpx.Response(sent[0]["status"], headers=headers_out, content=content)


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand for the application: say who was let in, and how much they sent."""
    request = Request(scope, receive)
    if scope["path"] == "/api/bug":
        raise RuntimeError("the secret is sk-canary")
    principal: Principal | None = request.state.principal
    body = await request.body()
    headers = {"Content-Security-Policy": "sandbox"} if scope["path"] == "/api/file" else {}
    answer = {"kind": principal.kind if principal else None, "bytes": len(body)}
    await JSONResponse(answer, headers=headers)(scope, receive, send)


@pytest.fixture
def manual_clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def clock(manual_clock: ManualClock) -> Clock:
    return manual_clock


@pytest.fixture
def advance(manual_clock: ManualClock) -> Callable[[float], None]:
    """Move the clock by seconds."""

    def move(seconds: float) -> None:
        manual_clock.seconds += seconds

    return move


@pytest.fixture
def sessions() -> SessionStore:
    return MemorySessions()


@pytest.fixture
def password() -> list[str | None]:
    """The stored password's hash, in a list so that a test can set it."""
    return [None]


@pytest.fixture
def token() -> str:
    return TOKEN


@pytest.fixture
def logins(clock: Clock, sessions: SessionStore, password: list[str | None]) -> Logins:
    async def password_hash() -> str | None:
        return password[0]

    return Logins(sessions=sessions, clock=clock, attempts=Attempts(clock), token=TOKEN, password_hash=password_hash)


@pytest.fixture
def origins() -> Origins:
    return Origins([*loopback_origins(6873), parse_origin("https://flowent.example.org")])


@pytest.fixture
def guard(origins: Origins, logins: Logins) -> Guard:
    return Guard(inner, origins=origins, logins=logins, limits=Limits(body=1000, upload=5000, uploads_at_once=1))


@pytest.fixture
def ask(guard: Guard) -> Callable[..., Awaitable[httpx.Response]]:
    """Send one raw request through the guard."""
    return Wire(guard)


@pytest.fixture
async def cookie(logins: Logins) -> str:
    """A browser's session, as the Cookie header carries it."""
    session = await logins.login_by_token(TOKEN, "127.0.0.1")
    return f"flowent_session_6873={session.cookie}"
