"""Whether a provider can be reached and answers: its models, and one word from one of them."""

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from flowent.domain.failures import Failure, FailureKind
from flowent.domain.parts import TextPart
from flowent.domain.transcript import PersonEntry
from flowent.domain.values import Fact
from flowent.models.base import Endpoint, Model, ModelError, ModelFacts, ModelRequest
from flowent.settings.errors import SecretsError
from flowent.settings.provider_facts import ModelEntry, Provider
from flowent.settings.suggestions import chat_models

_FEWEST_TOKENS = 16
"""What OpenAI's Responses format demands at least as `max_output_tokens`."""

_NO_LIST: frozenset[FailureKind] = frozenset({"bad_request", "unknown_model", "malformed_stream"})
"""How a server without a list of models answers; it may answer questions nevertheless."""

_REACHED: frozenset[FailureKind] = frozenset({"empty_answer", "length_limit"})
"""Failures of an answer that the model itself gave: a thinking one may spend its few tokens before it says a word."""


class ConnectionTest(Fact):
    """What came of a test. ``latency_ms`` is the time until the first piece of the answer arrived.

    ``models`` counts what the provider lists, None where it has no list.
    """

    ok: bool
    model: str | None = None
    models: int | None = None
    latency_ms: int | None = None
    failure: Failure | None = None


async def list_models(adapter: Model, entries: Mapping[str, ModelEntry]) -> list[ModelFacts]:
    """Ask for the models and lay a person's own entries over them, these first; raises ModelError."""
    listed = {facts.id: facts for facts in await adapter.list_models()}
    own = [_overlay(listed.get(entry.id, ModelFacts(entry.id)), entry) for entry in entries.values()]
    return own + [facts for facts in listed.values() if facts.id not in entries]


def _overlay(facts: ModelFacts, entry: ModelEntry) -> ModelFacts:
    return replace(facts, **entry.model_dump(exclude_none=True))


async def check_connection(
    provider: Provider, adapter_for: Callable[[Endpoint], Model], model: str | None
) -> ConnectionTest:
    """List the models and ask one of them; never raises for what a provider does."""
    try:
        adapter = adapter_for(provider.endpoint())
    except SecretsError as error:
        return ConnectionTest(ok=False, failure=unreadable_key(provider.name, error))
    entries = {entry.id: entry for entry in provider.models}
    listed: int | None = None
    chosen = model or next(iter(entries), None)
    try:
        found = [facts.id for facts in await list_models(adapter, entries)]
        listed = len(found)
        chosen = chosen or next(iter(chat_models(found)), None)
    except ModelError as error:
        if error.failure.kind not in _NO_LIST or chosen is None:
            return ConnectionTest(ok=False, model=chosen, failure=error.failure)
    if chosen is None:
        return ConnectionTest(ok=False, models=listed, failure=_no_model(provider.name))
    try:
        latency = await _ask(adapter, chosen)
    except ModelError as error:
        return ConnectionTest(ok=False, model=chosen, models=listed, failure=error.failure)
    return ConnectionTest(ok=True, model=chosen, models=listed, latency_ms=latency)


def unreadable_key(name: str, error: SecretsError) -> Failure:
    """Say that a provider's stored secrets cannot be used."""
    return Failure(
        kind="bad_key", title=f"The stored key of {name} cannot be read", message=error.message, remedy=error.remedy
    )


async def _ask(adapter: Model, model: str) -> int:
    """Ask for one word; gives the milliseconds until something came."""
    question = PersonEntry((TextPart(id="question", text="Answer with the single word: yes"),))
    request = ModelRequest(
        model=model,
        instructions=(),
        entries=(question,),
        tools=(),
        read_blob=_no_blob,
        max_output_tokens=_FEWEST_TOKENS,
    )
    start = time.monotonic()
    try:
        # The first piece tells enough; closing the stream hangs up, so that nothing more is written and paid for.
        async with contextlib.aclosing(adapter.stream(request)) as batches:
            async for _ in batches:
                break
    except ModelError as error:
        if error.failure.kind not in _REACHED:
            raise
    return round((time.monotonic() - start) * 1_000)


async def _no_blob(sha256: str) -> bytes:
    raise KeyError(sha256)


def _no_model(name: str) -> Failure:
    return Failure(
        kind="no_model",
        title="No model to ask",
        message=f"{name} answers, but lists no model that could be asked.",
        remedy="Load or download a model there, or write a model's id into the provider's models in the settings.",
    )
