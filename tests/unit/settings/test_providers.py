"""Providers: merged, sealed, kept in memory, and silent about their secrets."""

import json
import traceback
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from flowent.models.base import Endpoint, ModelFacts, Timeouts
from flowent.observability.redaction import SecretRedactor
from flowent.settings.errors import (
    InvalidInputError,
    KeyMissingError,
    KeySourceError,
    SecretDamagedError,
    StoredSettingsError,
    UnknownProviderError,
    parse,
)
from flowent.settings.provider_facts import ProviderInput
from flowent.settings.provider_merge import LARGEST_KEY
from flowent.settings.providers import Providers
from flowent.settings.secrets import KEY_SIZE, LockedSecrets
from flowent.store.base import StorageFullError

from .conftest import Put
from .fakes import CANARY, KEY, FakeModel, FakeModels, MemoryStore, Register, box, failure

URL = "https://api.example.com/v1"
NEW: dict[str, JsonValue] = {"format": "openai", "base_url": URL}
OTHER_KEY = b"o" * KEY_SIZE


async def loaded(store: MemoryStore, *keys: bytes) -> Providers:
    providers = Providers(store, box(*keys), Register(), FakeModels(), now=lambda: 2_000)
    await providers.load()
    return providers


async def test_a_new_provider_is_shown_without_its_secrets(put: Put) -> None:
    view = await put(**NEW, name=" My  server ", api_key=CANARY, headers={"X-Team": CANARY})
    assert view.model_dump() == {
        "id": "main",
        "name": "My server",
        "format": "openai",
        "base_url": URL,
        "has_key": True,
        "key_last4": "cdef",
        "headers": ("x-team",),
        "models": (),
        "timeouts": {"connect": 10.0, "first_chunk": 120.0, "between_chunks": 60.0},
        "created_at": 1_000,
        "problem": None,
    }


async def test_the_endpoint_has_what_the_view_hides(put: Put, providers: Providers) -> None:
    await put(**NEW, api_key=f" {CANARY}\n", headers={"X-Team": "red"}, timeouts={"first_chunk": 600})
    assert providers.endpoint("main") == Endpoint(
        "main", "openai", URL, CANARY, {"x-team": "red"}, Timeouts(first_chunk=600)
    )


async def test_a_short_key_shows_nothing_of_itself(put: Put) -> None:
    view = await put(**NEW, api_key="elevenchars")
    assert view.has_key
    assert view.key_last4 is None


async def test_a_restart_finds_everything_again(put: Put, providers: Providers, store: MemoryStore) -> None:
    entry: JsonValue = {"id": "m", "context_window": 8_000, "input_price": 0.5}
    await put(**NEW, api_key=CANARY, headers={"x-team": "red"}, models=[entry], timeouts={"connect": 3})
    again = await loaded(store)
    assert again.list() == providers.list()
    assert again.endpoint("main") == providers.endpoint("main")


async def test_the_row_holds_no_secret_in_plain_form(put: Put, store: MemoryStore) -> None:
    await put(**NEW, api_key=CANARY, headers={"x-team": CANARY})
    assert CANARY not in str(asdict(store.providers["main"]))


async def test_a_provider_without_secrets_needs_no_key(store: MemoryStore) -> None:
    locked = LockedSecrets(KeySourceError("There is no key file.", "Put it back."))
    providers = Providers(store, locked, Register(), FakeModels(), now=lambda: 0)
    await providers.load()
    await providers.put("local", parse(ProviderInput, {"format": "openai", "base_url": "http://127.0.0.1:11434"}))
    assert store.providers["local"].secrets == b""
    with pytest.raises(KeySourceError, match="There is no key file"):
        await providers.put("hosted", parse(ProviderInput, {**NEW, "api_key": CANARY}))
    assert "hosted" not in providers


async def test_reading_costs_no_query(put: Put, providers: Providers, store: MemoryStore) -> None:
    await put(**NEW, api_key=CANARY)
    before = store.reads
    for _ in range(3):
        providers.endpoint("main")
        providers.list()
        providers.get("main")
    assert store.reads == before


