"""A client that watches a conversation as a browser does: it comes back after the last event that it has seen."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from support.server import Server


@dataclass(frozen=True, slots=True)
class Seen:
    """One event as it came over the wire."""

    seq: int
    type: str
    text: str

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.text)


@dataclass
class Watcher:
    """What one client has seen of a conversation, through any number of processes."""

    server: Server
    conversation_id: str
    seen: list[Seen] = field(default_factory=list[Seen])
    connections: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    @property
    def last(self) -> int:
        """The newest seq seen."""
        return self.seen[-1].seq if self.seen else 0

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.seen]

    @property
    def completed_calls(self) -> int:
        """How many calls ended well, also those that a snapshot told of because this client had fallen behind."""
        calls: set[str] = set()
        for event in self.seen:
            if event.type == "tool_done":
                calls.add(event.data["tool_id"])
            elif event.type == "snapshot":
                parts = [part for message in event.data["messages"] for part in message["parts"]]
                calls |= {part["id"] for part in parts if part["type"] == "tool" and part["status"] == "completed"}
        return len(calls)

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[Self, None]:
        """Watch until the end of the block."""
        self._task = asyncio.create_task(self._follow())
        try:
            yield self
        finally:
            self._task.cancel()
            await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.result()

    async def until(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        """Wait for a state of what was seen; raises what ended the watching."""
        assert self._task is not None
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                waiting = asyncio.create_task(self._news.wait())
                done, _ = await asyncio.wait([waiting, self._task], return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if self._task in done:
                    self._task.result()
                    raise AssertionError("nobody watches any more")

    async def saw(self, events: int) -> None:
        """Wait until so many events were seen."""
        await self.until(lambda: len(self.seen) >= events)

    async def ended(self, turns: int) -> None:
        """Wait until so many turns have ended."""
        await self.until(lambda: self.types.count("turn_ended") >= turns)

    async def _follow(self) -> None:
        async with self.server.client() as client:
            while True:
                with suppress(httpx.TransportError):
                    await self._connect(client)
                await asyncio.sleep(0.02)

    async def _connect(self, client: httpx.AsyncClient) -> None:
        # Half of the connections are made as a browser makes them, half as a program does.
        self.connections += 1
        path = f"/api/conversations/{self.conversation_id}/stream"
        headers = {"Last-Event-ID": str(self.last)} if self.connections % 2 else {}
        after = {} if headers else {"after": self.last}
        timeout = httpx.Timeout(10, read=40)
        async with client.stream("GET", path, params=after, headers=headers, timeout=timeout) as response:
            if response.status_code in (503, 507):
                return
            assert response.status_code == 200, f"the stream was refused with {response.status_code}"
            name = kind = ""
            async for line in response.aiter_lines():
                label, _, value = line.partition(": ")
                match label:
                    case "id":
                        name = value
                    case "event":
                        kind = value
                    case "data":
                        self._see(int(name), kind, value)
                    case _:
                        pass

    def _see(self, seq: int, kind: str, text: str) -> None:
        data = json.loads(text)
        assert (data["seq"], data["type"]) == (seq, kind), "the event's frame and its data differ"
        assert data["conversation_id"] == self.conversation_id, "an event of another conversation"
        assert seq > self.last, f"event {seq} came after {self.last}"
        self.seen.append(Seen(seq, kind, text))
        self._news.set()
