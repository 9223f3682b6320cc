"""Offers of a first start: found, shown without secrets, accepted by name."""

from dataclasses import dataclass

import pytest

from flowent.models.base import ModelFacts
from flowent.settings.errors import InvalidInputError, UnknownOfferError
from flowent.settings.offers import Offer, Offers
from flowent.settings.provider_facts import Problem
from flowent.settings.providers import Providers
from flowent.settings.settings import SettingsService

from .conftest import Change, Put
from .fakes import CANARY, NOT_INSTALLED, FakeEmbedded, FakeModel, FakeModels, Register, failure
from .servers import LittleServer, empty_ollama, lm_studio, ollama


@dataclass
class Desk:
    """Makes offers from an environment and ports."""

    providers: Providers
    settings: SettingsService
    embedded: FakeEmbedded
    register: Register

    def offers(self, environment: dict[str, str] | None = None, *servers: LittleServer) -> Offers:
        return Offers(
            self.providers,
            self.settings,
            self.embedded,
            self.register,
            environment=environment or {},
            ports=[server.port for server in servers],
            seconds=5.0,
        )


@pytest.fixture
def desk(providers: Providers, settings: SettingsService, embedded: FakeEmbedded, register: Register) -> Desk:
    return Desk(providers, settings, embedded, register)


async def keys(offers: Offers) -> list[Offer]:
    return [offer for offer in await offers.find_offers() if offer.kind == "key"]


# Keys


async def test_a_key_is_offered_by_its_last_characters_only(desk: Desk, register: Register) -> None:
    (offer,) = await keys(desk.offers({"ANTHROPIC_API_KEY": f" {CANARY}\n"}))
    assert offer == Offer(
        id="key:ANTHROPIC_API_KEY",
        kind="key",
        name="Anthropic",
        provider_id="anthropic",
        format="anthropic",
        base_url="https://api.anthropic.com",
        variable="ANTHROPIC_API_KEY",
        key_last4="cdef",
    )
    assert CANARY not in f"{offer!r} {offer.model_dump_json()}"
    assert register.known == {CANARY}


async def test_every_known_service_is_found(desk: Desk) -> None:
    variables = ["OPENAI", "ANTHROPIC", "GEMINI", "OPENROUTER", "DEEPSEEK", "MISTRAL", "GROQ", "XAI"]
    offers = await keys(desk.offers({f"{variable}_API_KEY": CANARY for variable in variables}))
    assert {offer.variable for offer in offers} == {f"{variable}_API_KEY" for variable in variables}
    assert len({offer.provider_id for offer in offers}) == len(variables)


async def test_an_empty_variable_is_no_key(desk: Desk) -> None:
    assert await keys(desk.offers({"OPENAI_API_KEY": " "})) == []


async def test_geminis_own_variable_counts_before_googles(desk: Desk) -> None:
    (offer,) = await keys(desk.offers({"GOOGLE_API_KEY": CANARY, "GEMINI_API_KEY": "gemini-key-123"}))
    assert (offer.variable, offer.key_last4) == ("GEMINI_API_KEY", "-123")
    (offer,) = await keys(desk.offers({"GOOGLE_API_KEY": CANARY}))
    assert offer.variable == "GOOGLE_API_KEY"


async def test_another_base_url_is_respected(desk: Desk) -> None:
    environment = {
        "OPENAI_API_KEY": CANARY,
        "OPENAI_BASE_URL": "https://proxy.example/v1",
        "ANTHROPIC_API_KEY": CANARY,
        "ANTHROPIC_BASE_URL": "https://other.example",
    }
    found = {offer.provider_id: (offer.format, offer.base_url) for offer in await keys(desk.offers(environment))}
    assert found == {
        "openai": ("openai", "https://proxy.example/v1"),
        "anthropic": ("anthropic", "https://other.example"),
    }


async def test_openais_own_base_url_keeps_its_own_format(desk: Desk) -> None:
    environment = {"OPENAI_API_KEY": CANARY, "OPENAI_BASE_URL": "https://api.openai.com/v1/"}
    (offer,) = await keys(desk.offers(environment))
    assert (offer.format, offer.base_url) == ("openai_responses", "https://api.openai.com/v1")


async def test_accepting_a_key_makes_the_provider_and_the_default(
    desk: Desk, models: FakeModels, providers: Providers, settings: SettingsService
) -> None:
    models.adapter = FakeModel([ModelFacts("claude-opus-5"), ModelFacts("claude-sonnet-5")])
    accepted = await desk.offers({"ANTHROPIC_API_KEY": CANARY}).accept("key:ANTHROPIC_API_KEY")
    assert accepted.model_dump() == {
        "provider_id": "anthropic",
        "model": "claude-sonnet-5",
        "default": True,
        "failure": None,
    }
    assert providers.endpoint("anthropic").api_key == CANARY
    assert (settings.get().provider_id, settings.get().model) == ("anthropic", "claude-sonnet-5")


async def test_the_key_is_read_again_when_it_is_accepted(desk: Desk, providers: Providers) -> None:
    environment = {"OPENAI_API_KEY": "the-first-key"}
    offers = desk.offers(environment)
    await offers.find_offers()
    environment["OPENAI_API_KEY"] = "the-second-key"
    await offers.accept("key:OPENAI_API_KEY")
    assert providers.endpoint("openai").api_key == "the-second-key"
    del environment["OPENAI_API_KEY"]
    with pytest.raises(UnknownOfferError):
        await offers.accept("key:OPENAI_API_KEY")


