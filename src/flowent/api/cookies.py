"""The login cookie (control C4): one per port, because browsers share cookies between the ports of a host."""

from collections.abc import Iterable

from flowent.api.auth import NewSession
from flowent.api.origins import Origin

MAX_CANDIDATES = 3


def cookie_name(origin: Origin) -> str:
    """Name the cookie of the workspace at that address."""
    return f"flowent_session_{origin.port}"


def set_cookie(origin: Origin, session: NewSession) -> str:
    """Give the Set-Cookie header that logs a browser in."""
    return f"{cookie_name(origin)}={session.cookie}; Max-Age={session.seconds}; {_attributes(origin)}"


def clear_cookie(origin: Origin) -> str:
    """Give the Set-Cookie header that logs a browser out."""
    return f"{cookie_name(origin)}=; Max-Age=0; {_attributes(origin)}"


def session_cookies(headers: Iterable[bytes], origin: Origin) -> list[str]:
    """Find the values of our cookie in Cookie headers.

    A page on another port of the same host can plant a second cookie of the same name, so there may be several: each is
    a candidate, up to three.
    """
    name = cookie_name(origin)
    found: list[str] = []
    for header in headers:
        for pair in header.decode("latin-1").split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name and value:
                found.append(value)
    return found[:MAX_CANDIDATES]


def _attributes(origin: Origin) -> str:
    secure = "; Secure" if origin.secure else ""
    return f"Path=/; HttpOnly; SameSite=Strict{secure}"
