"""What is known of models, and what their tokens cost."""

import asyncio
import subprocess
import sys
from decimal import Decimal

import pytest

from flowent.domain.usage import Cost, Usage
from flowent.models import catalogue
from flowent.models.base import Format, ModelFacts

ANTHROPIC = "https://api.anthropic.com/v1"
OPENAI = "https://api.openai.com/v1"
GOOGLE = "https://generativelanguage.googleapis.com/v1beta"
PROXY = "https://models.example.com/v1"
LOCAL = "http://localhost:11434/v1"

USAGE = Usage(input=100_000, cached=40_000, output=10_000)


def test_a_model_at_its_makers_address_has_window_and_prices() -> None:
    facts = catalogue.facts("anthropic", ANTHROPIC, "claude-haiku-4-5")

    assert facts == ModelFacts(
        id="claude-haiku-4-5",
        name="Claude Haiku 4.5",
        context_window=200_000,
        input_price=1.0,
        cached_price=0.1,
        output_price=5.0,
    )


def test_the_price_of_a_step_counts_cached_tokens_apart() -> None:
    price = catalogue.cost(USAGE, "anthropic", ANTHROPIC, "claude-haiku-4-5")

    assert price == Cost(amount=Decimal("0.06") + Decimal("0.004") + Decimal("0.05"))


def test_a_large_request_costs_what_large_requests_cost() -> None:
    small = catalogue.cost(Usage(input=100_000), "gemini", GOOGLE, "gemini-2.5-pro")
    large = catalogue.cost(Usage(input=300_000), "gemini", GOOGLE, "gemini-2.5-pro")

    assert small == Cost(amount=Decimal("0.125"))
    assert large == Cost(amount=Decimal("0.75"))


@pytest.mark.parametrize(
    ("wire_format", "url", "model"),
    [
        ("anthropic", ANTHROPIC, "claude-nobody-knows"),
        ("anthropic", PROXY, "claude-haiku-4-5"),
        ("openai", PROXY, "gpt-5"),
        ("openai", LOCAL, "gpt-5"),
        ("openai", "http://192.168.1.20:8000/v1", "qwen3"),
        ("openai", OPENAI, ""),
    ],
)
def test_an_unknown_price_is_unknown_and_not_nothing(wire_format: Format, url: str, model: str) -> None:
    assert catalogue.cost(USAGE, wire_format, url, model) is None
    assert catalogue.facts(wire_format, url, model).input_price is None


def test_a_proxy_serves_a_model_with_its_window() -> None:
    assert catalogue.facts("openai", PROXY, "gpt-5").context_window == 400_000


@pytest.mark.parametrize(
    "url", [LOCAL, "http://127.0.0.1:8080/v1", "http://10.0.0.5/v1", "http://box.local/v1", "http://ollama:11434/v1"]
)
def test_a_server_on_this_network_has_whatever_window_its_owner_gave_it(url: str) -> None:
    assert catalogue.facts("openai", url, "gpt-5") == ModelFacts(id="gpt-5")


def test_what_a_person_has_set_counts_first() -> None:
    override = ModelFacts(id="claude-haiku-4-5", context_window=50_000, input_price=2.0, output_price=4.0)

    facts = catalogue.facts("anthropic", ANTHROPIC, "claude-haiku-4-5", override)
    price = catalogue.cost(USAGE, "anthropic", ANTHROPIC, "claude-haiku-4-5", override)

    assert facts.context_window == 50_000
    assert facts.input_price == 2.0
    assert facts.name == "Claude Haiku 4.5"
    assert price == Cost(amount=Decimal("0.24"))


def test_a_price_that_a_person_has_set_for_cached_tokens_counts_too() -> None:
    override = ModelFacts(id="m", input_price=2.0, cached_price=0.5, output_price=4.0)

    price = catalogue.cost(USAGE, "openai", LOCAL, "m", override)

    assert price == Cost(amount=Decimal("0.18"))


def test_free_is_not_unknown() -> None:
    override = ModelFacts(id="m", input_price=0.0, output_price=0.0)

    assert catalogue.cost(USAGE, "openai", LOCAL, "m", override) == Cost(amount=Decimal(0))


def test_what_a_provider_tells_counts_before_the_catalogue() -> None:
    told = ModelFacts(id="claude-haiku-4-5", context_window=1_000_000, max_output_tokens=64_000)

    facts = catalogue.complete(told, "anthropic", ANTHROPIC)

    assert (facts.context_window, facts.max_output_tokens, facts.output_price) == (1_000_000, 64_000, 5.0)


async def test_the_data_are_read_off_the_loop() -> None:
    await asyncio.wait_for(catalogue.load(), 30)


def test_importing_the_catalogue_reads_nothing() -> None:
    program = "import sys, flowent.models.catalogue; print(sorted(m for m in sys.modules if m == 'genai_prices'))"

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"
