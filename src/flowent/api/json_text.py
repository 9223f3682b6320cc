r"""Text that JSON can spell and nothing can store: ``"\ud800"`` alone is half a character."""

import json
from typing import cast

from pydantic import JsonValue


def broken_text(body: bytes) -> str | None:
    """Give the dotted place of the first text or name with half a character in it; None where all is well.

    A body that is not JSON is left to whoever parses it.
    """
    # Only an escape can make half a character: as bytes it is not UTF-8, and is refused before.
    if b"\\ud" not in body.lower():
        return None
    try:
        waiting: list[tuple[str, JsonValue]] = [("", cast("JsonValue", json.loads(body)))]
    except (ValueError, RecursionError):
        return None
    while waiting:
        place, value = waiting.pop()
        match value:
            case str() if _is_broken(value):
                return place or "body"
            case list():
                waiting += [(_below(place, str(number)), item) for number, item in enumerate(value)]
            case dict():
                waiting += [(_below(place, name), item) for name, item in value.items()]
                waiting += [(_below(place, name), name) for name in value]
            case _:
                pass
    return None


def _is_broken(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _below(place: str, step: str) -> str:
    return f"{place}.{step}" if place else step
