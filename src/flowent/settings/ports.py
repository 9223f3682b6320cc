"""What settings need of the model layer besides its port: the embedded model, and the catalogue."""

from collections.abc import Callable
from typing import Protocol

from flowent.domain.failures import Failure
from flowent.models.base import Endpoint, Format, ModelFacts

EMBEDDED_ID = "embedded"
"""The built-in provider's id; no stored provider can have it."""


class EmbeddedModel(Protocol):
    """The small model that answers with no key and no network."""

    def unavailable(self) -> Failure | None:
        """Say why it cannot answer on this machine and how to change that; None if it can."""
        ...

    @property
    def facts(self) -> ModelFacts:
        """Its model id, name and context window."""
        ...

    async def endpoint(self) -> Endpoint:
        """Give how it is reached, starting it first where it does not run; raises ModelError."""
        ...


Catalogue = Callable[[Format, str, str, ModelFacts | None], ModelFacts]
"""Gives what is known of a model by format, base URL and id, with what a person has set before it."""
