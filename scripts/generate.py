"""Writes the generated documents: the list of events and the OpenAPI document. ``--check`` only compares.

Run it after changing an event or a route: ``.venv/bin/python scripts/generate.py``.
"""

import json
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from textwrap import wrap
from typing import cast, get_args

from pydantic import BaseModel, JsonValue

from flowent.api.app import openapi_document
from flowent.domain.events import Snapshot, StoredEvent
from flowent.domain.values import JsonObject

ROOT = Path(__file__).parent.parent


def events_page() -> str:
    """Describe every event by its docstring and fields."""
    lines = [
        "# Events",
        "",
        "Generated from `src/flowent/domain/events.py` by `scripts/generate.py`; do not edit.",
        "",
        "On a stream, `id` is the event's `seq`, `event` its type and `data` its JSON, with `conversation_id`, `seq`",
        "and `at` (milliseconds since 1970 UTC) in front.",
        "",
    ]
    for event in (*get_args(StoredEvent), Snapshot):
        lines += _described(event)
    return "\n".join(lines)


def _described(event: type[BaseModel]) -> Iterator[str]:
    yield f"## `{event.model_fields['type'].default}`"
    yield ""
    yield from wrap(" ".join((event.__doc__ or "").replace("``", "`").split()), 120)
    yield ""
    properties = cast("dict[str, JsonObject]", event.model_json_schema()["properties"])
    for name, schema in properties.items():
        if name != "type":
            yield f"- `{name}`: {_kind(schema)}"
    yield ""


def _kind(schema: JsonValue) -> str:
    match schema:
        case {"anyOf": [*choices]}:
            return " or ".join(_kind(choice) for choice in choices)
        case {"$ref": str(reference)}:
            return reference.rsplit("/", 1)[-1]
        case {"enum": [*values]}:
            return ", ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"type": "array", "items": items}:
            return f"list of {_kind(items)}"
        case {"type": str(kind)}:
            return kind
        case {"oneOf": _}:
            return "part"
        case _:
            return "any JSON"


def main() -> int:
    """Write or compare; gives the exit status."""
    wanted = {
        ROOT / "docs" / "events.md": events_page(),
        ROOT / "docs" / "openapi.json": json.dumps(openapi_document(version("flowent")), indent=2, ensure_ascii=False)
        + "\n",
    }
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT)} is out of date: run scripts/generate.py\n")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
