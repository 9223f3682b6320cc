"""A workspace as a browser's test sees it: a real server, a real scripted provider, driven from synchronous tests.

Playwright's synchronous interface has a loop of its own, so the processes are looked after on another thread's loop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from anyio.from_thread import BlockingPortal
from playwright.sync_api import ConsoleMessage, Error, Page

from flowent.scripted.process import ScriptedProvider
from flowent.scripted.report import Report
from support.server import Server

Value = TypeVar("Value")


@dataclass
class Workspace:
    """One server and the provider that answers it."""

    server: Server
    provider: ScriptedProvider
    portal: BlockingPortal

    def _run(self, work: Coroutine[Any, Any, Value]) -> Value:
        async def wait() -> Value:
            return await work

        return self.portal.call(wait)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def workdir(self) -> Path:
        return self.server.workdir

    def script(self, *steps: Mapping[str, object], **rest: object) -> None:
        """Say what the provider answers, in order; see docs/guide/scripted-provider.md."""
        self._run(self.provider.load({"steps": list(steps), **rest}))

    def report(self) -> Report:
        return self._run(self.provider.report())

    def release(self) -> None:
        """Let the answers go on that a step of the script holds (`hold_after`)."""
        self._run(self.provider.release())

    def wait_until(self, condition: Callable[[Report], bool]) -> Report:
        """Wait until the provider's report fulfils a condition; gives that report."""
        return self._run(self.provider.wait_until(condition, 20))

    def asked(self, number: int) -> Any:
        """Give the body of the model's request of that number, from 1, once it has come."""

        def bodies(report: Report) -> list[Any]:
            return [request.body for request in report.requests if request.method == "POST"]

        return bodies(self.wait_until(lambda report: len(bodies(report)) >= number))[number - 1]

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send a request past the page."""
        return self._run(self.server.ask(method, path, body))

    def add_provider(self) -> None:
        self._run(self.server.add_provider(self.provider.base_url("chat")))

    def login_url(self) -> str:
        """Give a one-time link."""
        return str(self.ask("POST", "/api/login-links")["url"])

    def conversation(self, *messages: str) -> str:
        """Begin a conversation and send messages, each answered before the next; gives its id."""
        conversation_id = str(self.ask("POST", "/api/conversations")["id"])
        for content in messages:
            sent = self.ask("POST", f"/api/conversations/{conversation_id}/messages", {"content": content})
            self._run(self.server.events(conversation_id, sent["seq"]))
        return conversation_id

    def kill(self) -> None:
        """End the server at once."""
        self._run(self.server.kill())

    def stop(self) -> None:
        """End the server in order."""
        self._run(self.server.stop())

    def start(self) -> None:
        """Start the server again, at the same address."""
        self._run(self.server.start())


@dataclass
class Console:
    """What a page complained about. A complaint that a test foresees is allowed by a pattern."""

    complaints: list[str] = field(default_factory=list[str])
    allowed: list[re.Pattern[str]] = field(default_factory=list[re.Pattern[str]])

    def allow(self, pattern: str) -> None:
        """Foresee complaints: what a browser says of a refused or lost request, for example."""
        self.allowed.append(re.compile(pattern))

    def allow_refusals(self, *statuses: int) -> None:
        """Foresee answers of these statuses."""
        for status in statuses:
            self.allow(rf"status of {status}\b")

    def allow_lost_server(self) -> None:
        """Foresee that the server is gone for a while."""
        self.allow(r"net::ERR_(CONNECTION|INCOMPLETE|EMPTY|SOCKET|ABORTED|FAILED|NETWORK|INTERNET|CONTENT_LENGTH)")

    def listen(self, page: Page) -> None:
        """Collect what that page complains about."""
        page.on("console", self._heard)
        page.on("pageerror", self._thrown)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _thrown(self, error: Error) -> None:
        self.complaints.append(f"thrown: {error.message}\n{error.stack or ''}")

    def check(self) -> None:
        """Fail where there was a complaint that nobody foresaw."""
        unforeseen = [one for one in self.complaints if not any(pattern.search(one) for pattern in self.allowed)]
        assert not unforeseen, "the page complained:\n" + "\n".join(unforeseen)