async def test_a_default_that_is_set_stays(desk: Desk, put: Put, change: Change, settings: SettingsService) -> None:
    await put("mine", format="openai", base_url="https://api.example.com")
    await change(provider_id="mine", model="m")
    accepted = await desk.offers({"XAI_API_KEY": CANARY}).accept("key:XAI_API_KEY")
    assert not accepted.default
    assert (settings.get().provider_id, settings.get().model) == ("mine", "m")


async def test_a_default_that_is_gone_is_replaced(
    desk: Desk, put: Put, change: Change, providers: Providers, settings: SettingsService
) -> None:
    await put("mine", format="openai", base_url="https://api.example.com")
    await change(provider_id="mine", model="m")
    await providers.delete("mine")
    assert (await desk.offers({"XAI_API_KEY": CANARY}).accept("key:XAI_API_KEY")).default
    assert (settings.get().provider_id, settings.get().model) == ("xai", None)


async def test_a_key_that_is_not_accepted_is_said_so_and_kept(
    desk: Desk, models: FakeModels, providers: Providers
) -> None:
    models.adapter = FakeModel(failure("bad_key"))
    accepted = await desk.offers({"XAI_API_KEY": CANARY}).accept("key:XAI_API_KEY")
    assert accepted.failure is not None
    assert (accepted.failure.kind, accepted.model) == ("bad_key", None)
    assert "xai" in providers


async def test_a_provider_that_is_there_is_not_overwritten(desk: Desk, put: Put, providers: Providers) -> None:
    await put("openai", format="openai", base_url="https://proxy.example", api_key="my-own-key-1")
    offers = desk.offers({"OPENAI_API_KEY": CANARY})
    assert [offer.configured for offer in await keys(offers)] == [True]
    with pytest.raises(InvalidInputError, match="provider openai already"):
        await offers.accept("key:OPENAI_API_KEY")
    assert providers.endpoint("openai").api_key == "my-own-key-1"


async def test_a_bad_base_url_in_the_environment_is_named(desk: Desk, providers: Providers) -> None:
    environment = {"OPENAI_API_KEY": CANARY, "OPENAI_BASE_URL": "proxy.example"}
    with pytest.raises(InvalidInputError) as caught:
        await desk.offers(environment).accept("key:OPENAI_API_KEY")
    assert caught.value.field == "base_url"
    assert "openai" not in providers


@pytest.mark.parametrize("offer_id", ["", "key:", "key:PATH", "key:HOME", "server:22", "server:x", "other"])
async def test_what_was_not_offered_cannot_be_accepted(desk: Desk, offer_id: str) -> None:
    environment = {"PATH": CANARY, "HOME": CANARY, "OPENAI_API_KEY": CANARY}
    with pytest.raises(UnknownOfferError):
        await desk.offers(environment).accept(offer_id)


# Servers on this machine


async def test_local_servers_are_offered_with_their_models(desk: Desk) -> None:
    async with ollama() as first, empty_ollama() as second:
        offers = [offer for offer in await desk.offers({}, first, second).find_offers() if offer.kind == "server"]
    assert [offer.id for offer in offers] == [f"server:{first.port}", f"server:{second.port}"]
    assert [offer.models for offer in offers] == [("qwen3:8b", "gemma:4b"), ()]
    assert offers[0].problem is None
    assert offers[1].problem is not None
    assert offers[1].problem.message == "Ollama has no model."


async def test_accepting_a_server_keeps_its_models(desk: Desk, providers: Providers, settings: SettingsService) -> None:
    async with lm_studio() as server:
        accepted = await desk.offers({}, server).accept(f"server:{server.port}")
    assert (accepted.provider_id, accepted.model, accepted.default) == ("lm-studio", "seen-7b", True)
    view = providers.get("lm-studio")
    assert (view.format, view.base_url, view.has_key) == ("openai", f"http://127.0.0.1:{server.port}/v1", False)
    assert [(entry.id, entry.context_window) for entry in view.models] == [("seen-7b", 8_192), ("big-8b", None)]
    assert settings.get().model == "seen-7b"


async def test_a_server_that_left_cannot_be_accepted(desk: Desk) -> None:
    async with ollama() as server:
        offers = desk.offers({}, server)
    with pytest.raises(UnknownOfferError):
        await offers.accept(f"server:{server.port}")


# The embedded model


async def test_the_embedded_model_is_always_shown(desk: Desk, embedded: FakeEmbedded) -> None:
    (offer,) = await desk.offers().find_offers()
    assert (offer.id, offer.name, offer.models, offer.problem) == ("embedded", "Embedded model", ("small",), None)
    embedded.problem = NOT_INSTALLED
    (offer,) = await desk.offers().find_offers()
    assert offer.problem == Problem(message=NOT_INSTALLED.message, remedy=NOT_INSTALLED.remedy)


async def test_accepting_the_embedded_model_makes_it_the_default(desk: Desk, settings: SettingsService) -> None:
    accepted = await desk.offers().accept("embedded")
    assert (accepted.provider_id, accepted.default) == ("embedded", True)
    assert settings.get().provider_id == "embedded"
    (offer,) = await desk.offers().find_offers()
    assert offer.configured


async def test_an_embedded_model_that_is_not_there_cannot_be_accepted(desk: Desk, embedded: FakeEmbedded) -> None:
    embedded.problem = NOT_INSTALLED
    with pytest.raises(InvalidInputError) as caught:
        await desk.offers().accept("embedded")
    assert caught.value.remedy == NOT_INSTALLED.remedy
