"""Real little peers of the settings layer: a store in memory, a register that remembers, models that are told."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from flowent.domain.failures import Failure, FailureKind
from flowent.domain.values import JsonObject
from flowent.models.base import Endpoint, Finished, Model, ModelError, ModelFacts, ModelRequest, Piece, TextPiece
from flowent.settings.secrets import KEY_SIZE, SecretBox, SecretKey
from flowent.store.base import AttachmentRow, ProviderRow, StorageFullError

KEY = b"k" * KEY_SIZE
CANARY = "sk-canary-0123456789abcdef"


def box(*materials: bytes) -> SecretBox:
    return SecretBox([SecretKey(material) for material in materials or (KEY,)], "the key file")


class MemoryStore:
    """The tables that settings keep, and how often they were read."""

    def __init__(self) -> None:
        self.settings: JsonObject = {}
        self.providers: dict[str, ProviderRow] = {}
        self.reads = 0
        self.full = False

    async def get_settings(self) -> JsonObject:
        self.reads += 1
        return dict(self.settings)

    async def put_settings(self, values: JsonObject) -> None:
        self._write()
        for name, value in values.items():
            if value is None:
                self.settings.pop(name, None)
            else:
                self.settings[name] = value

    async def list_providers(self) -> list[ProviderRow]:
        self.reads += 1
        return list(self.providers.values())

    async def put_provider(self, row: ProviderRow) -> None:
        self._write()
        self.providers[row.id] = row

    async def delete_provider(self, provider_id: str) -> bool:
        self._write()
        return self.providers.pop(provider_id, None) is not None

    async def add_attachment(self, row: AttachmentRow) -> None:
        raise NotImplementedError

    async def get_attachment(self, attachment_id: str) -> AttachmentRow | None:
        raise NotImplementedError

    def change(self, provider_id: str, **fields: object) -> None:
        """Change a row behind the settings' back."""
        self.providers[provider_id] = replace(self.providers[provider_id], **fields)  # pyright: ignore[reportArgumentType]

    def _write(self) -> None:
        if self.full:
            raise StorageFullError("The disk is full.")


class Register:
    """Remembers what is to be redacted."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def register(self, secret: str) -> None:
        self.known.add(secret)


def failure(kind: FailureKind) -> ModelError:
    return ModelError(Failure(kind=kind, title=kind, message=f"It was {kind}.", remedy="Do something."))


YES: tuple[Piece, ...] = (TextPiece(0, "yes"), Finished("complete"))


class FakeModel:
    """A model that lists and answers what it was told, and remembers what it was asked."""

    def __init__(
        self,
        listed: Sequence[ModelFacts] | ModelError = (),
        answer: Sequence[Piece] | ModelError = YES,
    ) -> None:
        self.listed = listed
        self.answer = answer
        self.asked: list[ModelRequest] = []
        self.given = 0
        self.closed = False

    @property
    def adapter(self) -> str:
        return "fake"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        self.asked.append(request)
        try:
            if isinstance(self.answer, ModelError):
                raise self.answer
            for piece in self.answer:
                self.given += 1
                yield [piece]
        finally:
            self.closed = True

    async def list_models(self) -> list[ModelFacts]:
        if isinstance(self.listed, ModelError):
            raise self.listed
        return list(self.listed)


class FakeModels:
    """Gives one adapter for all endpoints, and remembers these."""

    def __init__(self, adapter: Model | None = None) -> None:
        self.adapter = adapter or FakeModel()
        self.endpoints: list[Endpoint] = []

    def get(self, endpoint: Endpoint) -> Model:
        self.endpoints.append(endpoint)
        return self.adapter


class FakeEmbedded:
    """An embedded model that is there, or says why it is not."""

    def __init__(self, problem: Failure | None = None) -> None:
        self.problem = problem
        self.failure: ModelError | None = None
        self.starts = 0

    def unavailable(self) -> Failure | None:
        return self.problem

    @property
    def facts(self) -> ModelFacts:
        return ModelFacts("small", name="Embedded model", context_window=2_048)

    async def endpoint(self) -> Endpoint:
        if self.failure is not None:
            raise self.failure
        self.starts += 1
        return Endpoint("embedded", "openai", "http://127.0.0.1:1/v1", "random")


NOT_INSTALLED = Failure(
    kind="no_model",
    title="No embedded model",
    message="The embedded model is not installed.",
    remedy="Install it with `flowent install-embedded`.",
)
