"""Who may come in (control C1, C4): the bearer token, one-time links, browser sessions and the password.

Only hashes are kept of what a browser holds: a session is known by the SHA-256 of its cookie. A session ends 30 days
after its login, whatever happens in between; logging out ends it and its open streams at once. One-time links live in
memory only, for ten minutes, and each opens one session.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from flowent.api.attempts import Attempts
from flowent.engine.ports import Clock
from flowent.store.base import SessionStore

SESSION_MS = 30 * 24 * 3600 * 1000
LINK_MS = 10 * 60 * 1000
MAX_LINKS = 100
MAX_KNOWN = 1000
MAX_CREDENTIAL = 4096
UNGUESSABLE_LENGTH = 22
"""From this length on a token holds at least 128 bits if it is random: guessing it is hopeless."""
KNOWN_SECONDS = 5.0
"""How long the database is not asked again about a session that was valid; logging out here forgets it at once."""


class LoginError(Exception):
    """A login was refused."""


class WrongCredentialsError(LoginError):
    """The token, link or password is not right."""


class TooManyAttemptsError(LoginError):
    """Too many logins failed; ``retry_after`` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        """Keep the wait."""
        super().__init__(f"Too many failed logins; the next try is possible in {retry_after} s.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sent a request: a program with the bearer token, or a browser whose session has that SHA-256."""

    kind: Literal["program", "browser"]
    session: str | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session's cookie value, given once."""

    cookie: str = field(repr=False)
    seconds: int


@dataclass(frozen=True, slots=True)
class LinkToken:
    """A one-time token; ``expires_at`` in milliseconds since 1970 UTC."""

    token: str = field(repr=False)
    expires_at: int


PasswordHash = Callable[[], Awaitable[str | None]]
"""Gives the argon2 hash of the workspace's password, None while there is none."""


class Logins:
    """Checks credentials and keeps sessions."""

    def __init__(
        self, *, sessions: SessionStore, clock: Clock, attempts: Attempts, token: str, password_hash: PasswordHash
    ) -> None:
        """Keep the bearer token as a hash only; raises ValueError if it is empty."""
        if not token:
            raise ValueError("The bearer token must not be empty.")
        self._sessions = sessions
        self._clock = clock
        self._attempts = attempts
        self._token = _digest(token)
        self._unguessable = len(token) >= UNGUESSABLE_LENGTH
        self._password_hash = password_hash
        self._hasher = PasswordHasher()
        self._hashing = asyncio.Lock()
        self._links: OrderedDict[str, int] = OrderedDict()
        self._known: OrderedDict[str, float] = OrderedDict()
        self._logouts = 0
        self._on_end: list[Callable[[str], None]] = []

    def on_session_end(self, callback: Callable[[str], None]) -> None:
        """Call back with a session's SHA-256 when it is logged out."""
        self._on_end.append(callback)

    def bearer(self, token: str, client: str) -> Principal:
        """Check a bearer token; raises WrongCredentialsError or TooManyAttemptsError.

        A right token that cannot be guessed always passes, so that failing on purpose locks no program out.
        """
        right = hmac.compare_digest(_digest(token), self._token)
        wait = self._attempts.wait(client)
        if wait and not (right and self._unguessable):
            raise TooManyAttemptsError(wait)
        if not right:
            self._attempts.failed(client)
            raise WrongCredentialsError("The bearer token is wrong.")
        return Principal("program")

    async def browser(self, cookie: str) -> Principal | None:
        """Give the session that a cookie stands for, None if there is none or it has ended."""
        if len(cookie) > MAX_CREDENTIAL:
            return None
        session = _hex(cookie)
        return Principal("browser", session) if await self.alive(session) else None

    async def alive(self, session: str) -> bool:
        """Whether that session is still valid."""
        if self._known.get(session, 0.0) > self._clock.monotonic():
            return True
        logouts = self._logouts
        if not await self._sessions.session_valid(session, at=self._clock.now()):
            self._known.pop(session, None)
            return False
        # A logout during the question may have been too late to be seen in its answer.
        if logouts == self._logouts:
            self._known[session] = self._clock.monotonic() + KNOWN_SECONDS
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return True

    def new_link(self) -> LinkToken:
        """Make a one-time token; of too many unused ones the oldest stops working."""
        token = secrets.token_urlsafe(32)
        expires_at = self._clock.now() + LINK_MS
        self._links[_hex(token)] = expires_at
        while len(self._links) > MAX_LINKS:
            self._links.popitem(last=False)
        return LinkToken(token, expires_at)

    async def login_by_link(self, token: str, client: str) -> NewSession:
        """Use up a one-time token; raises WrongCredentialsError or TooManyAttemptsError."""
        if self._use_link(token):
            return await self._new_session()
        self._refuse(client)
        raise WrongCredentialsError("This link was used already, is older than ten minutes, or was never made.")

    async def login_by_token(self, token: str, client: str) -> NewSession:
        """Log in with the bearer token or a one-time token; raises like `login_by_link`."""
        if self._use_link(token):
            return await self._new_session()
        self.bearer(token, client)
        return await self._new_session()

    async def login_by_password(self, password: str, client: str) -> NewSession:
        """Log in with the workspace's password; raises like `login_by_link`."""
        if wait := self._attempts.wait(client):
            raise TooManyAttemptsError(wait)
        stored = await self._password_hash()
        if stored is None or not await self._verify(stored, password):
            self._refuse(client)
            raise WrongCredentialsError("The password is wrong, or none is set.")
        return await self._new_session()

    async def logout(self, principal: Principal) -> None:
        """End a browser's session and its streams; a program has nothing to end."""
        if principal.session is None:
            return
        await self._sessions.delete_session(principal.session)
        self._logouts += 1
        self._known.pop(principal.session, None)
        for callback in self._on_end:
            callback(principal.session)

    def _use_link(self, token: str) -> bool:
        expires_at = self._links.pop(_hex(token), None)
        return expires_at is not None and self._clock.now() < expires_at

    def _refuse(self, client: str) -> None:
        if wait := self._attempts.wait(client):
            raise TooManyAttemptsError(wait)
        self._attempts.failed(client)

    async def _verify(self, stored: str, password: str) -> bool:
        # One at a time: each check takes 64 MiB and tens of milliseconds on purpose.
        async with self._hashing:
            return await asyncio.to_thread(self._matches, stored, password)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _new_session(self) -> NewSession:
        cookie = secrets.token_urlsafe(32)
        now = self._clock.now()
        await self._sessions.add_session(_hex(cookie), at=now, expires_at=now + SESSION_MS)
        return NewSession(cookie, SESSION_MS // 1000)


def hash_password(password: str) -> str:
    """Give the argon2 hash to keep for a password. Takes tens of milliseconds: run it off the event loop."""
    return PasswordHasher().hash(password)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _hex(text: str) -> str:
    return _digest(text).hex()
