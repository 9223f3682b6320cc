"""Settings over the real adapter and a real server: what a test of the connection shows, and what it does not."""

from collections.abc import AsyncGenerator

import pytest

from flowent.models.registry import Models
from flowent.scripted.process import ScriptedProvider
from flowent.settings.errors import parse
from flowent.settings.provider_facts import ProviderInput
from flowent.settings.providers import Providers

from .fakes import CANARY, MemoryStore, Register, box

SCRIPT: dict[str, object] = {
    "api_key": CANARY,
    "models": {"ids": ["text-embedding-1", "m-1"]},
    "steps": [{"text": "yes, and much more than it was asked for", "repeat": "always", "optional": True}],
}


@pytest.fixture
async def server() -> AsyncGenerator[ScriptedProvider]:
    async with ScriptedProvider(SCRIPT).start() as server:
        yield server


@pytest.fixture
async def real(server: ScriptedProvider) -> AsyncGenerator[Providers]:
    models = Models()
    providers = Providers(MemoryStore(), box(), Register(), models, now=lambda: 0)
    given = {"format": "openai", "base_url": server.base_url("chat"), "api_key": CANARY}
    await providers.put("main", parse(ProviderInput, {**given}))
    yield providers
    await models.aclose()


async def test_a_good_key_is_answered(real: Providers, server: ScriptedProvider) -> None:
    result = await real.test("main")
    assert (result.ok, result.model, result.models) == (True, "m-1", 2)
    await server.assert_finished()


async def test_a_provider_that_quotes_the_key_does_not_reveal_it(real: Providers, server: ScriptedProvider) -> None:
    refused = {"status": 401, "error_message": f"No such key: {CANARY}"}
    await server.load({"models": refused})
    result = await real.test("main")
    assert result.failure is not None
    assert (result.failure.kind, result.failure.remedy != "") == ("bad_key", True)
    assert "No such key" in (result.failure.detail or "")
    assert CANARY not in f"{result!r} {result.model_dump_json()}"
