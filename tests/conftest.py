"""What every test gets: an environment of its own, no network but this machine, and a loop that nothing may block."""

import os
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from blockbuster import BlockBuster
from hypothesis import settings

from recovery import figures

# A shared machine is slow at times, which is no failure; and CI must find the same twice.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


MAY_BLOCK: tuple[tuple[str, str, set[str]], ...] = ()
"""Where our code blocks the loop all the same. This list only shrinks."""

pytest_terminal_summary = figures.pytest_terminal_summary


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long versions of tests that have one")


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the long versions are wanted."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the person's own configuration, data, keys and proxies out of every test and every process it starts."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            ours = name.startswith(("FLOWENT_", "LOG_LEVEL")) and not name.startswith("FLOWENT_TEST_")
            if ours or name.lower().endswith(("_api_key", "_base_url", "_proxy")):
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        for name in ("CONFIG", "DATA", "CACHE", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        yield


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Iterator[None]:
    """Refuse connections that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: tuple[str, int] | str) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(str(address[0])):
            raise RuntimeError(f"a test may not connect to {address!r}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True)
def nothing_blocks() -> Iterator[None]:
    """Make blocking calls of our own code on a running event loop an error."""
    watcher = BlockBuster("flowent")
    for function, file, callers in MAY_BLOCK:
        watcher.functions[function].can_block_in(file, callers)
    watcher.activate()
    yield
    watcher.deactivate()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture
def root() -> Path:
    """The directory of the project."""
    return Path(__file__).parents[1]
