"""The addresses under which this workspace may be reached: the allow-list of Host and Origin (control C2, C3).

A request's Host header must be one of them, name and port exactly; everything else (a rebound name, a trailing dot,
another spelling of an address) is refused before anything is looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class OriginError(ValueError):
    """An address in the configuration is not an origin; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One address: ``host`` is lower case, an IPv6 address in brackets."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Write it as browsers do: the scheme's own port is left out."""
        if DEFAULT_PORTS[self.scheme] == self.port:
            return f"{self.scheme}://{self.host}"
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self.scheme == "https"

    @property
    def authorities(self) -> tuple[str, ...]:
        """The spellings of its Host header."""
        with_port = f"{self.host}:{self.port}"
        return (self.host, with_port) if DEFAULT_PORTS[self.scheme] == self.port else (with_port,)


def parse_origin(text: str) -> Origin:
    """Read ``https://name[:port]``; raises OriginError."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise OriginError(f"{text!r} is not an address: {error}.") from error
    name = (parts.hostname or "").lower()
    if parts.scheme not in DEFAULT_PORTS or not name or parts.path not in {"", "/"} or "@" in parts.netloc:
        raise OriginError(f"{text!r} is not an address like https://flowent.example.org or http://10.0.0.5:6873.")
    if parts.query or parts.fragment:
        raise OriginError(f"{text!r} must end after the host or port.")
    host = f"[{name}]" if ":" in name else name
    return Origin(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme])


def loopback_origins(port: int, *, secure: bool = False) -> list[Origin]:
    """Give the three ways in which this machine names itself."""
    return [Origin("https" if secure else "http", name, port) for name in LOOPBACK_NAMES]


class Origins:
    """The allow-list. The first address is the one that links are made for."""

    def __init__(self, origins: Iterable[Origin]) -> None:
        """Keep the addresses; raises OriginError if there is none."""
        self._origins = tuple(origins)
        if not self._origins:
            raise OriginError("The workspace needs at least one address.")
        self._by_authority = {
            authority: origin for origin in reversed(self._origins) for authority in origin.authorities
        }

    @property
    def preferred(self) -> Origin:
        """The address to print."""
        return self._origins[0]

    def of_host(self, host: str) -> Origin | None:
        """Give the address that a Host header names, None if it is not ours. Names have no case."""
        return self._by_authority.get(host.lower())
