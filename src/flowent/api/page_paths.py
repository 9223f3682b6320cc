"""Which paths belong to the page: one pattern for the guard, which lets everybody see them, and for the router.

Everything under ``/api`` is outside, in any spelling, and so is each path that is not written plainly: with an empty
segment, one that begins with a dot, or a character that the page's own addresses never have.
"""

import re

from starlette.convertors import Convertor, register_url_convertor

_SEGMENT = r"[A-Za-z0-9_~@:+-][A-Za-z0-9_.~@:+-]*"
_PATTERN = rf"(?:(?!(?i:api)(?:/|$)){_SEGMENT}(?:/{_SEGMENT})*/?)?"
_PATH = re.compile(f"/{_PATTERN}")

METHODS = ("GET", "HEAD")


def is_page_path(path: str) -> bool:
    """Whether a request's path, as the router sees it, is the page's or one of its files'."""
    return _PATH.fullmatch(path) is not None


class PagePathConvertor(Convertor[str]):
    """Lets the router match the same paths: ``/{path:page}``."""

    regex = _PATTERN

    def convert(self, value: str) -> str:
        """Take the path as it is."""
        return value

    def to_string(self, value: str) -> str:
        """Give the path as it is."""
        return value


register_url_convertor("page", PagePathConvertor())
