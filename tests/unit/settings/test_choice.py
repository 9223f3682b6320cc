"""Which model answers: the order of what is asked for, and that nothing else ever answers in its place."""

from dataclasses import asdict, replace

import pytest

from flowent.domain.failures import Failure
from flowent.domain.values import ReasoningEffort
from flowent.models.base import Format, ModelFacts
from flowent.settings.choice import Choice, ModelChooser
from flowent.settings.providers import Providers
from flowent.settings.secrets import KEY_SIZE
from flowent.settings.settings import SettingsService

from .conftest import Change, Put
from .fakes import NOT_INSTALLED, FakeEmbedded, FakeModels, MemoryStore, Register, box, failure

URL = "https://api.example.com/v1"


def catalogue(wire_format: Format, base_url: str, model: str, override: ModelFacts | None) -> ModelFacts:
    """Know something of every model at that address, and fill an override's gaps with it."""
    assert (wire_format, base_url) == ("openai", URL)
    known = ModelFacts(model, context_window=100_000, input_price=1.0)
    return replace(known, **{name: value for name, value in asdict(override).items() if value}) if override else known


class Asked:
    """A chooser whose answers are told in one line."""

    def __init__(self, chooser: ModelChooser) -> None:
        self.chooser = chooser

    async def choice(
        self, provider: str | None = None, model: str | None = None, effort: ReasoningEffort | None = None
    ) -> Choice:
        chosen = await self.chooser.choose_model(provider, model, effort)
        assert isinstance(chosen, Choice), chosen
        return chosen

    async def which(self, provider: str | None = None, model: str | None = None) -> tuple[str, str]:
        chosen = await self.choice(provider, model)
        return chosen.endpoint.provider_id, chosen.model

    async def failure(self, provider: str | None = None, model: str | None = None) -> Failure:
        chosen = await self.chooser.choose_model(provider, model, None)
        assert isinstance(chosen, Failure), chosen
        assert chosen.remedy
        return chosen


@pytest.fixture
def asked(settings: SettingsService, providers: Providers, embedded: FakeEmbedded) -> Asked:
    return Asked(ModelChooser(settings, providers, embedded, catalogue))


@pytest.fixture
async def two(put: Put) -> None:
    """Two providers, each with a model."""
    await put("a", format="openai", base_url=URL, models=[{"id": "a-1"}, {"id": "a-2"}])
    await put("b", format="openai", base_url=URL, models=[{"id": "b-1"}])


@pytest.mark.usefixtures("two")
async def test_the_conversations_own_comes_first(asked: Asked, change: Change) -> None:
    await change(provider_id="a", model="a-2")
    assert await asked.which("b", "b-9") == ("b", "b-9")


@pytest.mark.usefixtures("two")
async def test_a_conversation_may_name_only_a_provider(asked: Asked, change: Change) -> None:
    await change(provider_id="a", model="a-2")
    assert await asked.which("a") == ("a", "a-2")
    assert await asked.which("b") == ("b", "b-1")


@pytest.mark.usefixtures("two")
async def test_a_conversation_may_name_only_a_model(asked: Asked, change: Change) -> None:
    await change(provider_id="a", model="a-2")
    assert await asked.which(None, "a-7") == ("a", "a-7")


@pytest.mark.usefixtures("two")
async def test_the_settings_come_second(asked: Asked, change: Change) -> None:
    await change(provider_id="b")
    assert await asked.which() == ("b", "b-1")
    await change(model="b-5")
    assert await asked.which() == ("b", "b-5")


async def test_a_lone_provider_comes_third(asked: Asked, put: Put, change: Change) -> None:
    await put("a", format="openai", base_url=URL, models=[{"id": "a-1"}])
    assert await asked.which() == ("a", "a-1")
    await change(model="a-3")
    assert await asked.which() == ("a", "a-3")


@pytest.mark.usefixtures("two")
async def test_the_only_one_with_the_model_is_taken(asked: Asked) -> None:
    assert await asked.which(None, "b-1") == ("b", "b-1")


async def test_providers_without_a_model_do_not_count(asked: Asked, put: Put) -> None:
    await put("empty", format="openai", base_url=URL)
    await put("a", format="openai", base_url=URL, models=[{"id": "a-1"}])
    assert await asked.which() == ("a", "a-1")


async def test_the_embedded_model_comes_last(asked: Asked, embedded: FakeEmbedded, put: Put) -> None:
    await put("empty", format="openai", base_url=URL)
    chosen = await asked.choice()
    assert (chosen.model, chosen.context_window, chosen.tools_supported) == ("small", 2_048, False)
    assert embedded.starts == 1


@pytest.mark.usefixtures("two")
async def test_the_embedded_model_can_be_the_default(asked: Asked, change: Change) -> None:
    await change(provider_id="embedded")
    assert await asked.which() == ("embedded", "small")


