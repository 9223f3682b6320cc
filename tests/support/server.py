"""A workspace as a process of its own, for tests that end it in every way."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

TOKEN = "test-token-of-at-least-22-characters"


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """One workspace directory and, at most, one process that serves it."""

    directory: Path
    command: Sequence[str] = (sys.executable, "-m", "flowent", "serve")
    extra: dict[str, str] = field(default_factory=dict[str, str])
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def workdir(self) -> Path:
        return self.directory / "work"

    @property
    def data_dir(self) -> Path:
        return self.directory / "data"

    @property
    def database(self) -> Path:
        return self.data_dir / "flowent.db"

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def environment(self) -> dict[str, str]:
        # Without its compiled modules a process takes twice as long to start.
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.endswith("_API_KEY") and name != "PYTHONDONTWRITEBYTECODE"
        }
        return {
            **kept,
            "HOME": str(self.directory / "home"),
            "XDG_CONFIG_HOME": str(self.directory / "config"),
            "FLOWENT_DATA_DIR": str(self.data_dir),
            "FLOWENT_WORKDIR": str(self.workdir),
            "FLOWENT_PORT": str(self.port),
            "FLOWENT_TOKEN": TOKEN,
            "FLOWENT_NO_BROWSER": "true",
            **self.extra,
        }

    async def spawn(self, **environment: str) -> None:
        """Start a process; it does not answer yet."""
        for name in ("work", "home", "config"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        with (self.directory / "output.txt").open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**self.environment(), **environment},
                cwd=self.workdir,
            )

    async def answers(self) -> bool:
        """Wait until the process answers; False if it ends first."""
        async with asyncio.timeout(30), self.client() as client:
            while self.running:
                try:
                    if (await client.get("/api/health")).is_success:
                        return True
                except httpx.TransportError:
                    await asyncio.sleep(0.02)
        return False

    async def deaf(self) -> None:
        """Wait until nobody listens any more."""
        async with asyncio.timeout(30):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except ConnectionError:
                    return
                writer.close()
                await asyncio.sleep(0.02)

    async def start(self, **environment: str) -> None:
        """Start a process that answers."""
        await self.spawn(**environment)
        assert await self.answers(), f"the workspace did not start:\n{self.output()[-2000:]}"

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if there is still a process to get it."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)

    async def kill(self) -> int:
        """End it at once, without any clean-up; gives its exit status."""
        self.send(signal.SIGKILL)
        return await self.gone()

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it in order; gives its exit status."""
        self.send(number)
        return await self.gone(20)

    async def gone(self, seconds: float = 30) -> int:
        """Wait until it has ended; gives its exit status."""
        assert self.process is not None
        async with asyncio.timeout(seconds):
            return await self.process.wait()

    def output(self) -> str:
        return (self.directory / "output.txt").read_text(errors="replace")

    def client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        # There is no TLS here, and reading the authorities' certificates would cost more than a request.
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, verify=False, timeout=20)

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send one request that must be accepted; gives its JSON."""
        async with self.client() as client:
            response = await client.request(method, path, json=body)
            assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
            return response.json() if response.content else None

    async def add_provider(self, base_url: str, format: str = "openai", model: str = "scripted") -> None:
        """Make a provider the default."""
        body = {
            "name": "Scripted",
            "format": format,
            "base_url": base_url,
            "api_key": "k" * 20,
            "models": [{"id": model}],
        }
        await self.ask("PUT", "/api/providers/scripted", body)
        await self.ask("PUT", "/api/settings", {"provider_id": "scripted", "model": model})

    async def watch(self, conversation_id: str, after: int = 0) -> AsyncGenerator[dict[str, Any], None]:
        """Give events until the connection ends."""
        path = f"/api/conversations/{conversation_id}/stream?after={after}"
        async with self.client() as client, client.stream("GET", path, timeout=httpx.Timeout(10, read=40)) as response:
            assert response.is_success, response.status_code
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])

    async def events(self, conversation_id: str, after: int = 0, turns: int = 1) -> list[dict[str, Any]]:
        """Give the events until so many turns have ended."""
        seen: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            async for event in self.watch(conversation_id, after):
                seen.append(event)
                turns -= event["type"] == "turn_ended"
                if turns <= 0:
                    break
        return seen


@asynccontextmanager
async def serving(directory: Path, **environment: str) -> AsyncGenerator[Server, None]:
    """Serve a fresh workspace, and end it in order."""
    server = Server(directory, extra=dict(environment))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
