"""Dumps of what is sent to models, one file each, only where a person asked for them (``dump_requests``).

They are for finding out why a model answered as it did: the conversation is in them in plain text. Keys are not:
known secrets are redacted, of the headers only harmless ones are shown, and of the address no query values. The
newest `MAX_FILES` are kept, at most `MAX_TOTAL` bytes together; a file is readable by its owner only.
"""

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from flowent.observability.redaction import REPLACEMENT, SecretRedactor

MAX_FILES = 200
MAX_TOTAL = 256 << 20

_SHOWN_HEADERS = frozenset(
    {"accept", "anthropic-beta", "anthropic-version", "content-type", "openai-beta", "user-agent"}
)
_NAME = re.compile(r"\d{8}T\d{12}Z-\d{6}-[a-z0-9_-]{1,60}\.json")


class RequestDumps:
    """Keeps the last requests in a directory. Blocks while it writes: call it in a thread."""

    def __init__(
        self, directory: Path, redactor: SecretRedactor, *, max_files: int = MAX_FILES, max_total: int = MAX_TOTAL
    ) -> None:
        """Remember where to write; the directory is made with the first dump."""
        self._directory = directory
        self._redactor = redactor
        self._max_files = max_files
        self._max_total = max_total
        self._count = 0

    def save(self, label: str, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Path:
        """Write one request; ``label`` (a provider's id, for example) becomes part of the name. Raises OSError."""
        self._count += 1
        at = datetime.now(UTC)
        safe_label = re.sub(r"[^a-z0-9_-]+", "-", label.lower())[:60] or "request"
        path = self._directory / f"{at:%Y%m%dT%H%M%S%f}Z-{self._count:06d}-{safe_label}.json"
        request = {
            "at": at.isoformat(),
            "method": method,
            "url": _without_values(url),
            "headers": {
                name: value if name.lower() in _SHOWN_HEADERS else REPLACEMENT for name, value in headers.items()
            },
            "body": _readable(body),
        }
        # The values are redacted before they are encoded: a secret that JSON would spell with escapes is found, too.
        text = json.dumps(self._redactor.redact_value(request), ensure_ascii=False, indent=2)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text + "\n")
        self._prune()
        return path

    def _prune(self) -> None:
        """Delete the oldest dumps: their names sort by time."""
        newest_first = sorted((p for p in self._directory.iterdir() if _NAME.fullmatch(p.name)), reverse=True)
        total = 0
        for place, path in enumerate(newest_first):
            total += path.stat().st_size
            if place >= self._max_files or (place > 0 and total > self._max_total):
                path.unlink(missing_ok=True)


def _without_values(url: str) -> str:
    parts = urlsplit(url)
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    query = "&".join(f"{quote(name)}={REPLACEMENT}" for name in names)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, query, ""))


def _readable(body: bytes) -> object:
    """Give the body as JSON where it is, else as text."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "backslashreplace")
