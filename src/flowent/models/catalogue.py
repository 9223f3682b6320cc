"""What is publicly known of models: context windows and prices, from genai-prices.

Two rules keep it honest. A price belongs to a provider's own address: a proxy or another seller may charge something
else, so elsewhere the price is unknown, which is not the same as free. A window belongs to a model and is taken for
any address on the internet, but not for a server on this machine or its network, which serves a model as its owner
has set it up.

Reading the data takes 0.2 to 0.4 seconds of CPU, once; `load` does it in a thread. Afterwards every question is
answered from memory.
"""

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flowent.domain.usage import Cost, Usage
from flowent.models.base import Format, ModelFacts
from flowent.models.warm import no_full_collections

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

_FAMILIES: dict[Format, str] = {
    "openai": "openai",
    "openai_responses": "openai",
    "anthropic": "anthropic",
    "gemini": "google",
}
"""Whose models a format was made for."""

_MILLION = Decimal(1_000_000)

_LOCAL_NAME = re.compile(r"localhost|[^.]+|.*\.(local|lan|internal|home\.arpa|localhost)")


@dataclass(frozen=True, slots=True)
class _Known:
    """A model as the data have it; without a seller where its price is not this address's."""

    model: "ModelInfo"
    seller: "Provider | None"


async def load() -> None:
    """Read the data, off the event loop."""
    await asyncio.to_thread(_load_quietly)


def facts(wire_format: Format, base_url: str, model: str, override: ModelFacts | None = None) -> ModelFacts:
    """Tell what is known of a model at an address; what a person has set counts before it."""
    return _merge(override, _look_up(wire_format, base_url, model))


def complete(told: ModelFacts, wire_format: Format, base_url: str) -> ModelFacts:
    """Add what is known to what the provider itself tells of a model."""
    return _merge(told, _look_up(wire_format, base_url, told.id))


def cost(
    usage: Usage, wire_format: Format, base_url: str, model: str, override: ModelFacts | None = None
) -> Cost | None:
    """Price a step's tokens; None where the price is unknown.

    Prices that a person has set count before the catalogue's. Prices that depend on the size of the request or on the
    time of day are the catalogue's as of now.
    """
    if override is not None and override.input_price is not None and override.output_price is not None:
        return Cost(amount=_plain_price(usage, override, override.input_price, override.output_price))
    known = _find(wire_format, base_url, model)
    if known is None or known.seller is None:
        return None
    from genai_prices.types import Usage as Tokens  # noqa: PLC0415 - expensive to import

    tokens = Tokens(
        input_tokens=usage.input,
        cache_read_tokens=usage.cached,
        cache_write_tokens=usage.cache_written,
        output_tokens=usage.output,
    )
    price = known.model.calc_price(tokens, known.seller, genai_request_timestamp=datetime.now(UTC))
    return Cost(amount=price.total_price)


def _plain_price(usage: Usage, override: ModelFacts, input_price: float, output_price: float) -> Decimal:
    cached_price = input_price if override.cached_price is None else override.cached_price
    paid = (
        (usage.input - usage.cached) * Decimal(str(input_price))
        + usage.cached * Decimal(str(cached_price))
        + usage.output * Decimal(str(output_price))
    )
    return paid / _MILLION


def _merge(first: ModelFacts | None, second: ModelFacts) -> ModelFacts:
    """Fill the first one's gaps from the second."""
    if first is None:
        return second
    gaps = {
        name: value
        for name in ModelFacts.__dataclass_fields__
        if getattr(first, name) is None and (value := getattr(second, name)) is not None
    }
    return replace(first, **gaps)


@lru_cache(maxsize=4_096)
def _look_up(wire_format: Format, base_url: str, model: str) -> ModelFacts:
    known = _find(wire_format, base_url, model)
    if known is None:
        return ModelFacts(id=model)
    found = ModelFacts(id=model, name=known.model.name, context_window=known.model.context_window)
    if known.seller is None:
        return found
    prices = known.model.get_prices(datetime.now(UTC))
    return replace(
        found,
        input_price=_base_price(prices.input_mtok),
        cached_price=_base_price(prices.cache_read_mtok),
        output_price=_base_price(prices.output_mtok),
    )


def _base_price(price: object) -> float | None:
    """Give the price of a small request where it depends on the size."""
    base = getattr(price, "base", price)
    return float(base) if isinstance(base, Decimal) else None


@lru_cache(maxsize=4_096)
def _find(wire_format: Format, base_url: str, model: str) -> _Known | None:
    """Look for the model where the address belongs to a known seller, else among the models of the format's maker."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - expensive to import

    if not model or _is_local(base_url):
        return None
    snapshot = get_snapshot()
    try:
        seller, found = snapshot.find_provider_model(model, None, None, base_url)
    except LookupError:
        try:
            _, found = snapshot.find_provider_model(model, None, _FAMILIES[wire_format], None)
        except LookupError:
            return None
        return _Known(found, None)
    return _Known(found, seller)


def _is_local(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return _LOCAL_NAME.fullmatch(host) is not None


def _load_quietly() -> None:
    with no_full_collections():
        _find("openai", "https://api.openai.com/v1", "gpt-5")
