"""Makes of a setting's choice the model that a turn asks."""

from flowent.conversations.ports import Chosen
from flowent.domain.failures import Failure
from flowent.domain.usage import Cost, Usage
from flowent.domain.values import ReasoningEffort
from flowent.models import catalogue
from flowent.models.registry import Models
from flowent.settings.choice import Choice, ModelChooser
from flowent.settings.ports import EMBEDDED_ID


class ModelSource:
    """The owners' port over the settings' choice."""

    def __init__(self, chooser: ModelChooser, models: Models) -> None:
        """Take the choice and the adapters."""
        self._chooser = chooser
        self._models = models
        self._catalogue_loaded = False

    async def choose(
        self, provider_id: str | None, model: str | None, effort: ReasoningEffort | None
    ) -> Chosen | Failure:
        """Choose for a conversation that names these, None where it follows the settings."""
        if not self._catalogue_loaded:
            await catalogue.load()
            self._catalogue_loaded = True
        choice = await self._chooser.choose_model(provider_id, model, effort)
        if isinstance(choice, Failure):
            return choice
        return Chosen(
            provider_id=choice.endpoint.provider_id,
            model=self._models.get(choice.endpoint),
            model_name=choice.model,
            reasoning_effort=choice.effort,
            context_window=choice.context_window,
            max_output_tokens=choice.facts.max_output_tokens,
            tools_supported=choice.tools_supported,
            pricing=_Pricing(choice),
        )


class _Pricing:
    """What the chosen model's tokens cost."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice

    def __call__(self, usage: Usage) -> Cost | None:
        choice = self._choice
        if choice.endpoint.provider_id == EMBEDDED_ID:
            return Cost()
        return catalogue.cost(usage, choice.endpoint.format, choice.endpoint.base_url, choice.model, choice.override)
