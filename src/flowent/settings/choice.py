"""Which model answers a turn.

The first that applies, always the same for the same settings:

1. what the conversation names: a provider that was removed since is a failure, never silently another one, because
   that would send the conversation to somebody it was not meant for;
2. the default of the settings, as long as its provider is still there;
3. the only provider that could answer, where exactly one has a model (or the model that the conversation names);
4. the embedded model, where it is available;
5. a failure that says how to add a model.

Where a provider but no model is named, it is the settings' model for their own provider, else the first of the models
that a person wrote down for it.
"""

from dataclasses import dataclass, replace

from flowent.domain.failures import Failure
from flowent.domain.values import ReasoningEffort
from flowent.models.base import Endpoint, ModelError, ModelFacts
from flowent.settings.connection import unreadable_key
from flowent.settings.errors import SecretsError
from flowent.settings.ports import EMBEDDED_ID, Catalogue, EmbeddedModel
from flowent.settings.providers import Providers
from flowent.settings.settings import Settings, SettingsService

CHOOSE = "Choose a provider and a model in the settings, or for this conversation alone."


@dataclass(frozen=True, slots=True)
class Choice:
    """What answers. ``context_window`` is in tokens, None where nobody knows it.

    ``facts`` are the catalogue's with ``override``, a person's own entry, before them; ``tools_supported`` is false
    for a model that can only talk.
    """

    endpoint: Endpoint
    model: str
    effort: ReasoningEffort
    context_window: int | None
    tools_supported: bool
    facts: ModelFacts
    override: ModelFacts | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    provider_id: str
    model: str


class ModelChooser:
    """Chooses the model of a turn from what the conversation and the settings say."""

    def __init__(
        self, settings: SettingsService, providers: Providers, embedded: EmbeddedModel, catalogue: Catalogue
    ) -> None:
        """Take the ports; everything is read from memory."""
        self._settings = settings
        self._providers = providers
        self._embedded = embedded
        self._catalogue = catalogue

    async def choose_model(
        self, provider_id: str | None, model: str | None, effort: ReasoningEffort | None
    ) -> Choice | Failure:
        """Choose for a conversation that names these, None where it names nothing. Starts the embedded model."""
        settings = self._settings.get()
        match self._wanted(provider_id, model, settings):
            case Failure() as failure:
                return failure
            case _Wanted(provider_id=chosen_id, model=chosen):
                pass
        try:
            endpoint = await self._endpoint(chosen_id)
        except ModelError as error:
            return error.failure
        except SecretsError as error:
            return unreadable_key(self._providers.get(chosen_id).name, error)
        facts, override = self._facts(endpoint, chosen)
        window = facts.context_window
        if provider_id in {None, settings.provider_id} and model in {None, settings.model}:
            # The override was made for the settings' own model; another one has another window.
            window = settings.context_window or window
        return Choice(
            endpoint=endpoint,
            model=chosen,
            effort=effort or settings.reasoning_effort,
            context_window=window,
            tools_supported=chosen_id != EMBEDDED_ID,
            facts=replace(facts, context_window=window),
            override=override,
        )

    async def _endpoint(self, provider_id: str) -> Endpoint:
        if provider_id == EMBEDDED_ID:
            return await self._embedded.endpoint()
        return self._providers.endpoint(provider_id)

    def _facts(self, endpoint: Endpoint, model: str) -> tuple[ModelFacts, ModelFacts | None]:
        """Give all that is known of a model, and what of it a person set."""
        if endpoint.provider_id == EMBEDDED_ID:
            return self._embedded.facts, None
        entry = self._providers.entries(endpoint.provider_id).get(model)
        override = entry.facts() if entry else None
        return self._catalogue(endpoint.format, endpoint.base_url, model, override), override

    def _wanted(self, provider_id: str | None, model: str | None, settings: Settings) -> _Wanted | Failure:
        if provider_id is not None:
            return self._named(provider_id, model, settings)
        if settings.provider_id is not None and self._can_answer(settings.provider_id):
            return self._named(settings.provider_id, model or settings.model, settings)
        if settings.provider_id is None:
            # Else the model was that of a provider which is gone; no other one is asked for it.
            model = model or settings.model
        if lone := self._lone(model):
            return self._named(lone, model, settings)
        if self._can_answer(EMBEDDED_ID) and model in {None, self._embedded.facts.id}:
            return self._named(EMBEDDED_ID, model, settings)
        return self._nothing(model)

    def _named(self, provider_id: str, model: str | None, settings: Settings) -> _Wanted | Failure:
        if provider_id == EMBEDDED_ID:
            reason = self._embedded.unavailable()
            return reason or _Wanted(EMBEDDED_ID, self._embedded.facts.id)
        if provider_id not in self._providers:
            return _failure(f"The provider {provider_id!r} was removed.", CHOOSE)
        own = settings.model if settings.provider_id == provider_id else None
        chosen = model or own or next(iter(self._providers.entries(provider_id)), None)
        if chosen is None:
            name = self._providers.get(provider_id).name
            return _failure(f"No model of {name} is chosen.", CHOOSE)
        return _Wanted(provider_id, chosen)

    def _can_answer(self, provider_id: str) -> bool:
        if provider_id == EMBEDDED_ID:
            return self._embedded.unavailable() is None
        return provider_id in self._providers

    def _lone(self, model: str | None) -> str | None:
        """Give the only provider that could answer."""
        ids = [view.id for view in self._providers.list()]
        if model is not None and len(ids) == 1:
            return ids[0]
        entries = {provider_id: self._providers.entries(provider_id) for provider_id in ids}
        able = [
            provider_id for provider_id in ids if (model in entries[provider_id] if model else entries[provider_id])
        ]
        return able[0] if len(able) == 1 else None

    def _nothing(self, model: str | None) -> Failure:
        if self._providers.list():
            which = f"It is not clear which provider has the model {model}." if model else "No model is chosen."
            return _failure(which, CHOOSE)
        reason = self._embedded.unavailable()
        add = "Add a provider in the settings: a service with its key, or a local server such as Ollama."
        return _failure(
            f"No provider has the model {model}." if model else "No model is configured.",
            f"{add} Or use the embedded model: {reason.remedy}" if reason else f"{add} Or choose the embedded model.",
        )


def _failure(message: str, remedy: str) -> Failure:
    return Failure(kind="no_model", title="No model to answer", message=message, remedy=remedy)
