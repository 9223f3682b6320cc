"""The configured providers: kept in the database with their secrets sealed, held in memory opened.

Invariants:

- reading never touches the database: `load` fills the memory once, and each change is committed before it is seen;
- a secret leaves only through `endpoint`, which goes to the model layer; views and errors hold none;
- a secret that the redactor should know is registered before anything is done with it, and stays registered while the
  process lives: a request that is under way may still carry a key that was just replaced;
- secrets that cannot be opened are never overwritten: only `delete` removes them.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from flowent.models.base import Endpoint, Model, ModelFacts
from flowent.settings.connection import ConnectionTest, check_connection, list_models
from flowent.settings.errors import UnknownProviderError
from flowent.settings.provider_facts import ModelEntry, Provider, ProviderInput, ProviderView
from flowent.settings.provider_merge import merge
from flowent.settings.provider_rows import from_row, to_row
from flowent.settings.secrets import Secrets
from flowent.store.base import SettingsStore

SHORTEST_REDACTED = 12
"""Characters from which on a secret is taken out of texts; shorter ones would tear ordinary words apart."""

PUBLIC_HEADERS = frozenset(
    {
        "accept",
        "accept-language",
        "anthropic-beta",
        "anthropic-version",
        "http-referer",
        "openai-beta",
        "openai-organization",
        "openai-project",
        "referer",
        "user-agent",
        "x-openrouter-title",
        "x-title",
    }
)
"""Headers whose values are no secret by their definition: redacting them would take a site's address, for example,
out of every conversation that mentions it."""


class SecretRegister(Protocol):
    """Where secrets are made known that must not be in any log or journal."""

    def register(self, secret: str, /) -> object:
        """Redact that secret from now on; once more is no harm."""
        ...


class Models(Protocol):
    """Gives the adapter for an endpoint."""

    def get(self, endpoint: Endpoint) -> Model:
        """Make it, or give the one made before."""
        ...


class Providers:
    """The providers; see the module's invariants."""

    def __init__(
        self,
        store: SettingsStore,
        secrets: Secrets,
        register: SecretRegister,
        models: Models,
        *,
        now: Callable[[], int],
    ) -> None:
        """Take the ports; ``now`` gives milliseconds since 1970 UTC. `load` must run before anything else."""
        self._store = store
        self._secrets = secrets
        self._register = register
        self._models = models
        self._now = now
        self._providers: dict[str, Provider] = {}
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Read all providers from the database; raises StoreError or StoredSettingsError.

        A provider whose secrets cannot be opened is listed with its problem.
        """
        providers = [from_row(row, self._secrets) for row in await self._store.list_providers()]
        for provider in providers:
            self._make_known(provider)
        self._providers = {provider.id: provider for provider in providers}

    def list(self) -> list[ProviderView]:
        """Give all providers, oldest first."""
        return [provider.view() for provider in sorted(self._providers.values(), key=_age)]

    def get(self, provider_id: str) -> ProviderView:
        """Give one; raises UnknownProviderError."""
        return self._provider(provider_id).view()

    def __contains__(self, provider_id: object) -> bool:
        """Whether there is such a provider."""
        return provider_id in self._providers

    def endpoint(self, provider_id: str) -> Endpoint:
        """Give how a provider is reached, key included; raises UnknownProviderError or SecretsError."""
        return self._provider(provider_id).endpoint()

    def entries(self, provider_id: str) -> Mapping[str, ModelEntry]:
        """Give the models that a person wrote down, in their order, by id; raises UnknownProviderError."""
        return {entry.id: entry for entry in self._provider(provider_id).models}

    async def put(self, provider_id: str, given: ProviderInput) -> ProviderView:
        """Add a provider, or change what is given of one (see `ProviderInput`).

        Raises InvalidInputError (also where a stored key would go to another origin), SecretsError and StoreError;
        nothing is changed then.
        """
        async with self._changing:
            provider = merge(provider_id, self._providers.get(provider_id), given, now=self._now())
            self._make_known(provider)
            await self._write(provider)
            return provider.view()

    async def delete(self, provider_id: str) -> None:
        """Remove a provider with its secrets; raises UnknownProviderError."""
        async with self._changing:
            self._provider(provider_id)
            await self._store.delete_provider(provider_id)
            del self._providers[provider_id]

    async def rotate(self) -> int:
        """Seal again what an older key sealed; gives how many rows, after which the older keys may be removed.

        Raises SecretsError for the first provider whose secrets cannot be opened: its key is still needed.
        """
        async with self._changing:
            resealed = 0
            for provider in list(self._providers.values()):
                if provider.problem is not None:
                    raise provider.problem.renewed()
                if provider.sealed and not self._secrets.sealed_with_first(provider.sealed):
                    await self._write(provider)
                    resealed += 1
            return resealed

    async def list_models(self, provider_id: str) -> Sequence[ModelFacts]:
        """Ask the provider for its models; what a person wrote down comes first and wins.

        Raises UnknownProviderError, SecretsError and ModelError.
        """
        endpoint = self.endpoint(provider_id)
        return await list_models(self._models.get(endpoint), self.entries(provider_id))

    async def test(self, provider_id: str, model: str | None = None) -> ConnectionTest:
        """List the models and ask one of them for a word: ``model``, or the first that fits.

        Raises UnknownProviderError; whatever else goes wrong is in the result.
        """
        return await check_connection(self._provider(provider_id), self._models.get, model)

    def _provider(self, provider_id: str) -> Provider:
        try:
            return self._providers[provider_id]
        except KeyError:
            raise UnknownProviderError(provider_id) from None

    def _make_known(self, provider: Provider) -> None:
        secret = [provider.api_key or ""]
        for name, value in provider.headers.items():
            if name not in PUBLIC_HEADERS:
                # "Bearer abc": what follows the scheme is the secret, and may turn up without it.
                secret += [value, value.partition(" ")[2].strip()]
        for value in secret:
            if len(value) >= SHORTEST_REDACTED:
                self._register.register(value)

    async def _write(self, provider: Provider) -> None:
        row = to_row(provider, self._secrets)
        await self._store.put_provider(row)
        self._providers[provider.id] = replace(provider, sealed=row.secrets)


def _age(provider: Provider) -> tuple[int, str]:
    return provider.created_at, provider.id