async def test_a_change_that_was_not_stored_is_not_seen(put: Put, providers: Providers, store: MemoryStore) -> None:
    await put(**NEW, name="before")
    store.full = True
    with pytest.raises(StorageFullError):
        await put(name="after")
    assert providers.get("main").name == "before"


# Merging


async def test_what_is_left_out_stays(put: Put, providers: Providers) -> None:
    await put(**NEW, api_key=CANARY, headers={"x-team": "red"}, models=[{"id": "m"}], timeouts={"connect": 3})
    before = providers.endpoint("main")
    view = await put(name="Renamed")
    assert view.name == "Renamed"
    assert [entry.id for entry in view.models] == ["m"]
    assert providers.endpoint("main") == before


@pytest.mark.parametrize("nothing", [None, "", "  "])
async def test_a_key_is_removed_by_null_or_empty_text(put: Put, providers: Providers, nothing: str | None) -> None:
    await put(**NEW, api_key=CANARY)
    view = await put(api_key=nothing)
    assert (view.has_key, view.key_last4) == (False, None)
    assert providers.endpoint("main").api_key is None


async def test_headers_are_merged_by_name(put: Put, providers: Providers) -> None:
    await put(**NEW, headers={"X-Team": "red", "X-Desk": "7"})
    await put(headers={"x-team": "blue", "X-DESK": None, "x-floor": "2"})
    assert providers.endpoint("main").headers == {"x-team": "blue", "x-floor": "2"}


async def test_all_headers_are_removed_by_null(put: Put, providers: Providers) -> None:
    await put(**NEW, headers={"X-Team": "red"})
    await put(headers=None)
    assert providers.endpoint("main").headers == {}


async def test_models_are_replaced_as_a_whole_and_removed_by_null(put: Put) -> None:
    await put(**NEW, models=[{"id": "a"}, {"id": "b"}])
    assert [entry.id for entry in (await put(models=[{"id": "c"}])).models] == ["c"]
    assert (await put(models=None)).models == ()


# A stored key goes nowhere else


@pytest.mark.parametrize(
    "moved",
    [
        "https://evil.example/v1",
        "http://api.example.com/v1",
        "https://api.example.com:8443/v1",
        "https://api.example.com.evil.example/v1",
    ],
)
async def test_another_origin_needs_the_key_again(put: Put, providers: Providers, moved: str) -> None:
    await put(**NEW, api_key=CANARY)
    with pytest.raises(InvalidInputError) as caught:
        await put(base_url=moved)
    assert caught.value.field == "api_key"
    assert "Enter the key for the new server" in caught.value.remedy
    assert providers.endpoint("main").base_url == URL


async def test_another_origin_needs_the_headers_again(put: Put, providers: Providers) -> None:
    await put(**NEW, headers={"x-team": CANARY, "x-desk": "7"})
    with pytest.raises(InvalidInputError) as caught:
        await put(base_url="https://evil.example", headers={"x-desk": "8"})
    assert caught.value.field == "headers.x-team"
    assert providers.endpoint("main").base_url == URL


async def test_another_origin_is_taken_with_new_or_removed_secrets(put: Put, providers: Providers) -> None:
    await put(**NEW, api_key=CANARY, headers={"x-team": CANARY, "x-desk": "7"})
    await put(base_url="https://other.example", api_key="another-key-1", headers={"x-team": None, "x-desk": "8"})
    endpoint = providers.endpoint("main")
    assert (endpoint.base_url, endpoint.api_key, endpoint.headers) == (
        "https://other.example",
        "another-key-1",
        {"x-desk": "8"},
    )


@pytest.mark.parametrize(
    "same", ["HTTPS://API.example.com/v2", "https://api.example.com:443/v1#", "https://api.example.com"]
)
async def test_the_same_origin_keeps_the_key(put: Put, providers: Providers, same: str) -> None:
    await put(**NEW, api_key=CANARY)
    await put(base_url=same)
    assert providers.endpoint("main").api_key == CANARY


async def test_a_deleted_providers_key_does_not_come_back(put: Put, providers: Providers, store: MemoryStore) -> None:
    await put(**NEW, api_key=CANARY)
    await providers.delete("main")
    assert store.providers == {}
    assert not (await put(format="openai", base_url="https://evil.example")).has_key


