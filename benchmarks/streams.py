"""Reads streams of events as cheaply as a client can, and notes when each event arrived."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

READ_LIMIT = 32 * 1024 * 1024


class HttpError(Exception):
    """A server answered with another status than 200."""


class Stream:
    """One HTTP request whose answer's body is read as it arrives."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Use `open_stream`."""
        self._reader = reader
        self._writer = writer
        self._rest = b""
        self._waiting: deque[tuple[int, str, bytes]] = deque()

    async def piece(self) -> tuple[int, bytes] | None:
        """Give the next piece of the body, and when it arrived (ns of the monotonic clock); None at the end."""
        size = int(await self._reader.readline() or b"0", 16)
        if size == 0:
            return None
        data = await self._reader.readexactly(size + 2)
        return time.monotonic_ns(), data[:-2]

    async def event(self) -> tuple[int, str, bytes] | None:
        """Give the next server-sent event: when it arrived, its type, and its data; None at the end."""
        while not self._waiting:
            if (piece := await self.piece()) is None:
                return None
            self._take(*piece)
        return self._waiting.popleft()

    def _take(self, at: int, data: bytes) -> None:
        *whole, self._rest = (self._rest + data).split(b"\n\n")
        for event in whole:
            kind, content = "", b""
            for line in event.split(b"\n"):
                if line.startswith(b"event: "):
                    kind = line[7:].decode()
                elif line.startswith(b"data: "):
                    content = line[6:]
            if content:
                self._waiting.append((at, kind, content))

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def open_stream(method: str, url: str, headers: Mapping[str, str] | None = None, body: object = None) -> Stream:
    """Send a request, and return once the answer's headers are here; raises HttpError."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=READ_LIMIT)
    content = b"" if body is None else json.dumps(body).encode()
    path = address.path + (f"?{address.query}" if address.query else "")
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {address.netloc}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
        *([f"Content-Type: application/json\r\nContent-Length: {len(content)}"] if content else []),
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
    status = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    if " 200 " not in status.partition("\r\n")[0]:
        raise HttpError(f"{method} {url}: {status}")
    return Stream(reader, writer)


@dataclass(slots=True)
class Watched:
    """What one watcher saw of a turn. ``tokens`` are pairs of when, and how many had arrived then."""

    events: int = 0
    deltas: int = 0
    snapshots: int = 0
    last_seq: int = 0
    in_order: bool = True
    text: str = ""
    tokens: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    ended_at: int = 0
    status: str = ""

    def take(self, at: int, kind: str, data: bytes) -> None:
        """Take one event."""
        event: dict[str, Any] = json.loads(data)
        if kind == "conversation_listed":
            return
        self.events += 1
        self.in_order &= event["seq"] > self.last_seq
        self.last_seq = event["seq"]
        match kind:
            case "delta":
                self.deltas += 1
                self._arrived(at, self.text + event["text"])
            case "output_done":
                self._arrived(at, _text(event["parts"]))
            case "snapshot":
                self.snapshots += 1
                self._arrived(at, _text(event["messages"][-1]["parts"]) if event["messages"] else "")
            case "error":
                self.status = f"{event['part']['kind']}: {event['part']['message']}"
            case "turn_ended":
                self.ended_at = at
                self.status = self.status or event["status"]
            case _:
                pass

    def _arrived(self, at: int, text: str) -> None:
        count = text.count(" ")
        if count > (self.tokens[-1][1] if self.tokens else 0):
            self.tokens.append((at, count))
        self.text = text

    def delays(self, sent: list[int]) -> list[float]:
        """Give for each token the seconds from when the provider sent it to when it was here."""
        delays: list[float] = []
        number = 0
        for at, count in self.tokens:
            while number < min(count, len(sent)):
                delays.append((at - sent[number]) / 1e9)
                number += 1
        return delays


def _text(parts: list[dict[str, Any]]) -> str:
    return "".join(part["text"] for part in parts if part["type"] == "text")


async def watch(stream: Stream, watched: Watched, *, tokens: int | None = None) -> Watched:
    """Follow a conversation until its turn ends, or so many tokens are here."""
    while (event := await stream.event()) is not None:
        watched.take(*event)
        if watched.ended_at or (tokens is not None and watched.tokens and watched.tokens[-1][1] >= tokens):
            break
    return watched
