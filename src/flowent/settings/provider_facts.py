"""What a client says of a provider, and what it is shown of one.

Secrets go one way: `ProviderInput` takes a key and headers' values, `ProviderView` has no field that could hold one.
"""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from flowent.domain.values import Fact
from flowent.models.base import Endpoint, Format, ModelFacts, Timeouts
from flowent.settings.errors import SecretsError

SHORTEST_SHOWN_KEY = 12
"""Characters that a key must have before its last four are shown."""

Tokens = Annotated[int, Field(ge=1, le=1_000_000_000)]
Price = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)]


class ModelEntry(Fact):
    """A model that a person wrote down; what is given here wins over the catalogue and the provider's own list.

    Prices are in US dollars for a million tokens.
    """

    id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    context_window: Tokens | None = None
    max_output_tokens: Tokens | None = None
    input_price: Price | None = None
    cached_price: Price | None = None
    output_price: Price | None = None

    def facts(self) -> ModelFacts:
        """Give the entry as the model layer has it."""
        return ModelFacts(**self.model_dump())


_DEFAULTS = Timeouts()


class ProviderTimeouts(Fact):
    """How long a silent provider is waited for, in seconds; a slow local model may need more."""

    connect: Seconds = _DEFAULTS.connect
    first_chunk: Seconds = _DEFAULTS.first_chunk
    between_chunks: Seconds = _DEFAULTS.between_chunks


class ProviderInput(BaseModel):
    """What is to change about a provider; a field that is left out keeps its value.

    ``api_key`` and a header's value are removed by null or an empty text; ``headers`` are merged by name, and null
    removes all of them. ``models`` are replaced as a whole, ``models`` and ``timeouts`` reset by null. A new provider
    needs ``format`` and ``base_url``; its name is its id unless one is given.
    """

    # Errors must not quote what was entered: a key in the wrong field would be shown and logged.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str | None = None
    format: Format | None = None
    base_url: str | None = None
    api_key: SecretStr | None = None
    headers: dict[str, SecretStr | None] | None = None
    models: tuple[ModelEntry, ...] | None = None
    timeouts: ProviderTimeouts | None = None


class Problem(Fact):
    """Why something cannot be used, and what to do."""

    message: str
    remedy: str


class ProviderView(Fact):
    """A provider as it is shown: whether it has a key, never which one.

    ``key_last4`` are the key's last characters where it has at least 12; ``headers`` are names only. ``problem`` says
    why the stored secrets cannot be used; what they are is not known then.
    """

    id: str
    name: str
    format: Format
    base_url: str
    has_key: bool
    key_last4: str | None
    headers: tuple[str, ...]
    models: tuple[ModelEntry, ...]
    timeouts: ProviderTimeouts
    created_at: int
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider in memory, opened. ``problem`` is set where its secrets could not be; ``sealed`` is kept for then."""

    id: str
    name: str
    format: Format
    base_url: str
    models: tuple[ModelEntry, ...]
    timeouts: ProviderTimeouts
    created_at: int
    api_key: str | None = field(default=None, repr=False)
    headers: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    sealed: bytes = field(default=b"", repr=False)
    problem: SecretsError | None = None

    def view(self) -> ProviderView:
        """Give what may be shown."""
        return ProviderView(
            id=self.id,
            name=self.name,
            format=self.format,
            base_url=self.base_url,
            has_key=self.api_key is not None or self.problem is not None,
            key_last4=last4(self.api_key),
            headers=tuple(sorted(self.headers)),
            models=self.models,
            timeouts=self.timeouts,
            created_at=self.created_at,
            problem=Problem(message=self.problem.message, remedy=self.problem.remedy) if self.problem else None,
        )

    def endpoint(self) -> Endpoint:
        """Give how it is reached; raises SecretsError where its secrets cannot be opened."""
        if self.problem is not None:
            raise self.problem.renewed()
        return Endpoint(
            provider_id=self.id,
            format=self.format,
            base_url=self.base_url,
            api_key=self.api_key,
            headers=dict(self.headers),
            timeouts=Timeouts(
                connect=self.timeouts.connect,
                first_chunk=self.timeouts.first_chunk,
                between_chunks=self.timeouts.between_chunks,
            ),
        )


def last4(secret: str | None) -> str | None:
    """Give a secret's last four characters, if it is so long that they tell nothing."""
    return secret[-4:] if secret is not None and len(secret) >= SHORTEST_SHOWN_KEY else None