# What cannot be taken


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("format", {"base_url": URL}),
        ("base_url", {"format": "openai"}),
        ("format", {**NEW, "format": "soap"}),
        ("name", {**NEW, "name": " "}),
        ("name", {**NEW, "name": "a" * 101}),
        ("base_url", {**NEW, "base_url": "api.example.com"}),
        ("base_url", {**NEW, "base_url": "ftp://api.example.com"}),
        ("base_url", {**NEW, "base_url": "https://"}),
        ("base_url", {**NEW, "base_url": "https://host:99999"}),
        ("base_url", {**NEW, "base_url": "https://[::1"}),
        ("base_url", {**NEW, "base_url": "https://exa mple.com"}),
        ("base_url", {**NEW, "base_url": "https://example.com/#part"}),
        ("base_url", {**NEW, "base_url": f"https://user:{CANARY}@example.com"}),
        ("base_url", {**NEW, "base_url": "https://example.com/" + "a" * 2_000}),
        ("api_key", {**NEW, "api_key": f"{CANARY}\n{CANARY}"}),
        ("api_key", {**NEW, "api_key": f"“{CANARY}”"}),
        ("api_key", {**NEW, "api_key": CANARY + "a" * LARGEST_KEY}),
        ("api_key", {**NEW, "api_key": {"value": CANARY}}),
        ("headers", {**NEW, "headers": {f"Bearer {CANARY}": "x"}}),
        ("headers.host", {**NEW, "headers": {"Host": CANARY}}),
        ("headers.x-team", {**NEW, "headers": {"x-team": f"{CANARY}\r\nx-other: 1"}}),
        ("headers.x-team", {**NEW, "headers": {"x-team": CANARY, "X-Team": CANARY}}),
        ("headers", {**NEW, "headers": {f"x-{number}": CANARY for number in range(33)}}),
        ("headers", {**NEW, "headers": [CANARY]}),
        ("models.1.id", {**NEW, "models": [{"id": "a"}, {"id": "a"}]}),
        ("models.0.id", {**NEW, "models": [{"id": " "}]}),
        ("models.0.input_price", {**NEW, "models": [{"id": "a", "input_price": -1}]}),
        ("models.0.apikey", {**NEW, "models": [{"id": "a", "apikey": CANARY}]}),
        ("models", {**NEW, "models": [{"id": str(number)} for number in range(1_001)]}),
        ("timeouts.connect", {**NEW, "timeouts": {"connect": 0}}),
        ("apikey", {**NEW, "apikey": CANARY}),
    ],
)
async def test_a_bad_field_is_named_and_no_secret_quoted(
    put: Put, providers: Providers, field: str, fields: dict[str, JsonValue]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await put(**fields)
    assert caught.value.field == field
    assert caught.value.message
    assert caught.value.remedy
    assert CANARY not in "".join(traceback.format_exception(caught.value, chain=True))
    assert CANARY not in repr(caught.value)
    assert "main" not in providers


@pytest.mark.parametrize("provider_id", ["", "Main", "my server", "-a", "a/b", "..", "a" * 65, "embedded", "é"])
async def test_a_bad_id_is_refused(put: Put, provider_id: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await put(provider_id, **NEW)
    assert caught.value.field == "id"


async def test_providers_are_listed_oldest_first(store: MemoryStore) -> None:
    times = iter([3, 1, 1])
    providers = Providers(store, box(), Register(), FakeModels(), now=lambda: next(times))
    for provider_id in ("c", "b", "a"):
        await providers.put(provider_id, parse(ProviderInput, NEW))
    assert [view.id for view in providers.list()] == ["a", "b", "c"]


async def test_an_unknown_provider_is_named(providers: Providers) -> None:
    for use in (providers.get, providers.endpoint, providers.entries):
        with pytest.raises(UnknownProviderError, match="'gone'"):
            use("gone")
    with pytest.raises(UnknownProviderError):
        await providers.delete("gone")


# Nothing shows a secret


@given(
    key=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40).map("ca-nary-".__add__)
)
async def test_no_view_shows_a_secret(key: str) -> None:
    store = MemoryStore()
    providers = await loaded(store)
    view = await providers.put("main", parse(ProviderInput, {**NEW, "api_key": key, "headers": {"authorization": key}}))
    shown = [repr(view), str(view), view.model_dump_json(), str(view.model_dump()), repr(providers.endpoint("main"))]
    shown += [repr(vars(providers)["_providers"]), str(asdict(store.providers["main"]))]
    assert not [text for text in shown if key in text or json.dumps(key)[1:-1] in text]


async def test_input_shows_no_secret() -> None:
    given = parse(ProviderInput, {"api_key": CANARY, "headers": {"x-team": CANARY}})
    assert CANARY not in f"{given!r} {given} {given.model_dump_json()}"


async def test_secrets_are_made_known_to_the_redactor(put: Put, register: Register) -> None:
    await put(
        **NEW,
        api_key=CANARY,
        headers={
            "authorization": "Bearer second-secret",
            "x-short": "elevenchars",
            "http-referer": "https://a.example",
        },
    )
    assert register.known == {CANARY, "Bearer second-secret", "second-secret"}


async def test_the_redactor_takes_a_providers_key_out_of_text(store: MemoryStore) -> None:
    redactor = SecretRedactor()
    providers = Providers(store, box(), redactor, FakeModels(), now=lambda: 0)
    await providers.put("main", parse(ProviderInput, {**NEW, "api_key": CANARY}))
    assert CANARY not in redactor.redact(f"Incorrect API key provided: {CANARY}.")


async def test_loaded_secrets_are_made_known_too(put: Put, store: MemoryStore) -> None:
    await put(**NEW, api_key=CANARY)
    register = Register()
    await Providers(store, box(), register, FakeModels(), now=lambda: 0).load()
    assert register.known == {CANARY}


# Keys that change, and secrets that cannot be opened


async def test_rotation_seals_everything_with_the_first_key(put: Put, store: MemoryStore) -> None:
    await put("a", **NEW, api_key=CANARY)
    await put("b", **NEW)
    await put("c", **NEW, api_key="another-key-1")
    both = await loaded(store, OTHER_KEY, KEY)
    assert await both.rotate() == 2
    assert await both.rotate() == 0
    new = await loaded(store, OTHER_KEY)
    assert new.endpoint("a").api_key == CANARY
    assert new.endpoint("c").api_key == "another-key-1"


async def test_a_wrong_key_is_said_and_loses_nothing(put: Put, store: MemoryStore) -> None:
    await put(**NEW, api_key=CANARY)
    wrong = await loaded(store, OTHER_KEY)
    view = wrong.get("main")
    assert view.problem is not None
    assert "sealed with another key" in view.problem.message
    assert "Put the earlier key back" in view.problem.remedy
    assert view.has_key
    changes: list[dict[str, JsonValue]] = [
        {"api_key": "new-key"},
        {"api_key": None},
        {"headers": {"a": "b"}},
        {"base_url": "https://b.example"},
    ]
    for change in changes:
        with pytest.raises(KeyMissingError):
            await wrong.put("main", parse(ProviderInput, change))
    with pytest.raises(KeyMissingError):
        wrong.endpoint("main")
    with pytest.raises(KeyMissingError):
        await wrong.rotate()
    await wrong.put("main", parse(ProviderInput, {"name": "Renamed"}))
    assert (await loaded(store)).endpoint("main").api_key == CANARY


async def test_a_provider_that_cannot_be_opened_can_be_deleted(put: Put, store: MemoryStore) -> None:
    await put(**NEW, api_key=CANARY)
    wrong = await loaded(store, OTHER_KEY)
    await wrong.delete("main")
    assert store.providers == {}


async def test_a_key_moved_to_another_row_is_refused(put: Put, store: MemoryStore) -> None:
    await put("mine", **NEW, api_key=CANARY)
    await put("theirs", format="openai", base_url="https://evil.example", api_key="another-key-1")
    store.change("theirs", secrets=store.providers["mine"].secrets)
    providers = await loaded(store)
    with pytest.raises(SecretDamagedError):
        providers.endpoint("theirs")
    assert providers.endpoint("mine").api_key == CANARY


async def test_a_row_of_an_unknown_format_is_said_so(put: Put, store: MemoryStore) -> None:
    await put(**NEW)
    store.change("main", format="telepathy")
    with pytest.raises(StoredSettingsError, match="its format is not known"):
        await loaded(store)


# Asking the provider


async def test_own_entries_come_first_and_win(put: Put, providers: Providers, models: FakeModels) -> None:
    models.adapter = FakeModel(
        [ModelFacts("a", name="A"), ModelFacts("b", name="B", context_window=1_000, input_price=1)]
    )
    await put(**NEW, models=[{"id": "b", "context_window": 2_000}, {"id": "own", "name": "Mine"}])
    assert list(await providers.list_models("main")) == [
        ModelFacts("b", name="B", context_window=2_000, input_price=1),
        ModelFacts("own", name="Mine"),
        ModelFacts("a", name="A"),
    ]


async def test_a_test_asks_one_word_and_hangs_up(put: Put, providers: Providers, models: FakeModels) -> None:
    models.adapter = adapter = FakeModel([ModelFacts("text-embedding-3"), ModelFacts("chatty")])
    await put(**NEW, api_key=CANARY)
    result = await providers.test("main")
    assert (result.ok, result.model, result.models, result.failure) == (True, "chatty", 2, None)
    assert result.latency_ms is not None
    assert [request.max_output_tokens for request in adapter.asked] == [16]
    assert (adapter.given, adapter.closed) == (1, True)
    assert models.endpoints == [providers.endpoint("main")]


async def test_a_test_asks_the_model_that_was_chosen(put: Put, providers: Providers, models: FakeModels) -> None:
    models.adapter = adapter = FakeModel([ModelFacts("a"), ModelFacts("b")])
    await put(**NEW)
    assert (await providers.test("main", "b")).ok
    assert [request.model for request in adapter.asked] == ["b"]


async def test_a_failed_listing_ends_the_test(put: Put, providers: Providers, models: FakeModels) -> None:
    models.adapter = adapter = FakeModel(failure("bad_key"))
    await put(**NEW, models=[{"id": "m"}])
    result = await providers.test("main")
    assert (result.ok, result.failure and result.failure.kind) == (False, "bad_key")
    assert adapter.asked == []


async def test_a_server_without_a_list_is_asked_nevertheless(
    put: Put, providers: Providers, models: FakeModels
) -> None:
    models.adapter = FakeModel(failure("bad_request"))
    await put(**NEW, models=[{"id": "m"}])
    result = await providers.test("main")
    assert (result.ok, result.model, result.models) == (True, "m", None)


async def test_a_failed_question_fails_the_test(put: Put, providers: Providers, models: FakeModels) -> None:
    models.adapter = FakeModel([ModelFacts("m")], failure("unknown_model"))
    await put(**NEW)
    result = await providers.test("main")
    assert (result.ok, result.model, result.failure and result.failure.kind) == (False, "m", "unknown_model")


async def test_a_model_that_thinks_its_tokens_away_was_reached(
    put: Put, providers: Providers, models: FakeModels
) -> None:
    models.adapter = FakeModel([ModelFacts("m")], failure("empty_answer"))
    await put(**NEW)
    assert (await providers.test("main")).ok


async def test_a_provider_without_models_says_what_to_do(put: Put, providers: Providers) -> None:
    await put(**NEW, name="Local")
    result = await providers.test("main")
    assert result.failure is not None
    assert (result.failure.kind, result.failure.message) == (
        "no_model",
        "Local answers, but lists no model that could be asked.",
    )


async def test_a_test_of_an_unreadable_key_says_so(put: Put, store: MemoryStore) -> None:
    await put(**NEW, api_key=CANARY)
    result = await (await loaded(store, OTHER_KEY)).test("main")
    assert result.failure is not None
    assert (result.ok, result.failure.kind) == (False, "bad_key")
    assert "Put the earlier key back" in result.failure.remedy
