"""What a first start can offer: keys in the environment, servers on this machine, the embedded model.

Nothing is used before a person accepts it. A key is read from the environment when it is offered (its last four
characters are shown) and again when it is accepted; a client only ever names the offer.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import SecretStr

from flowent.domain.failures import Failure
from flowent.domain.values import Fact
from flowent.models.base import Format, ModelError
from flowent.settings.errors import InvalidInputError, UnknownOfferError
from flowent.settings.local_servers import PORTS, LocalServer, find_server, find_servers
from flowent.settings.ports import EMBEDDED_ID, EmbeddedModel
from flowent.settings.provider_facts import ModelEntry, Problem, ProviderInput, last4
from flowent.settings.providers import Providers, SecretRegister
from flowent.settings.services import SERVICES, Service
from flowent.settings.settings import SettingsPatch, SettingsService
from flowent.settings.suggestions import suggest


class Offer(Fact):
    """Something that could answer. Accepting it makes the provider ``provider_id``; ``configured`` says that one of
    that id is there already. ``variable`` and ``key_last4`` tell which key was found, ``models`` what a local server
    lists. ``problem`` says what is missing.
    """

    id: str
    kind: Literal["key", "server", "embedded"]
    name: str
    provider_id: str
    format: Format
    base_url: str | None = None
    variable: str | None = None
    key_last4: str | None = None
    models: tuple[str, ...] = ()
    configured: bool = False
    problem: Problem | None = None


class Accepted(Fact):
    """What came of an accepted offer.

    ``model`` is the one that was chosen for a start, None where none suggests itself; ``default`` says that it now
    answers where a conversation names nothing else. ``failure`` is why the provider could not list its models.
    """

    provider_id: str
    model: str | None
    default: bool
    failure: Failure | None = None


class Offers:
    """Finds offers and accepts them."""

    def __init__(
        self,
        providers: Providers,
        settings: SettingsService,
        embedded: EmbeddedModel,
        register: SecretRegister,
        *,
        environment: Mapping[str, str],
        ports: Sequence[int] = PORTS,
        seconds: float = 1.0,
    ) -> None:
        """Take the ports, the environment, and the loopback ports to ask, each for at most ``seconds``."""
        self._providers = providers
        self._settings = settings
        self._embedded = embedded
        self._register = register
        self._environment = environment
        self._ports = ports
        self._seconds = seconds

    async def find_offers(self) -> list[Offer]:
        """Look for everything at once; the most capable kind comes first."""
        keys = [offer for service in SERVICES if (offer := self._key_offer(service)) is not None]
        servers = await find_servers(self._ports, self._seconds)
        return [*keys, *(self._server_offer(server) for server in servers), self._embedded_offer()]

    async def accept(self, offer_id: str) -> Accepted:
        """Use what was offered, and make it the default where none is set.

        Raises UnknownOfferError where it is not there any more, InvalidInputError where the provider exists or cannot
        be used, SecretsError and StoreError.
        """
        if offer_id == EMBEDDED_ID:
            return await self._accept_embedded()
        kind, _, name = offer_id.partition(":")
        if kind == "key":
            for service in SERVICES:
                if name in service.key_variables and (key := self._value(name)):
                    return await self._accept_key(service, key)
        if kind == "server" and name in {str(port) for port in self._ports}:
            server = await find_server(int(name), self._seconds)
            if server is not None:
                return await self._accept_server(server)
        raise UnknownOfferError("offer_id", "This is not offered any more.", "Look again for what there is to use.")

    # Keys

    def _key_offer(self, service: Service) -> Offer | None:
        for variable in service.key_variables:
            if key := self._value(variable):
                self._register.register(key)
                base_url, wire_format = self._address(service)
                return Offer(
                    id=f"key:{variable}",
                    kind="key",
                    name=service.name,
                    provider_id=service.provider_id,
                    format=wire_format,
                    base_url=base_url,
                    variable=variable,
                    key_last4=last4(key),
                    configured=service.provider_id in self._providers,
                )
        return None

    async def _accept_key(self, service: Service, key: str) -> Accepted:
        base_url, wire_format = self._address(service)
        await self._add(
            service.provider_id,
            ProviderInput(name=service.name, format=wire_format, base_url=base_url, api_key=SecretStr(key)),
        )
        try:
            listed = [facts.id for facts in await self._providers.list_models(service.provider_id)]
        except ModelError as error:
            # The provider stays: a person sees why it does not answer, and can correct it.
            return await self._accepted(service.provider_id, None, error.failure)
        return await self._accepted(service.provider_id, suggest(listed, service.families))

    def _address(self, service: Service) -> tuple[str, Format]:
        """Give base URL and format as the environment has them."""
        other = self._value(service.base_url_variable) if service.base_url_variable else ""
        if not other or other.rstrip("/") == service.base_url:
            return service.base_url, service.format
        return other, service.elsewhere or service.format

    def _value(self, variable: str) -> str:
        return self._environment.get(variable, "").strip()

    # Servers on this machine

    def _server_offer(self, server: LocalServer) -> Offer:
        nothing = Problem(message=f"{server.name} has no model.", remedy="Download or load one there, then look again.")
        return Offer(
            id=f"server:{server.port}",
            kind="server",
            name=server.name,
            provider_id=server.provider_id,
            format="openai",
            base_url=server.base_url,
            models=tuple(entry.id for entry in server.models),
            configured=server.provider_id in self._providers,
            problem=None if server.models else nothing,
        )

    async def _accept_server(self, server: LocalServer) -> Accepted:
        entries: tuple[ModelEntry, ...] = server.models
        await self._add(
            server.provider_id,
            ProviderInput(name=server.name, format="openai", base_url=server.base_url, models=entries),
        )
        return await self._accepted(server.provider_id, entries[0].id if entries else None)

    # The embedded model

    def _embedded_offer(self) -> Offer:
        facts, reason = self._embedded.facts, self._embedded.unavailable()
        return Offer(
            id=EMBEDDED_ID,
            kind="embedded",
            name=facts.name or facts.id,
            provider_id=EMBEDDED_ID,
            format="openai",
            models=(facts.id,),
            configured=self._settings.get().provider_id == EMBEDDED_ID,
            problem=Problem(message=reason.message, remedy=reason.remedy) if reason else None,
        )

    async def _accept_embedded(self) -> Accepted:
        model = self._embedded.facts.id
        await self._settings.merge(SettingsPatch(provider_id=EMBEDDED_ID, model=model))
        return Accepted(provider_id=EMBEDDED_ID, model=model, default=True)

    # Both

    async def _add(self, provider_id: str, given: ProviderInput) -> None:
        if provider_id in self._providers:
            raise InvalidInputError(
                "offer_id",
                f"There is a provider {provider_id} already.",
                "Change it in the settings, or delete it first.",
            )
        await self._providers.put(provider_id, given)

    async def _accepted(self, provider_id: str, model: str | None, failure: Failure | None = None) -> Accepted:
        current = self._settings.get().provider_id
        default = current is None or (current != EMBEDDED_ID and current not in self._providers)
        if default:
            await self._settings.merge(SettingsPatch(provider_id=provider_id, model=model))
        return Accepted(provider_id=provider_id, model=model, default=default, failure=failure)
