"""What can go wrong with settings, in a person's words.

```
SettingsError
├── InvalidInputError          a field of what a client sent cannot be taken (422)
│   └── UnknownOfferError      the offer is not, or no longer, there (404)
├── UnknownProviderError       there is no such provider (404)
├── StoredSettingsError        what the database holds cannot be read
└── SecretsError               secrets cannot be sealed or opened
    ├── KeySourceError         the place that should give the key does not
    ├── KeyMissingError        the key that a secret was sealed with is not among the keys
    └── SecretDamagedError     a sealed secret was changed, or belongs to another row
```

No message quotes what was entered: it may be a secret.
"""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from flowent.domain.values import JsonObject


class SettingsError(Exception):
    """Settings could not do what was asked: ``message`` says what happened, ``remedy`` what to do."""

    code = "settings"

    def __init__(self, message: str, remedy: str) -> None:
        """Keep both texts; they are shown as they are."""
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


class InvalidInputError(SettingsError):
    """A field cannot be taken; ``field`` is its path with dots, as in ``limits.steps`` or ``models.0.id``."""

    code = "invalid_input"

    def __init__(self, field: str, message: str, remedy: str) -> None:
        """Name the field, what is wrong with it and what to do."""
        super().__init__(message, remedy)
        self.field = field


class UnknownOfferError(InvalidInputError):
    """An offer that was accepted is not, or no longer, there."""

    code = "offer_not_found"


class UnknownProviderError(SettingsError):
    """There is no provider with that id."""

    code = "provider_not_found"

    def __init__(self, provider_id: str) -> None:
        """Name the id that was asked for."""
        super().__init__(
            f"There is no provider {provider_id!r}.",
            "Choose one of the configured providers, or add it in the settings.",
        )
        self.provider_id = provider_id


class StoredSettingsError(SettingsError):
    """What the database holds cannot be read."""

    code = "settings_unreadable"


class SecretsError(SettingsError):
    """Secrets cannot be sealed or opened; what is stored stays as it is."""

    code = "secrets"

    def renewed(self) -> "SecretsError":
        """Give the same error anew: one that is raised twice collects the traces of both."""
        return type(self)(self.message, self.remedy)


class KeySourceError(SecretsError):
    """The file, variable, credential or keyring that should give the key does not."""

    code = "key_source"


class KeyMissingError(SecretsError):
    """The key that a secret was sealed with is not among the keys."""

    code = "key_missing"


class SecretDamagedError(SecretsError):
    """A sealed secret was changed, or belongs to another row."""

    code = "secret_damaged"


ModelT = TypeVar("ModelT", bound=BaseModel)


def parse(model: type[ModelT], values: JsonObject) -> ModelT:
    """Read what a client sent; raises InvalidInputError for the first field that does not fit, without quoting it."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        # The input is left out and the cause is cut off: either would carry what was entered.
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = ".".join(str(step) for step in first["loc"]) or "body"
    if first["type"] == "extra_forbidden":
        known = ", ".join(sorted(model.model_fields)) if len(first["loc"]) == 1 else ""
        raise InvalidInputError(
            field,
            f"There is no setting {field}.",
            f"Leave it out; there are: {known}." if known else "Leave it out.",
        )
    raise InvalidInputError(field, f"{field}: {first['msg']}.", "Correct this field and send it again.")
