"""What most tests of the settings layer begin with."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import JsonValue

from flowent.settings.errors import parse
from flowent.settings.provider_facts import ProviderInput, ProviderView
from flowent.settings.providers import Providers
from flowent.settings.settings import Settings, SettingsPatch, SettingsService

from .fakes import FakeEmbedded, FakeModels, MemoryStore, Register, box

Put = Callable[..., Awaitable[ProviderView]]
Change = Callable[..., Awaitable[Settings]]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


@pytest.fixture
async def providers(store: MemoryStore, register: Register, models: FakeModels) -> Providers:
    providers = Providers(store, box(), register, models, now=lambda: 1_000)
    await providers.load()
    return providers


@pytest.fixture
def put(providers: Providers) -> Put:
    """Put a provider as a client does: with the fields of its JSON."""

    async def put(provider_id: str = "main", **fields: JsonValue) -> ProviderView:
        return await providers.put(provider_id, parse(ProviderInput, fields))

    return put


@pytest.fixture
def embedded() -> FakeEmbedded:
    return FakeEmbedded()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory with Flowent's data in it."""
    home = tmp_path / "home" / "ada"
    (home / ".local" / "flowent").mkdir(parents=True)
    return home


@pytest.fixture
async def settings(store: MemoryStore, providers: Providers, embedded: FakeEmbedded, home: Path) -> SettingsService:
    private = [home / ".local" / "flowent", home / "keys" / "secret.key"]
    service = SettingsService(store, providers, embedded, home=home, private=private)
    await service.load()
    return service


@pytest.fixture
def change(settings: SettingsService) -> Change:
    """Change settings as a client does: with the fields of its JSON."""

    async def change(**fields: JsonValue) -> Settings:
        return await settings.merge(parse(SettingsPatch, fields))

    return change
