"""The door of the HTTP edge: a pure ASGI middleware that denies by default (controls C1 to C4 and C11).

It sees each request before the application does and decides on ``scope["path"]``, the very string that the router
matches. The order is fixed: the Host header first, then who may have sent the request (Origin, Sec-Fetch-Site), then
who is logged in, then how large it is. Every answer leaves through here and carries the security headers; there is no
CORS header on any of them.
"""

import asyncio
import logging
import secrets

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flowent.api import refusals
from flowent.api.auth import Logins, Principal, TooManyAttemptsError, WrongCredentialsError
from flowent.api.cookies import session_cookies
from flowent.api.limits import Limits
from flowent.api.origins import Origin, Origins
from flowent.api.page_paths import METHODS, is_page_path
from flowent.api.problems import ApiError, ProblemResponse
from flowent.api.request_headers import RequestHeaders

logger = logging.getLogger(__name__)

PUBLIC: frozenset[tuple[str, str]] = frozenset({("GET", "/api/health"), ("POST", "/api/login")})
"""What needs no login under /api: method and exact path. Besides these only reading the page needs none."""

LINK_PATH = "/login"
"""The public path that looks different to somebody who is logged in."""

UPLOAD_PATH = "/api/attachments"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({b"same-origin", b"none"})
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
NO_STORE: tuple[tuple[bytes, bytes], ...] = ((b"cache-control", b"no-store"),)
NOT_USED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
"""What a browser could offer and the page never asks for; only names that browsers know, for they warn of others."""
PERMISSIONS: tuple[tuple[bytes, bytes], ...] = (
    (b"permissions-policy", ", ".join(f"{feature}=()" for feature in NOT_USED).encode()),
)


class BodyTooLargeError(HTTPException):
    """A body went over its limit while it was read. FastAPI lets only an HTTPException through from there."""

    def __init__(self, limit: int) -> None:
        """Keep the limit, in bytes."""
        super().__init__(413)
        self.limit = limit


class BodyTooSlowError(HTTPException):
    """A body stopped arriving. An HTTPException for the same reason."""

    def __init__(self) -> None:
        """Nothing more is known."""
        super().__init__(408, headers={"Connection": "close"})


