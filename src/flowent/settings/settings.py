"""The workspace's settings: one fact with a default for every field, changed by merging, held in memory.

Only what differs from its default is stored, so that a better default reaches everybody who did not choose.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flowent.domain.values import Fact, JsonObject, ReasoningEffort
from flowent.settings.errors import InvalidInputError, StoredSettingsError
from flowent.settings.folders import check_folders
from flowent.settings.ports import EMBEDDED_ID, EmbeddedModel
from flowent.settings.providers import Providers
from flowent.store.base import SettingsStore

LARGEST_PROMPT = 32 * 1024
"""Bytes of the agent prompt in UTF-8; it is sent with every request."""

_MIB = 1024 * 1024

Steps = Annotated[int, Field(ge=1, le=10_000)]
WallSeconds = Annotated[int, Field(ge=1, le=7 * 24 * 3_600)]
IdenticalCalls = Annotated[int, Field(ge=2, le=1_000)]
Retries = Annotated[int, Field(ge=0, le=20)]
FileBytes = Annotated[int, Field(ge=1, le=200 * _MIB)]
MessageFiles = Annotated[int, Field(ge=0, le=100)]
ContextWindow = Annotated[int, Field(ge=1_000, le=100_000_000)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]


class Limits(Fact):
    """What ends a turn before it is done.

    ``steps`` are model calls; ``wall_seconds`` count since the turn began or went on; ``identical_calls`` is how many
    steps in a row may ask for the same calls, ``retries`` how often a passing failure is asked again by itself.
    """

    steps: Steps = 100
    wall_seconds: WallSeconds = 3_600
    identical_calls: IdenticalCalls = 5
    retries: Retries = 5


class AttachmentLimits(Fact):
    """How large one attached file may be, in bytes, and how many files a message may carry."""

    file_bytes: FileBytes = 20 * _MIB
    message_files: MessageFiles = 20


class Settings(Fact):
    """All settings.

    ``provider_id`` and ``model`` are what answers where a conversation names nothing else; ``context_window``
    overrides what the catalogue says of that model. ``folders`` may be work directories besides those beneath the
    one that the server was started with.
    """

    provider_id: str | None = None
    model: Name | None = None
    reasoning_effort: ReasoningEffort = "default"
    context_window: ContextWindow | None = None
    agent_prompt: str = ""
    limits: Limits = Limits()
    folders: tuple[str, ...] = ()
    attachments: AttachmentLimits = AttachmentLimits()


class _Patch(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class LimitsPatch(_Patch):
    """Limits to change; null resets one to its default."""

    steps: Steps | None = None
    wall_seconds: WallSeconds | None = None
    identical_calls: IdenticalCalls | None = None
    retries: Retries | None = None


class AttachmentLimitsPatch(_Patch):
    """Limits to change; null resets one to its default."""

    file_bytes: FileBytes | None = None
    message_files: MessageFiles | None = None


class SettingsPatch(_Patch):
    """What is to change: a field that is left out keeps its value, null resets it to its default.

    Another ``provider_id`` without a ``model`` resets the model too: it belonged to the provider before it.
    """

    provider_id: str | None = None
    model: Name | None = None
    reasoning_effort: ReasoningEffort | None = None
    context_window: ContextWindow | None = None
    agent_prompt: str | None = None
    limits: LimitsPatch | None = None
    folders: tuple[str, ...] | None = None
    attachments: AttachmentLimitsPatch | None = None


class SettingsService:
    """Reads and changes the settings; `load` must run before anything else."""

    def __init__(
        self,
        store: SettingsStore,
        providers: Providers,
        embedded: EmbeddedModel,
        *,
        home: Path,
        private: Sequence[Path],
    ) -> None:
        """Take the ports; ``private`` are Flowent's own directories and files, which no work directory may reach."""
        self._store = store
        self._providers = providers
        self._embedded = embedded
        self._home = home
        self._private = private
        self._settings = Settings()
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Read the settings from the database; raises StoreError or StoredSettingsError."""
        stored = await self._store.get_settings()
        known = {name: value for name, value in stored.items() if name in Settings.model_fields}
        try:
            self._settings = Settings.model_validate(known)
        except ValidationError as error:
            field = ".".join(str(step) for step in error.errors(include_input=False)[0]["loc"])
            raise StoredSettingsError(
                f"The stored setting {field} cannot be read.",
                "Start the Flowent that wrote it, or restore the database from a backup.",
            ) from None

    def get(self) -> Settings:
        """Give the settings as they are; costs no query."""
        return self._settings

    async def merge(self, patch: SettingsPatch) -> Settings:
        """Change what is given; raises InvalidInputError or StoreError, and nothing is changed then."""
        async with self._changing:
            changes = await self._checked(patch)
            settings = Settings.model_validate({**self._settings.model_dump(), **changes})
            await self._store.put_settings(_stored(settings))
            self._settings = settings
            return settings

    async def _checked(self, patch: SettingsPatch) -> JsonObject:
        """Give the new values of the top-level fields that change."""
        given = patch.model_dump(mode="json", include=patch.model_fields_set)
        before = self._settings
        changes: JsonObject = {name: value if value is not None else _default(name) for name, value in given.items()}
        if patch.provider_id is not None:
            self._check_provider(patch.provider_id)
        if "provider_id" in given and before.provider_id not in {None, patch.provider_id}:
            changes.setdefault("model", None)
        if patch.agent_prompt is not None:
            _check_prompt(patch.agent_prompt)
        if patch.folders is not None:
            # In a thread: a folder may be on a network drive that does not answer.
            folders = await asyncio.to_thread(check_folders, patch.folders, home=self._home, private=self._private)
            changes["folders"] = list(folders)
        if patch.limits is not None:
            changes["limits"] = _merged(before.limits, patch.limits)
        if patch.attachments is not None:
            changes["attachments"] = _merged(before.attachments, patch.attachments)
        return changes

    def _check_provider(self, provider_id: str) -> None:
        if provider_id == EMBEDDED_ID:
            if reason := self._embedded.unavailable():
                raise InvalidInputError("provider_id", reason.message, reason.remedy)
        elif provider_id not in self._providers:
            raise InvalidInputError(
                "provider_id",
                "There is no such provider.",
                "Add the provider first, or choose one of those that are configured.",
            )


def _merged(before: Fact, patch: _Patch) -> JsonObject:
    given = patch.model_dump(include=patch.model_fields_set)
    kept = before.model_dump(exclude={name for name, value in given.items() if value is None})
    return {**kept, **{name: value for name, value in given.items() if value is not None}}


def _default(name: str) -> JsonObject | str | None:
    return Settings().model_dump(mode="json")[name]


def _stored(settings: Settings) -> JsonObject:
    """Give what to write: values that differ from their default, null for the others, which deletes them."""
    changed = settings.model_dump(mode="json", exclude_defaults=True)
    return {name: changed.get(name) for name in Settings.model_fields}


def _check_prompt(prompt: str) -> None:
    try:
        size = len(prompt.encode())
    except UnicodeEncodeError:
        raise InvalidInputError(
            "agent_prompt", "The agent prompt holds characters that cannot be sent.", "Remove them."
        ) from None
    if size > LARGEST_PROMPT:
        raise InvalidInputError(
            "agent_prompt",
            f"The agent prompt has {size:,} bytes; at most {LARGEST_PROMPT:,} are sent with every request.",
            "Shorten it, or put the longer part into the project's AGENTS.md.",
        )
