"""A real browser before a real server: what every test of the page gets.

Without a browser these tests are skipped with the reason, but in CI that is a failure. Every page fails its test when
it complains in its console, unless the test foresees it (`console.allow`).
"""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, Playwright, expect, sync_playwright

from flowent.scripted.process import ScriptedProvider
from support.browser import Console, Workspace
from support.person import Person
from support.server import Server

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
STATIC = files("flowent").joinpath("static", "index.html")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser takes its time to start, and so does what it loads, on a machine that does much else."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(120))


@pytest.fixture(scope="session", autouse=True)
def something_to_see() -> None:
    """Skip where there is no browser or no page."""
    missing = None
    if CHROMIUM is None:
        missing = "there is no Chromium on PATH: install your system's chromium package"
    elif not STATIC.is_file():
        missing = "the page is not built: run ./dev serve or ./dev test"
    if missing is not None:
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture(scope="session")
def base_url() -> None:
    """Every workspace has an address of its own."""


# The plugin keeps a browser, and with it a running event loop, for the whole session: no asynchronous test could follow
# in the same process. Here both end with the module.


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """The driver of the browser."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser_type(playwright: Playwright) -> BrowserType:
    """The kind of browser."""
    return playwright.chromium


@pytest.fixture(scope="module")
def launch_browser(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Callable[..., Browser]:
    """How a browser is started."""

    def launch(**arguments: Any) -> Browser:
        return browser_type.launch(**{**browser_type_launch_args, **arguments})

    return launch


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser]) -> Iterator[Browser]:
    """A browser; each test has a context of its own in it."""
    browser = launch_browser()
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start the system's browser, quiet and without a network of its own."""
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        "--font-render-hinting=none",
        "--force-color-profile=srgb",
    ]
    if os.getuid() == 0:
        arguments.append("--no-sandbox")
    return {"executable_path": CHROMIUM, "args": arguments}


@pytest.fixture(scope="module")
def browser_context_args() -> dict[str, Any]:
    """One size, one language, one time zone, nothing that moves."""
    return {
        "viewport": {"width": 1280, "height": 800},
        "locale": "en-GB",
        "timezone_id": "Europe/Berlin",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """The loop that looks after processes."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def provider(portal: BlockingPortal) -> Iterator[ScriptedProvider]:
    """One provider process for all tests of this worker; each loads its own script."""
    with portal.wrap_async_context_manager(ScriptedProvider().start()) as provider:
        yield provider


@pytest.fixture
def environment() -> dict[str, str]:
    """Variables with which the workspace starts; modules and classes have their own."""
    return {}


@pytest.fixture
def empty_workspace(
    tmp_path: Path, portal: BlockingPortal, provider: ScriptedProvider, environment: dict[str, str]
) -> Iterator[Workspace]:
    """A workspace as at its first start: nothing is set up."""
    server = Server(tmp_path, extra=environment)
    workspace = Workspace(server, provider, portal)
    # Without a script nothing is answered, and what another test asked is forgotten.
    workspace.script()
    workspace.start()
    yield workspace
    if server.running:
        workspace.stop()


@pytest.fixture
def workspace(empty_workspace: Workspace) -> Workspace:
    """A workspace that the scripted provider answers."""
    empty_workspace.add_provider()
    return empty_workspace


@pytest.fixture
def console() -> Iterator[Console]:
    """What the pages complained about; checked at the test's end."""
    console = Console()
    yield console
    console.check()


@pytest.fixture
def page(context: BrowserContext, console: Console, empty_workspace: Workspace) -> Page:
    """A page of a browser that is logged in; it shows the start page."""
    page = context.new_page()
    console.listen(page)
    page.goto(empty_workspace.login_url())
    return page


@pytest.fixture
def phone(browser: Browser, console: Console, empty_workspace: Workspace) -> Iterator[Page]:
    """A small screen with a finger instead of a mouse."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )
    page = context.new_page()
    console.listen(page)
    page.goto(empty_workspace.login_url())
    yield page
    context.close()


@pytest.fixture
def person(workspace: Workspace, page: Page) -> Person:
    """Somebody who is logged in to a workspace that answers; they look at the start page."""
    page.goto(workspace.url)
    person = Person(page, workspace)
    expect(person.field).to_be_visible()
    return person
