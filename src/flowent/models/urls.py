"""Base URLs as persons type them, made into what the wire formats need.

A version path is added where none is present; a ``#`` at the end means "as it is". Credentials, queries and
fragments are refused: a base URL is shown and logged, so it must not carry secrets.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flowent.models.base import Format

_VERSION = re.compile(r"v\d+(\.\d+)?((alpha|beta)\d*)?")
_DEFAULT_VERSION: dict[Format, str] = {
    "openai": "v1",
    "openai_responses": "v1",
    "anthropic": "v1",
    "gemini": "v1beta",
}
_RESOURCES: dict[Format, str] = {
    "openai": "/chat/completions",
    "openai_responses": "/responses",
    "anthropic": "/messages",
    "gemini": "/models",
}
"""What belongs behind the base URL; pasted with it often enough to be taken off."""


@dataclass(frozen=True, slots=True)
class BaseUrl:
    """A base URL without a slash at its end.

    ``version`` is the last segment where that is a version, for libraries that add it themselves; it is empty where
    the URL is used as it is, or has its version in the middle.
    """

    root: str
    version: str

    @property
    def full(self) -> str:
        """The address that a format's resources are appended to."""
        return f"{self.root}/{self.version}" if self.version else self.root

    @property
    def host(self) -> str:
        """The host in lower case, without its port."""
        return urlsplit(self.root).hostname or ""


def parse_base_url(text: str, format: Format) -> BaseUrl:
    """Read a base URL; raises ValueError that names the field and says what to do."""
    text = text.strip()
    as_it_is = text.endswith("#")
    address = text[:-1] if as_it_is else text
    _check(address)
    address = address.rstrip("/")
    if as_it_is:
        return BaseUrl(address, "")
    address = address.removesuffix(_RESOURCES[format])
    path = [segment for segment in urlsplit(address).path.split("/") if segment]
    if path and _VERSION.fullmatch(path[-1]):
        root, _, version = address.rpartition("/")
        return BaseUrl(root, version)
    if any(_VERSION.fullmatch(segment) for segment in path):
        return BaseUrl(address, "")
    return BaseUrl(address, _DEFAULT_VERSION[format])


def _check(address: str) -> None:
    """Refuse what cannot be called; the address itself is not quoted, for it may hold a password."""
    if not address:
        raise ValueError("base_url: is empty. Enter the provider's address, for example https://api.openai.com/v1.")
    if any(character.isspace() or not character.isprintable() for character in address):
        raise ValueError("base_url: contains a space or a control character. Remove it.")
    try:
        split = urlsplit(address)
        port = split.port
    except ValueError:
        raise ValueError("base_url: host or port is malformed. Write it like http://localhost:11434/v1.") from None
    if split.scheme.lower() not in {"http", "https"} or not address[len(split.scheme) :].startswith("://"):
        raise ValueError("base_url: begins with neither http:// nor https://. Put one of them in front of it.")
    if not split.hostname or port == 0:
        raise ValueError("base_url: has no usable host or port. Write it like http://localhost:11434/v1.")
    if split.username is not None or split.password is not None:
        raise ValueError("base_url: contains a user or password. Put it into the key or an extra header instead.")
    if split.query or split.fragment or "?" in address:
        raise ValueError("base_url: contains a query or fragment. Leave off everything from ? or # on.")
