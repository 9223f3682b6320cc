"""A real browser without a window, and what the DevTools protocol tells of one tab.

A tab is opened as a person's is: in a context of its own (an empty cache), logged in by a link, with animations. What
its main thread did is told in two ways: the processor time that the thread used, and the time that its tasks took by
the clock. The second grows when other processes want the same cores, the first does not.
"""

import asyncio
import gzip
import os
import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright

from benchmarks.page_trace import DevTools
from benchmarks.workspace import Workspace

PROBE = (Path(__file__).parent / "page_probe.js").read_text()
SAMPLING_SECONDS = 0.2
LONGEST_OPENING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Loaded:
    """One file that a page loaded: its size as it is compressed by gzip, in bytes. ``at`` is since the navigation."""

    name: str
    kind: str
    size: int
    at: float


@dataclass(frozen=True, slots=True)
class Opening:
    """How a page came up; milliseconds since the navigation began."""

    painted: float
    """Something was on the screen."""
    shown: float
    """The wanted message was in view, and the composer there."""
    typed: float
    """A character that was typed then was on the screen."""
    interactive: float
    """That, and no task of more than 50 ms was running, or began within the second that followed."""
    cpu: float
    """What the main thread used until it was quiet for a second, in milliseconds."""
    loaded: Sequence[Loaded]
    """Everything until that second was over."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The main thread's counters, in seconds. ``at`` is the browser's clock."""

    at: float
    thread: float
    tasks: float
    navigation: float


@dataclass(slots=True)
class Record:
    """What happened in a tab for a while. ``frames`` are seconds of the browser's clock."""

    moments: list[Moment] = field(default_factory=list[Moment])
    frames: list[float] = field(default_factory=list[float])

    @property
    def begin(self) -> float:
        """When it began."""
        return self.moments[0].at

    @property
    def end(self) -> float:
        """When it ended."""
        return self.moments[-1].at

    def part(self, begin: float, end: float) -> "Record":
        """Give what happened between two times."""
        moments = [moment for moment in self.moments if begin <= moment.at <= end]
        return Record(moments, [frame for frame in self.frames if begin <= frame <= end])

    def busy(self) -> float:
        """Give how much of the time the main thread used the processor, in percent."""
        return _percent(self.moments[-1].thread - self.moments[0].thread, self.end - self.begin)

    def busy_by_the_clock(self) -> float:
        """Give how much of the time tasks of the main thread had begun and not ended, in percent."""
        return _percent(self.moments[-1].tasks - self.moments[0].tasks, self.end - self.begin)

    def intervals(self) -> list[float]:
        """Give the milliseconds between frames."""
        return [(later - earlier) * 1000 for earlier, later in pairwise(self.frames)]