@pytest.mark.usefixtures("two")
async def test_the_same_question_gets_the_same_answer(asked: Asked, change: Change) -> None:
    await change(provider_id="a", model="a-2")
    assert await asked.choice() == await asked.choice()


# Failures


async def test_without_anything_the_failure_tells_how_to_add_a_model(asked: Asked, embedded: FakeEmbedded) -> None:
    embedded.problem = NOT_INSTALLED
    problem = await asked.failure()
    assert (problem.kind, problem.message) == ("no_model", "No model is configured.")
    assert "Add a provider in the settings" in problem.remedy
    assert NOT_INSTALLED.remedy in problem.remedy


@pytest.mark.usefixtures("two")
async def test_a_removed_provider_is_not_replaced_by_another(
    asked: Asked, change: Change, providers: Providers
) -> None:
    await change(provider_id="b")
    await providers.delete("a")
    assert "'a' was removed" in (await asked.failure("a", "a-1")).message


@pytest.mark.usefixtures("two")
async def test_a_removed_default_makes_way_for_the_next(asked: Asked, change: Change, providers: Providers) -> None:
    await change(provider_id="a", model="a-1")
    await providers.delete("a")
    # The model was the removed provider's; it is not asked of another one.
    assert await asked.which() == ("b", "b-1")


@pytest.mark.usefixtures("two")
async def test_several_providers_and_no_choice_is_said_so(asked: Asked, embedded: FakeEmbedded) -> None:
    embedded.problem = NOT_INSTALLED
    problem = await asked.failure()
    assert problem.message == "No model is chosen."
    assert "Choose a provider and a model" in problem.remedy


@pytest.mark.usefixtures("two")
async def test_a_model_that_nobody_lists_is_not_answered_by_the_embedded_one(asked: Asked) -> None:
    assert "which provider has the model x" in (await asked.failure(None, "x")).message


async def test_a_provider_without_a_model_is_said_so(asked: Asked, put: Put) -> None:
    await put("empty", format="openai", base_url=URL, name="Empty")
    assert "No model of Empty is chosen" in (await asked.failure("empty")).message


async def test_an_embedded_model_that_is_gone_is_said_so(asked: Asked, embedded: FakeEmbedded) -> None:
    embedded.problem = NOT_INSTALLED
    assert await asked.failure("embedded") == NOT_INSTALLED


async def test_an_embedded_model_that_does_not_start_gives_its_failure(asked: Asked, embedded: FakeEmbedded) -> None:
    embedded.failure = failure("overloaded")
    assert (await asked.failure()).kind == "overloaded"


async def test_a_key_that_cannot_be_opened_is_said_so(
    put: Put, store: MemoryStore, settings: SettingsService, embedded: FakeEmbedded
) -> None:
    await put("a", name="Mine", format="openai", base_url=URL, api_key="a-key-of-mine")
    wrong = Providers(store, box(b"o" * KEY_SIZE), Register(), FakeModels(), now=lambda: 0)
    await wrong.load()
    problem = await Asked(ModelChooser(settings, wrong, embedded, catalogue)).failure("a", "m")
    assert (problem.kind, problem.title) == ("bad_key", "The stored key of Mine cannot be read")


# What comes with the model


@pytest.mark.usefixtures("two")
async def test_the_effort_is_the_conversations_or_the_settings(asked: Asked, change: Change) -> None:
    await change(reasoning_effort="high")
    assert (await asked.choice("a")).effort == "high"
    assert (await asked.choice("a", effort="default")).effort == "default"


async def test_the_context_window_is_the_catalogues_unless_a_person_says_otherwise(
    asked: Asked, put: Put, change: Change
) -> None:
    await put("a", format="openai", base_url=URL, models=[{"id": "x"}, {"id": "y", "context_window": 9_000}])
    await change(provider_id="a", model="x")
    assert (await asked.choice()).context_window == 100_000
    assert (await asked.choice("a", "y")).context_window == 9_000
    await change(context_window=5_000)
    assert (await asked.choice()).context_window == 5_000
    assert (await asked.choice("a", "x")).context_window == 5_000
    assert (await asked.choice("a", "y")).context_window == 9_000


async def test_a_persons_entry_lies_over_the_catalogue(asked: Asked, put: Put) -> None:
    await put("a", format="openai", base_url=URL, models=[{"id": "x", "input_price": 3, "output_price": 4}])
    chosen = await asked.choice()
    assert chosen.override == ModelFacts("x", input_price=3.0, output_price=4.0)
    assert chosen.facts == ModelFacts("x", context_window=100_000, input_price=3.0, output_price=4.0)
    assert chosen.tools_supported
