"""One provider process for all tests of this folder; each test loads a script of its own."""

from collections.abc import AsyncGenerator

import pytest_asyncio

from flowent.scripted.process import ScriptedProvider


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def provider() -> AsyncGenerator[ScriptedProvider]:
    async with ScriptedProvider().start() as running:
        yield running
