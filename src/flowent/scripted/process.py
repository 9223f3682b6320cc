"""The scripted provider for tests: started as a process of its own, steered over HTTP.

Invariants: the process listens on loopback only and ends with the context manager, and also when the process that
started it dies, because it watches its standard input.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from flowent.scripted.formats import FormatName
from flowent.scripted.report import Report
from flowent.scripted.script import Script, ScriptError, read_script
from flowent.scripted.server import ADDRESS_LINE

_START_SECONDS = 20
_STOP_SECONDS = 10
_CONTROL_SECONDS = 10
_POLL_SECONDS = 0.01

_BASE_PATHS: Mapping[FormatName, str] = {
    "chat": "/openai/v1",
    "responses": "/openai/v1",
    "anthropic": "/anthropic",
    "gemini": "/gemini",
}


class ScriptedProviderError(RuntimeError):
    """The provider's process could not be started or did not answer."""


class ScriptedProvider:
    """One provider process.

    Use it as `async with ScriptedProvider(script).start() as provider: ...`. Nothing is asserted by itself: call
    `assert_finished` at the end of a test.
    """

    def __init__(self, script: Script | Mapping[str, object] | Path | str | None = None) -> None:
        self._script = Script() if script is None else read_script(script)
        self._address = ""

    @asynccontextmanager
    async def start(self) -> AsyncGenerator[Self]:
        """Start the process on a free loopback port, load the script, and stop the process at the end.

        Raises:
            ScriptedProviderError: The process did not start.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "flowent.scripted", "--port", "0", "--relaxed", "--attached"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            self._address = await _address_of(process)
            await self.load(self._script)
            yield self
        finally:
            await _stop(process)

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        return self._address

    def base_url(self, name: FormatName) -> str:
        """The base URL that the SDK of this format takes: with `/v1` for OpenAI's, without a version for the others."""
        return self._address + _BASE_PATHS[name]

    async def load(self, script: Script | Mapping[str, object] | Path | str) -> None:
        """Replace the script; all records begin anew.

        Raises:
            ScriptError: The script cannot be used.
        """
        self._script = read_script(script)
        await self._control("POST", "script", self._script.model_dump_json(exclude_unset=True).encode())

    async def reset(self) -> None:
        """Begin the same script again; all records begin anew."""
        await self._control("POST", "reset")

    async def release(self) -> None:
        """Let every answer go on that a step holds (`hold_after`) and that was asked for until now."""
        await self._control("POST", "release")

    async def report(self) -> Report:
        """What has happened since the script was loaded."""
        return Report.model_validate_json(await self._control("GET", "report"))

    async def wait_until(self, condition: Callable[[Report], bool], seconds: float = 5) -> Report:
        """Wait until the report fulfils a condition, for example that a client has left; gives that report.

        Raises:
            TimeoutError: It did not within the time.
        """
        async with asyncio.timeout(seconds):
            while True:
                report = await self.report()
                if condition(report):
                    return report
                await asyncio.sleep(_POLL_SECONDS)

    async def assert_finished(self) -> None:
        """Check that every step was used and nothing else came.

        Raises:
            AssertionError: Lists unexpected requests, failed expectations, illegal histories and unused steps.
        """
        problems = (await self.report()).problems
        if problems:
            raise AssertionError("The script was not played as written:\n" + "\n".join(f"- {one}" for one in problems))

    async def _control(self, method: str, path: str, body: bytes | None = None) -> bytes:
        # The standard library's client blocks, so it works in a thread; it needs nothing installed.
        return await asyncio.to_thread(_exchange, f"{self._address}/__scripted__/{path}", method, body)


def _exchange(url: str, method: str, body: bytes | None) -> bytes:
    request = Request(url, data=body, method=method, headers={"content-type": "application/json"})  # noqa: S310 - loopback
    try:
        with urlopen(request, timeout=_CONTROL_SECONDS) as response:  # noqa: S310 - loopback
            return response.read()
    except HTTPError as error:
        with error:
            raise ScriptError(error.read().decode()) from error


async def _address_of(process: asyncio.subprocess.Process) -> str:
    output = process.stdout
    if output is None:
        raise ScriptedProviderError("The provider's output is not connected.")
    try:
        async with asyncio.timeout(_START_SECONDS):
            line = (await output.readline()).decode()
    except TimeoutError as error:
        raise ScriptedProviderError("The provider did not start in time.") from error
    if not line.startswith(ADDRESS_LINE):
        raise ScriptedProviderError(f"The provider did not start; it said {line!r}.")
    return line.removeprefix(ADDRESS_LINE).strip()


async def _stop(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
