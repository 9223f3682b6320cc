"""The files of the built page, held in memory: they are known at the start, and nothing else can be asked for.

A server goes on serving the page that it started with while another one is built. A file that was compressed when the
page was built is held in that form only, and is unpacked for the rare client that does not take it.
"""

import asyncio
import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import Response

INDEX = "/index.html"
HASHED_FOLDER = "/assets/"
"""What lies here has a name that changes with its content."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"

MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
"""Our own table: the system's differs from machine to machine."""

_UNKNOWN_TYPE = "application/octet-stream"
_REFUSED = re.compile(r"\s*;\s*q=0(\.0{0,3})?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file: ``content`` is compressed with gzip if ``compressed``; ``tag`` differs wherever content does."""

    media_type: str
    content: bytes
    compressed: bool
    tag: str
    cache_control: str

    async def answer(self, request: Request) -> Response:
        """Answer GET or HEAD with the file, or with 304 if the client has it."""
        packed = self.compressed and _takes_gzip(request.headers.getlist("accept-encoding"))
        tag = f'"{self.tag}-gzip"' if packed else f'"{self.tag}"'
        headers = {"ETag": tag, "Cache-Control": self.cache_control}
        if self.compressed:
            headers["Vary"] = "Accept-Encoding"
        if _has(request.headers.getlist("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        content = self.content
        if packed:
            headers["Content-Encoding"] = "gzip"
        elif self.compressed:
            content = await asyncio.to_thread(gzip.decompress, content)
        if request.method == "HEAD":
            headers["Content-Length"] = str(len(content))
            content = b""
        # Not `media_type`: the framework would add a charset where the table has none on purpose.
        return Response(content, headers={**headers, "Content-Type": self.media_type})


StaticFiles = Mapping[str, StaticFile]
"""The files by their absolute path in a request."""


def load(folder: Path) -> StaticFiles:
    """Read every file of a built page; without a page there are none. Hidden files are left out."""
    found = {path: f"/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*") if path.is_file()}
    return {
        name: _read(path, name)
        for path, name in found.items()
        if "/." not in name and not (path.suffix == ".gz" and path.with_suffix("") in found)
    }


def is_file_name(path: str) -> bool:
    """Whether a path asks for a file rather than for a page."""
    return path.startswith(HASHED_FOLDER) or PurePosixPath(path).suffix.lower() in MEDIA_TYPES


def _read(path: Path, name: str) -> StaticFile:
    packed = path.with_name(f"{path.name}.gz")
    compressed = packed.is_file()
    content = (packed if compressed else path).read_bytes()
    return StaticFile(
        media_type=MEDIA_TYPES.get(path.suffix.lower(), _UNKNOWN_TYPE),
        content=content,
        compressed=compressed,
        tag=hashlib.sha256(content).hexdigest()[:32],
        cache_control=FOR_EVER if name.startswith(HASHED_FOLDER) else ASK_FIRST,
    )


def _takes_gzip(headers: list[str]) -> bool:
    """Read Accept-Encoding (RFC 9110, 12.5.3); a client that says nothing gets the file as it is."""
    takes = {"gzip": False, "*": False}
    named = False
    for part in ",".join(headers).split(","):
        coding, semicolon, weight = part.partition(";")
        coding = coding.strip().lower().removeprefix("x-")
        if coding in takes:
            takes[coding] = _REFUSED.fullmatch(semicolon + weight) is None
            named = named or coding == "gzip"
    return takes["gzip"] if named else takes["*"]


def _has(headers: list[str], tag: str) -> bool:
    """Read If-None-Match (RFC 9110, 13.1.2): whether the client names the tag, or any."""
    tags = [part.strip().removeprefix("W/") for part in ",".join(headers).split(",")]
    return tag in tags or "*" in tags