class Tab:
    """One tab of a logged-in browser."""

    def __init__(self, page: Page, session: DevTools, url: str) -> None:
        """Use `Visitor.tab`."""
        self.page = page
        self.session = session
        self._url = url

    async def open(self, path: str, message_id: str | None = None, text: str = "") -> Opening:
        """Navigate, and wait until a message is shown, a key is typed and shown, and the page is quiet."""
        requests: list[Request] = []

        def note(request: Request) -> None:
            requests.append(request)

        self.page.on("request", note)
        await self.page.goto(self._url + path, wait_until="commit")
        async with asyncio.timeout(LONGEST_OPENING_SECONDS):
            shown = await self.page.evaluate("([id, text]) => probe.shown(id, text)", [message_id, text])
            await self.press("x")
            seen = await self.page.evaluate("() => probe.settled()")
            cpu = (await self.moment()).thread * 1000
        self.page.remove_listener("request", note)
        loaded = [one for request in requests if (one := await _loaded(request, self._url, seen["origin"])) is not None]
        return Opening(seen["painted"], shown, seen["typed"], seen["interactive"], cpu, loaded)

    async def press(self, key: str) -> None:
        """Press and release a key, as trusted as a person's."""
        typed = {"key": key, "text": key, "unmodifiedText": key, "windowsVirtualKeyCode": ord(key.upper())}
        await self.session.send("Input.dispatchKeyEvent", {"type": "keyDown", **typed})
        await self.session.send("Input.dispatchKeyEvent", {"type": "keyUp", **typed})

    async def moment(self) -> Moment:
        """Read the main thread's counters."""
        told = await self.metrics()
        return Moment(told["Timestamp"], told["ThreadTime"], told["TaskDuration"], told["NavigationStart"])

    async def metrics(self) -> Mapping[str, float]:
        """Give what the browser counts."""
        told = await self.session.send("Performance.getMetrics")
        return {metric["name"]: metric["value"] for metric in told["metrics"]}

    async def heap(self) -> float:
        """Give the MB of the page's objects that are still in use."""
        # What one collection lets go of may have held other things.
        for _ in range(3):
            await self.session.send("HeapProfiler.collectGarbage")
        return (await self.metrics())["JSHeapUsedSize"] / 1e6

    @asynccontextmanager
    async def recording(self) -> AsyncGenerator[Record, None]:
        """Note the main thread's counters and every frame; what is given is whole once it is left."""
        record = Record()
        await self.page.evaluate("() => probe.startFrames()")
        record.moments.append(await self.moment())
        sampling = asyncio.create_task(self._sample(record))
        try:
            yield record
        finally:
            sampling.cancel()
            await asyncio.wait([sampling])
            record.moments.append(await self.moment())
            origin = record.moments[0].navigation
            taken = await self.page.evaluate("() => probe.takeFrames()")
            record.frames = [origin + at / 1000 for at in taken]

    async def _sample(self, record: Record) -> None:
        while True:
            await asyncio.sleep(SAMPLING_SECONDS)
            record.moments.append(await self.moment())

    async def close(self) -> None:
        """Close the tab."""
        await self.page.close()


class Visitor:
    """Somebody who is logged in, with a browser's cache of their own."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        """Use `Chromium.visitor`."""
        self._context = context
        self._url = url

    async def tab(self) -> Tab:
        """Open an empty tab."""
        page = await self._context.new_page()
        session = await self._context.new_cdp_session(page)
        tab = Tab(page, session, self._url)
        await tab.session.send("Performance.enable")
        return tab


class Chromium:
    """A running browser."""

    def __init__(self, browser: Browser) -> None:
        """Use `browsing`."""
        self._browser = browser

    @asynccontextmanager
    async def visitor(self, workspace: Workspace) -> AsyncGenerator[Visitor, None]:
        """Log somebody in who has never been there; nothing of the page is loaded yet."""
        context = await self._browser.new_context(
            viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="Europe/Berlin"
        )
        try:
            await context.add_init_script(PROBE)
            link = (await workspace.ask("POST", "/api/login-links"))["url"]
            answer = await context.request.get(link)
            if not answer.ok or not await context.cookies():
                raise RuntimeError(f"The login link was refused: {answer.status}")
            if "<script" not in await answer.text():
                raise RuntimeError("The page is not built; run ./dev serve once.")
            yield Visitor(context, workspace.url)
        finally:
            await context.close()


@asynccontextmanager
async def browsing() -> AsyncGenerator[Chromium, None]:
    """Start the system's Chromium; raises RuntimeError where there is none."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if program is None:
        raise RuntimeError("There is no Chromium on PATH; install your system's chromium package.")
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        "--font-render-hinting=none",
    ]
    if os.getuid() == 0:
        arguments.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield Chromium(browser)
        finally:
            await browser.close()


async def _loaded(request: Request, url: str, origin: float) -> Loaded | None:
    """Weigh a file of the page; what the API answers is none."""
    path = urlsplit(request.url).path
    kind = {".js": "script", ".css": "style", ".woff2": "font", ".ttf": "font"}.get(Path(path).suffix)
    response = await request.response()
    if kind is None or response is None or not request.url.startswith(url):
        return None
    body = await response.body()
    # A font is compressed already.
    size = len(body) if kind == "font" else len(gzip.compress(body, 9))
    return Loaded(Path(path).name, kind, size, request.timing["startTime"] - origin)


def _percent(part: float, whole: float) -> float:
    return 100 * part / whole
