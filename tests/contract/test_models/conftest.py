"""The scripted provider, and the models at it: one of each for all tests here, so that libraries are imported once."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from flowent.models.base import Format, Model
from flowent.models.registry import Models
from flowent.scripted.process import ScriptedProvider
from support.models import SCRIPTED, endpoint


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def provider() -> AsyncIterator[ScriptedProvider]:
    """One provider for all tests; each loads its own script."""
    async with ScriptedProvider().start() as started:
        yield started


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def models() -> AsyncIterator[Models]:
    """One registry for all tests."""
    made = Models()
    yield made
    await made.aclose()


@pytest.fixture
def model(wire_format: Format, provider: ScriptedProvider, models: Models) -> Model:
    """The format's model at the provider."""
    return models.get(endpoint(wire_format, provider.base_url(SCRIPTED[wire_format])))
