"""Reads a server's list of models, with whatever it says of them beyond their ids."""

from pydantic import JsonValue
from pydantic_core import from_json

from flowent.domain.values import JsonObject
from flowent.models.base import ModelFacts

_WINDOW_FIELDS = ("context_length", "context_window", "max_context_length", "max_model_len")
"""OpenRouter's and Together's, Groq's, Mistral's, vLLM's."""


def read_models(body: bytes) -> list[ModelFacts]:
    """Give the models in the server's order, each once; raises ValueError for anything but a list of models.

    OpenAI wraps the list in `data`; Together sends it bare. Prices are OpenRouter's.
    """
    document: JsonValue = from_json(body)
    models = document.get("data") if isinstance(document, dict) else document
    if models is None and isinstance(document, dict) and document.get("object") == "list":
        models = []  # Ollama without any model
    if not isinstance(models, list):
        raise ValueError("no list of models")
    facts = (_facts(model) for model in models if isinstance(model, dict))
    return list({fact.id: fact for fact in facts if fact.id}.values())


def _facts(model: JsonObject) -> ModelFacts:
    name, model_id = model.get("name"), model.get("id")
    provider = _object(model.get("top_provider"))
    pricing = _object(model.get("pricing"))
    meta = _object(model.get("meta"))
    window = next((count for field in _WINDOW_FIELDS if (count := _count(model.get(field)))), None)
    return ModelFacts(
        id=model_id if isinstance(model_id, str) else "",
        name=name if isinstance(name, str) and name != model_id else None,
        context_window=window or _count(meta.get("n_ctx")),  # llama.cpp
        max_output_tokens=_count(provider.get("max_completion_tokens")) or _count(model.get("max_completion_tokens")),
        input_price=_price(pricing.get("prompt")),
        cached_price=_price(pricing.get("input_cache_read")),
        output_price=_price(pricing.get("completion")),
    )


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _count(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _price(value: JsonValue) -> float | None:
    """Give dollars for a million tokens; OpenRouter writes dollars for one, and -1 where the price varies."""
    try:
        price = float(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if price is None or price < 0 else round(price * 1_000_000, 6)
