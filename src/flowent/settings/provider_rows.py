"""Providers as the database holds them: key and headers sealed together, bound to the provider's id."""

from pydantic import BaseModel, ConfigDict, ValidationError

from flowent.models.base import Format
from flowent.settings.errors import SecretDamagedError, SecretsError, StoredSettingsError
from flowent.settings.provider_facts import ModelEntry, Provider, ProviderTimeouts
from flowent.settings.secrets import Secrets
from flowent.store.base import ProviderRow


class _Sealed(BaseModel):
    """What an envelope holds."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    api_key: str | None
    headers: dict[str, str]


class _Details(BaseModel):
    """What of a provider is no column of its own."""

    format: Format
    models: tuple[ModelEntry, ...] = ()
    timeouts: ProviderTimeouts = ProviderTimeouts()


def secrets_row(provider_id: str) -> str:
    """Name the row that an envelope is bound to. Stored envelopes depend on this text: it can never change."""
    return f"provider {provider_id}"


def to_row(provider: Provider, secrets: Secrets) -> ProviderRow:
    """Seal a provider for the database; raises SecretsError. One whose secrets cannot be opened keeps its envelope."""
    return ProviderRow(
        id=provider.id,
        name=provider.name,
        format=provider.format,
        base_url=provider.base_url,
        secrets=provider.sealed if provider.problem else _seal(provider, secrets),
        models={
            "models": [entry.model_dump(mode="json", exclude_none=True) for entry in provider.models],
            "timeouts": provider.timeouts.model_dump(mode="json", exclude_defaults=True),
        },
        created_at=provider.created_at,
    )


def from_row(row: ProviderRow, secrets: Secrets) -> Provider:
    """Open a stored provider; what its secrets are wrong with is its ``problem``. Raises StoredSettingsError."""
    try:
        details = _Details.model_validate({"format": row.format, **row.models})
    except ValidationError as error:
        field = ".".join(str(step) for step in error.errors(include_input=False)[0]["loc"])
        raise StoredSettingsError(
            f"The stored provider {row.id} cannot be read: its {field} is not known here.",
            "Start the Flowent that wrote it, or restore the database from a backup.",
        ) from None
    opened, problem = _open(row, secrets)
    return Provider(
        id=row.id,
        name=row.name,
        format=details.format,
        base_url=row.base_url,
        models=details.models,
        timeouts=details.timeouts,
        created_at=row.created_at,
        api_key=opened.api_key,
        headers=opened.headers,
        sealed=row.secrets,
        problem=problem,
    )


def _seal(provider: Provider, secrets: Secrets) -> bytes:
    if provider.api_key is None and not provider.headers:
        return b""
    plain = _Sealed(api_key=provider.api_key, headers=provider.headers).model_dump_json().encode()
    return secrets.seal(plain, secrets_row(provider.id))


def _open(row: ProviderRow, secrets: Secrets) -> tuple[_Sealed, SecretsError | None]:
    nothing = _Sealed(api_key=None, headers={})
    if not row.secrets:
        return nothing, None
    try:
        return _Sealed.model_validate_json(secrets.open(row.secrets, secrets_row(row.id))), None
    except SecretsError as error:
        return nothing, error.renewed()
    except ValidationError:
        return nothing, SecretDamagedError(
            f"The stored secret of provider {row.id} was written by a newer Flowent.",
            "Start the newer one again, or delete the provider and add it anew.",
        )
