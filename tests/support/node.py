"""The page's tools (tsc, biome, vitest, …) as `./dev web` runs them: with the Node of the test dependencies."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
STATIC = ROOT / "src" / "flowent" / "static"

# Taken before a test gets an environment of its own: npm keeps what it fetched in the person's cache.
_ENVIRONMENT = dict(os.environ)


def run_node_tool(command: Sequence[str], *, seconds: float = 600) -> subprocess.CompletedProcess[str]:
    """Run a tool in `web/`, whose packages are installed first if they are not there; gives output and status.

    Processes that come at the same time wait for one of them to install.
    """
    return _build_page("run", *command, seconds=seconds)


def built_page() -> Path:
    """Build the page if it is out of date; gives its folder."""
    done = _build_page(seconds=600)
    assert done.returncode == 0, done.stdout
    return STATIC


def _build_page(*arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", ROOT / "scripts" / "build_page.py", *arguments],
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
