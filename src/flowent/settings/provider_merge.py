"""What a client sent for a provider, checked and merged with what is stored.

The rule that matters: a stored key or header is never sent to another origin (scheme, host, port) than the one it was
entered for. Whoever changes the origin enters them again or removes them; else a person who can only write settings,
or a page that tricks one, could have a key delivered to a server of their own.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from flowent.models.base import Format
from flowent.models.urls import parse_base_url
from flowent.settings.errors import InvalidInputError
from flowent.settings.provider_facts import ModelEntry, Provider, ProviderInput, ProviderTimeouts

RESERVED_IDS = frozenset({"embedded"})
"""Ids that are not a stored provider's."""

LARGEST_KEY = 8_192
"""Characters of a key or of a header's value."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]{1,128}")  # RFC 9110, section 5.6.2, in lower case
_LONGEST_NAME = 100
_LONGEST_URL = 2_000
_MOST_HEADERS = 32
_MOST_MODELS = 1_000

_OWN_HEADERS = frozenset(
    {"host", "connection", "content-length", "content-type", "transfer-encoding", "te", "trailer", "upgrade", "expect"}
)
"""Headers that say how a request is sent; setting them could smuggle another request into the connection."""


def merge(provider_id: str, old: Provider | None, given: ProviderInput, *, now: int) -> Provider:
    """Give the provider as it will be; raises InvalidInputError, or SecretsError where stored secrets would be lost."""
    if old is None:
        check_id(provider_id)
    provider_format = _format(old, given)
    base_url = _base_url(old, given, provider_format)
    moved = old is not None and origin(base_url) != origin(old.base_url)
    touches_secrets = bool({"api_key", "headers"} & given.model_fields_set)
    if old is not None and old.problem is not None and (moved or touches_secrets):
        # The stored bytes may be opened again once the key is back; a change would write over them.
        raise old.problem.renewed()
    return Provider(
        id=provider_id,
        name=_name(provider_id, old, given),
        format=provider_format,
        base_url=base_url,
        models=_models(old, given),
        timeouts=_timeouts(old, given),
        created_at=now if old is None else old.created_at,
        api_key=_api_key(old, given, moved=moved),
        headers=_headers(old, given, moved=moved),
        sealed=b"" if old is None else old.sealed,
        problem=None if old is None else old.problem,
    )


def check_id(provider_id: str) -> None:
    """Raise InvalidInputError for an id that a provider cannot have."""
    if not _ID.fullmatch(provider_id):
        raise InvalidInputError(
            "id",
            "A provider's id has 1 to 64 lower-case letters, digits, hyphens and underscores, and begins with a "
            "letter or digit.",
            "Choose an id such as openai or my-server.",
        )
    if provider_id in RESERVED_IDS:
        raise InvalidInputError("id", f"The id {provider_id} belongs to a built-in provider.", "Choose another id.")


def origin(base_url: str) -> tuple[str, str, int | None]:
    """Give scheme, host and port of a checked base URL."""
    split = urlsplit(base_url)
    scheme = split.scheme.lower()
    return scheme, split.hostname or "", split.port or {"https": 443, "http": 80}.get(scheme)


def _name(provider_id: str, old: Provider | None, given: ProviderInput) -> str:
    name = given.name if given.name is not None else (old.name if old else provider_id)
    name = " ".join(name.split())
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        raise InvalidInputError(
            "name", f"A name has 1 to {_LONGEST_NAME} printable characters.", "Choose another name."
        )
    return name


def _format(old: Provider | None, given: ProviderInput) -> Format:
    if given.format is not None:
        return given.format
    if old is not None:
        return old.format
    raise InvalidInputError(
        "format",
        "A new provider needs a format.",
        "Give openai (chat completions, and every compatible server), openai_responses, anthropic or gemini.",
    )


def _base_url(old: Provider | None, given: ProviderInput, provider_format: Format) -> str:
    if given.base_url is None:
        if old is not None:
            return old.base_url
        raise InvalidInputError(
            "base_url",
            "A new provider needs a base URL.",
            "Give the server's address, as in https://api.openai.com/v1.",
        )
    return check_base_url(given.base_url, provider_format)


def check_base_url(text: str, provider_format: Format) -> str:
    """Give a base URL without the space around it; raises InvalidInputError, which does not quote it."""
    try:
        parse_base_url(text, provider_format)
    except ValueError as error:
        message, _, remedy = str(error).removeprefix("base_url: ").partition(". ")
        raise InvalidInputError("base_url", f"The base URL {message}.", remedy) from None
    if len(text) > _LONGEST_URL:
        raise InvalidInputError(
            "base_url", f"The base URL is longer than {_LONGEST_URL} characters.", "Give the server's address alone."
        )
    return text.strip()


def _api_key(old: Provider | None, given: ProviderInput, *, moved: bool) -> str | None:
    if "api_key" not in given.model_fields_set:
        if moved and old is not None and old.api_key is not None:
            raise InvalidInputError(
                "api_key",
                "The base URL now names another server, and the stored key was entered for the earlier one.",
                "Enter the key for the new server, or remove the stored one.",
            )
        return old.api_key if old else None
    key = given.api_key.get_secret_value().strip() if given.api_key else ""
    if not key:
        return None
    return _checked_secret("api_key", "A key", key)


def _headers(old: Provider | None, given: ProviderInput, *, moved: bool) -> dict[str, str]:
    stored: Mapping[str, str] = old.headers if old else {}
    if "headers" in given.model_fields_set and given.headers is None:
        return {}
    changes = _header_changes(given.headers or {})
    if moved and (missing := sorted(stored.keys() - changes.keys())):
        raise InvalidInputError(
            f"headers.{missing[0]}",
            f"The base URL now names another server, and the header {missing[0]} was entered for the earlier one.",
            "Enter the header's value for the new server, or remove it.",
        )
    merged = {name: value for name, value in {**stored, **changes}.items() if value is not None}
    if len(merged) > _MOST_HEADERS:
        raise InvalidInputError(
            "headers", f"A provider has at most {_MOST_HEADERS} extra headers.", "Remove those that are not needed."
        )
    return merged


def _header_changes(headers: Mapping[str, SecretStr | None]) -> dict[str, str | None]:
    changes: dict[str, str | None] = {}
    for written, secret in headers.items():
        name = written.strip().lower()
        if not _HEADER_NAME.fullmatch(name):
            raise InvalidInputError(
                "headers",
                "A header's name has letters, digits and hyphens.",
                "Correct the name; the value belongs into the header's value.",
            )
        if name in _OWN_HEADERS:
            raise InvalidInputError(f"headers.{name}", f"The header {name} is set by Flowent itself.", "Remove it.")
        if name in changes:
            raise InvalidInputError(f"headers.{name}", f"The header {name} is given twice.", "Give it once.")
        value = secret.get_secret_value().strip() if secret else ""
        changes[name] = _checked_secret(f"headers.{name}", "A header's value", value) if value else None
    return changes


def _checked_secret(field: str, what: str, value: str) -> str:
    # What else could not be sent in a header (RFC 9110, section 5.5), or would begin another one.
    if len(value) > LARGEST_KEY or not value.isascii() or not value.isprintable():
        raise InvalidInputError(
            field,
            f"{what} has at most {LARGEST_KEY} characters: letters, digits and ASCII signs, all on one line.",
            "Copy it again; often a line break or a typographic quote came with it.",
        )
    return value


def _models(old: Provider | None, given: ProviderInput) -> tuple[ModelEntry, ...]:
    if "models" not in given.model_fields_set:
        return old.models if old else ()
    models = given.models or ()
    if len(models) > _MOST_MODELS:
        raise InvalidInputError("models", f"A provider has at most {_MOST_MODELS} models.", "Keep those that are used.")
    seen: set[str] = set()
    for number, entry in enumerate(models):
        if entry.id in seen:
            raise InvalidInputError(
                f"models.{number}.id", f"The model {entry.id} is given twice.", "Remove one of the two."
            )
        seen.add(entry.id)
    return models


def _timeouts(old: Provider | None, given: ProviderInput) -> ProviderTimeouts:
    if "timeouts" not in given.model_fields_set:
        return old.timeouts if old else ProviderTimeouts()
    return given.timeouts or ProviderTimeouts()
