"""A request's headers as the guard needs them: one that decides something may be there once only."""

from starlette.types import Scope

from flowent.api import refusals


class RequestHeaders:
    """Reads the raw headers of an ASGI scope; names are lower case, as the server gives them."""

    def __init__(self, scope: Scope) -> None:
        """Keep the headers."""
        self._headers: list[tuple[bytes, bytes]] = list(scope["headers"])

    def every(self, name: bytes) -> list[bytes]:
        """Give all values of that name, in order."""
        return [value for key, value in self._headers if key == name]

    def one(self, name: bytes) -> bytes | None:
        """Give the value of that name, None if it is not there; raises ApiError (400) if it is there twice."""
        found = self.every(name)
        if len(found) > 1:
            raise refusals.bad_header(name.decode("latin-1"))
        return found[0] if found else None