class Guard:
    """Refuses what must not reach the application, and dresses every answer."""

    def __init__(self, app: ASGIApp, *, origins: Origins, logins: Logins, limits: Limits) -> None:
        """Stand before an application."""
        self._app = app
        self._origins = origins
        self._logins = logins
        self._limits = limits
        self._uploads = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, Dressed(scope, send))
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: "Dressed") -> None:
        try:
            headers = RequestHeaders(scope)
            origin = self._origin(headers)
            _refuse_foreign(scope, headers, origin)
            principal = await self._principal(scope, headers, origin)
            limit = self._limits.upload if _is_upload(scope) else self._limits.body
            limited = Limited(receive, headers, limit, self._limits.body_wait)
            scope.setdefault("state", {}).update(principal=principal, origin=origin)
            await self._admit(scope, limited, send)
        except ApiError as error:
            logger.info("request refused", extra={"code": error.problem.code} | _described(scope))
            await ProblemResponse(error)(scope, receive, send)
        except Exception:
            # The boundary of the edge: a bug becomes a problem with an id that is in the log.
            error_id = f"error_{secrets.token_hex(8)}"
            logger.exception("request failed", extra={"error_id": error_id} | _described(scope))
            if not send.started:
                await ProblemResponse(refusals.internal_error(error_id))(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_upload(scope):
            await self._app(scope, receive, send)
            return
        if self._uploads >= self._limits.uploads_at_once:
            raise refusals.busy_uploads()
        self._uploads += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._uploads -= 1

    def _origin(self, headers: RequestHeaders) -> Origin:
        host = headers.one(b"host")
        if host is None:
            raise refusals.bad_header("host")
        text = host.decode("latin-1")
        origin = self._origins.of_host(text)
        if origin is None:
            raise refusals.unknown_host(text)
        return origin

    async def _principal(self, scope: Scope, headers: RequestHeaders, origin: Origin) -> Principal | None:
        """Find out who is logged in; raises ApiError where somebody must be."""
        public = _is_public(scope)
        if public and scope["path"] != LINK_PATH:
            return None
        authorization = headers.one(b"authorization")
        if authorization is not None and not public:
            return self._bearer(authorization.decode("latin-1"), client_of(scope))
        for cookie in session_cookies(headers.every(b"cookie"), origin):
            principal = await self._logins.browser(cookie)
            if principal is not None:
                if scope["method"] not in SAFE_METHODS and headers.one(b"origin") is None:
                    raise refusals.origin_required()
                return principal
        if public:
            return None
        raise refusals.login_required()

    def _bearer(self, authorization: str, client: str) -> Principal:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise refusals.login_required()
        try:
            return self._logins.bearer(token.strip(), client)
        except TooManyAttemptsError as error:
            raise refusals.too_many_attempts(error.retry_after) from error
        except WrongCredentialsError as error:
            raise refusals.wrong_credentials(str(error)) from error


class Dressed:
    """A `Send` that adds the security headers, unless the answer has its own value for one."""

    def __init__(self, scope: Scope, send: Send) -> None:
        """Dress what is sent for that request."""
        self._send = send
        self._headers = SECURITY_HEADERS + (NO_STORE if _is_api(scope["path"]) else PERMISSIONS)
        self.started = False

    async def __call__(self, message: Message) -> None:
        """Send a message on."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers.extend(header for header in self._headers if header[0] not in present)
            message = {**message, "headers": headers}
        await self._send(message)


class Limited:
    """A `Receive` that counts the body, whatever its length was said to be, and does not wait for ever for more."""

    def __init__(self, receive: Receive, headers: RequestHeaders, limit: int, seconds: float) -> None:
        """Refuse at once what says that it is too large, or that it is compressed; raises ApiError."""
        length = headers.one(b"content-length")
        if length is not None and not length.isdigit():
            raise refusals.bad_header("content-length")
        if length is not None and int(length[:20]) > limit:
            raise refusals.body_too_large(limit)
        if headers.every(b"content-encoding") not in ([], [b"identity"]):
            raise refusals.unsupported_encoding()
        self._receive = receive
        self._limit = limit
        self._seconds = seconds
        self._seen = 0
        self._complete = False

    async def __call__(self) -> Message:
        """Give the next message; raises BodyTooLargeError and BodyTooSlowError."""
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout(self._seconds):
                message = await self._receive()
        except TimeoutError as error:
            raise BodyTooSlowError from error
        if message["type"] == "http.request":
            self._complete = not message.get("more_body", False)
            self._seen += len(message.get("body", b""))
            if self._seen > self._limit:
                raise BodyTooLargeError(self._limit)
        return message


def client_of(scope: Scope) -> str:
    """Name the machine that a request came from, as far as it is known."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else "unknown"


def _refuse_foreign(scope: Scope, headers: RequestHeaders, origin: Origin) -> None:
    """Refuse what another site's page, or another port's, started; raises ApiError."""
    if b"websocket" in (headers.one(b"upgrade") or b"").lower():
        raise refusals.websocket_refused()
    sender = headers.one(b"origin")
    if sender is not None and sender != str(origin).encode():
        raise refusals.foreign_origin()
    site = headers.one(b"sec-fetch-site")
    if site is None or site in OWN_SITES:
        return
    plain_navigation = (
        scope["method"] == "GET"
        and headers.one(b"sec-fetch-mode") == b"navigate"
        and headers.one(b"sec-fetch-dest") == b"document"
        and not _is_api(scope["path"])
    )
    if not plain_navigation:
        raise refusals.cross_site()


def _described(scope: Scope) -> dict[str, str]:
    """Name a request for the log; the query is left out, for it may hold a one-time token."""
    return {"method": scope["method"], "path": scope["path"][:200]}


def _is_public(scope: Scope) -> bool:
    method, path = scope["method"], scope["path"]
    return (method, path) in PUBLIC or (method in METHODS and is_page_path(path))


def _is_api(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")


def _is_upload(scope: Scope) -> bool:
    return scope["method"] == "POST" and scope["path"] == UPLOAD_PATH
