"""The workspace as a process, and one measured turn of it."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.loads import FORMATS, Load
from benchmarks.processes import Process, free_port, listening, start
from benchmarks.streams import Stream, Watched, open_stream, watch
from flowent.scripted.process import ScriptedProvider

TOKEN = "benchmark-token-of-a-workspace"
LONGEST_TURN_SECONDS = 90
SETTLING_SECONDS = 0.05
"""How long after the end of a turn its last work (commits, closing connections) is still counted."""


@dataclass(slots=True)
class Turn:
    """One measured turn. Times are nanoseconds of the monotonic clock, CPU in seconds."""

    asked_at: int
    cpu: float
    cpu_streaming: float
    """From the first token to the end."""
    watched: list[Watched] = field(default_factory=list[Watched])

    @property
    def seconds(self) -> float:
        """From the question to the end of the turn."""
        return (self.watched[0].ended_at - self.asked_at) / 1e9

    @property
    def first_token_seconds(self) -> float:
        """From the question to the first token."""
        return (self.watched[0].tokens[0][0] - self.asked_at) / 1e9


class Workspace:
    """One data directory, and at most one process that serves it."""

    def __init__(self, directory: Path, module: str = "flowent", arguments: tuple[str, ...] = ("serve",)) -> None:
        """Prepare an empty directory."""
        self.directory = directory
        self.port = free_port()
        self.start_cpu = 0.0
        """Seconds of CPU from the start of the process to its first healthy answer."""
        self.start_seconds = 0.0
        self._command = (module, *arguments)
        self._process: Process | None = None
        self._headers = {"Authorization": f"Bearer {TOKEN}"}
        self._client = httpx.AsyncClient(
            base_url=self.url, headers=self._headers, trust_env=False, timeout=httpx.Timeout(60)
        )
        for name in ("work", "home", "data"):
            (directory / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.directory / "data" / "flowent.db"

    @property
    def process(self) -> Process:
        """The running process."""
        assert self._process is not None
        return self._process

    async def start(self) -> None:
        """Start the process, and wait until it is healthy."""
        begun = time.monotonic()
        self._process = await start(
            *self._command, directory=self.directory / "work", environment=self._environment(), port=None
        )
        await listening(self._process, self.port)
        async with asyncio.timeout(30):
            while True:
                try:
                    if (await self._client.get("/api/health")).is_success:
                        break
                except httpx.TransportError:
                    await asyncio.sleep(0.005)
        self.start_cpu = self._process.cpu()
        self.start_seconds = time.monotonic() - begun

    async def stop(self) -> None:
        """End the process in order."""
        if self._process is not None:
            await self._process.stop()

    async def close(self) -> None:
        """End the process, and the client."""
        await self.stop()
        await self._client.aclose()

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send one request; gives its JSON. Raises RuntimeError unless it is accepted."""
        response = await self._client.request(method, path, json=body)
        if not response.is_success:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None

    async def connect(self, provider: ScriptedProvider, *formats: str) -> None:
        """Configure the provider in some formats, each under its name."""
        for name in formats or tuple(FORMATS):
            body = {"format": name, "base_url": provider.base_url(FORMATS[name]), "api_key": "k" * 24}
            await self.ask("PUT", f"/api/providers/{name}", body)

    async def conversation(self, wire_format: str, load: Load) -> str:
        """Begin a conversation with a model."""
        made = await self.ask("POST", "/api/conversations", {"title": "Benchmark"})
        await self.choose(made["id"], wire_format, load)
        return str(made["id"])

    async def choose(self, conversation_id: str, wire_format: str, load: Load) -> None:
        """Choose a conversation's model."""
        change = {"provider_id": wire_format, "model": load.model}
        await self.ask("PATCH", f"/api/conversations/{conversation_id}", change)

    async def seq(self, conversation_id: str) -> int:
        """Give the newest event's number."""
        return int((await self.ask("GET", f"/api/conversations/{conversation_id}?limit=1"))["seq"])

    async def stream(self, conversation_id: str, after: int) -> Stream:
        """Open a stream of a conversation's events."""
        path = f"/api/conversations/{conversation_id}/stream?after={after}"
        return await open_stream("GET", self.url + path, self._headers)

    async def tab(self, conversation_id: str) -> Stream:
        """Open the stream of a browser tab that follows the list and this conversation from its beginning."""
        return await open_stream("GET", f"{self.url}/api/stream?list=0&watch={conversation_id}:0", self._headers)

    async def send(self, conversation_id: str, text: str = "Go on.") -> int:
        """Send a message; gives when it was accepted."""
        await self.ask("POST", f"/api/conversations/{conversation_id}/messages", {"content": text})
        return time.monotonic_ns()

    async def turn(self, conversation_id: str, text: str = "Go on.", *, watchers: int = 1) -> Turn:
        """Ask, watch until the turn has ended, and measure it; raises RuntimeError if it failed."""
        after = await self.seq(conversation_id)
        streams = [await self.stream(conversation_id, after) for _ in range(watchers)]
        seen = [Watched(last_seq=after) for _ in streams]
        cpu = self.process.cpu()
        asked_at = time.monotonic_ns()
        await self.send(conversation_id, text)
        await watch(streams[0], seen[0], tokens=1)
        cpu_first = self.process.cpu()
        await asyncio.gather(
            *[watch(stream, one) for stream, one in zip(streams, seen, strict=True) if not one.ended_at]
        )
        await asyncio.sleep(SETTLING_SECONDS)
        ended = self.process.cpu()
        for stream in streams:
            await stream.close()
        for one in seen:
            if one.status != "completed":
                raise RuntimeError(f"The turn did not complete: {one.status}")
        return Turn(asked_at, ended - cpu, ended - cpu_first, seen)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        return {
            **kept,
            "HOME": str(self.directory / "home"),
            "XDG_CONFIG_HOME": str(self.directory / "home"),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")])),
            "FLOWENT_DATA_DIR": str(self.directory / "data"),
            "FLOWENT_WORKDIR": str(self.directory / "work"),
            "FLOWENT_PORT": str(self.port),
            "FLOWENT_TOKEN": TOKEN,
            "FLOWENT_NO_BROWSER": "true",
        }


@asynccontextmanager
async def serving(directory: Path, provider: ScriptedProvider, *formats: str) -> AsyncGenerator[Workspace, None]:
    """Serve a fresh workspace with the provider configured."""
    workspace = Workspace(directory)
    try:
        await workspace.start()
        await workspace.connect(provider, *formats)
        yield workspace
    finally:
        await workspace.close()
