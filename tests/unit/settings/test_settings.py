"""Settings: merged, checked, stored where they differ from their default."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from flowent.settings.errors import InvalidInputError, StoredSettingsError, parse
from flowent.settings.providers import Providers
from flowent.settings.settings import LARGEST_PROMPT, AttachmentLimits, Limits, Settings, SettingsPatch, SettingsService
from flowent.store.base import StorageFullError

from .conftest import Change, Put
from .fakes import NOT_INSTALLED, FakeEmbedded, FakeModels, MemoryStore, Register, box

URL = "https://api.example.com/v1"


async def test_defaults_are_there_from_the_start(settings: SettingsService) -> None:
    assert settings.get() == Settings()
    assert settings.get().limits == Limits(steps=100, wall_seconds=3_600, identical_calls=5, retries=5)


async def test_a_change_keeps_what_it_does_not_name(change: Change, settings: SettingsService) -> None:
    await change(model="m", reasoning_effort="high", limits={"steps": 10})
    await change(context_window=8_000, limits={"retries": 0})
    assert settings.get() == Settings(
        model="m", reasoning_effort="high", context_window=8_000, limits=Limits(steps=10, retries=0)
    )


async def test_null_resets_to_the_default(change: Change) -> None:
    await change(model="m", reasoning_effort="high", agent_prompt="Be brief.", limits={"steps": 10, "retries": 1})
    changed = await change(model=None, reasoning_effort=None, agent_prompt=None, limits={"steps": None})
    assert changed == Settings(limits=Limits(retries=1))
    assert await change(limits=None) == Settings()


async def test_only_what_differs_from_its_default_is_stored(change: Change, store: MemoryStore) -> None:
    await change(limits={"steps": 10, "retries": 5}, reasoning_effort="default", model="m")
    assert store.settings == {"limits": {"steps": 10}, "model": "m"}
    await change(limits=None, model=None)
    assert store.settings == {}


async def test_a_restart_finds_the_settings_again(
    change: Change, settings: SettingsService, store: MemoryStore, providers: Providers, tmp_path: Path
) -> None:
    (tmp_path / "project").mkdir()
    await change(model="m", attachments={"file_bytes": 5}, folders=[str(tmp_path / "project")])
    again = SettingsService(store, providers, FakeEmbedded(), home=tmp_path, private=[])
    await again.load()
    assert again.get() == settings.get()
    assert again.get().attachments == AttachmentLimits(file_bytes=5)


async def test_what_others_keep_in_the_same_table_is_left_alone(
    change: Change, settings: SettingsService, store: MemoryStore
) -> None:
    store.settings["password_hash"] = "x"
    await settings.load()
    await change(model="m")
    assert store.settings["password_hash"] == "x"


async def test_a_stored_setting_that_cannot_be_read_is_named(settings: SettingsService, store: MemoryStore) -> None:
    store.settings["limits"] = {"steps": "many"}
    with pytest.raises(StoredSettingsError, match=r"limits\.steps"):
        await settings.load()


async def test_reading_costs_no_query(settings: SettingsService, store: MemoryStore) -> None:
    before = store.reads
    settings.get()
    assert store.reads == before


async def test_a_change_that_was_not_stored_is_not_seen(
    change: Change, settings: SettingsService, store: MemoryStore
) -> None:
    store.full = True
    with pytest.raises(StorageFullError):
        await change(model="m")
    assert settings.get().model is None


# What cannot be taken


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("provider_id", {"provider_id": "gone"}),
        ("model", {"model": ""}),
        ("model", {"model": " m"}),
        ("reasoning_effort", {"reasoning_effort": "huge"}),
        ("context_window", {"context_window": 999}),
        ("agent_prompt", {"agent_prompt": "é" * (LARGEST_PROMPT // 2 + 1)}),
        ("agent_prompt", {"agent_prompt": "\ud800"}),
        ("limits.steps", {"limits": {"steps": 0}}),
        ("limits.identical_calls", {"limits": {"identical_calls": 1}}),
        ("limits.sleeps", {"limits": {"sleeps": 1}}),
        ("attachments.file_bytes", {"attachments": {"file_bytes": 10**12}}),
        ("themes", {"themes": "dark"}),
    ],
)
async def test_a_bad_field_is_named_with_a_remedy(
    change: Change, settings: SettingsService, field: str, fields: dict[str, JsonValue]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await change(**fields)
    assert caught.value.field == field
    assert caught.value.remedy
    assert settings.get() == Settings()


async def test_the_largest_prompt_is_taken(change: Change) -> None:
    assert (await change(agent_prompt="é" * (LARGEST_PROMPT // 2))).agent_prompt


async def test_the_limit_of_the_prompt_is_stated(change: Change) -> None:
    with pytest.raises(InvalidInputError, match="40,000 bytes; at most 32,768"):
        await change(agent_prompt="a" * 40_000)


# Providers


async def test_the_embedded_model_is_a_provider_while_it_is_there(change: Change, embedded: FakeEmbedded) -> None:
    assert (await change(provider_id="embedded")).provider_id == "embedded"
    embedded.problem = NOT_INSTALLED
    with pytest.raises(InvalidInputError) as caught:
        await change(provider_id="embedded")
    assert (caught.value.field, caught.value.remedy) == ("provider_id", NOT_INSTALLED.remedy)


async def test_another_provider_resets_the_model_of_the_one_before(change: Change, put: Put) -> None:
    await put("a", format="openai", base_url=URL)
    await put("b", format="openai", base_url=URL)
    await change(model="early")
    assert (await change(provider_id="a")).model == "early"
    assert (await change(provider_id="a")).model == "early"
    assert (await change(provider_id="b")).model is None
    assert (await change(provider_id="a", model="m")).model == "m"
    assert (await change(provider_id=None)).model is None


# Folders


async def test_folders_are_stored_resolved_and_once(change: Change, home: Path) -> None:
    project = home / "project"
    project.mkdir()
    (home / "link").symlink_to(project)
    changed = await change(folders=[str(project), str(home / "link"), str(project / ".." / "project")])
    assert changed.folders == (str(project.resolve()),)


async def test_folders_outside_the_home_are_taken(change: Change, tmp_path: Path) -> None:
    (tmp_path / "srv").mkdir()
    assert (await change(folders=[str(tmp_path / "srv")])).folders == (str(tmp_path / "srv"),)


async def bad_folder(change: Change, folder: Path | str) -> str:
    with pytest.raises(InvalidInputError) as caught:
        await change(folders=[str(folder)])
    assert caught.value.field == "folders.0"
    assert caught.value.remedy
    return caught.value.message


@pytest.mark.parametrize("folder", ["project", "~/project", ""])
async def test_a_folder_needs_its_whole_path(change: Change, folder: str) -> None:
    assert "not a whole path" in await bad_folder(change, folder)


async def test_a_folder_must_be_there(change: Change, home: Path) -> None:
    (home / "circle").symlink_to(home / "circle")
    for folder in (home / "gone", home / "circle", "/tmp/a\0b"):
        assert "cannot be reached" in await bad_folder(change, folder)


async def test_a_file_is_no_folder(change: Change, home: Path) -> None:
    (home / "file").write_text("")
    assert "is a file" in await bad_folder(change, home / "file")


async def test_the_home_and_what_contains_it_are_no_folders(change: Change, home: Path) -> None:
    (home / "project").mkdir()
    (home / "project" / "up").symlink_to(home)
    for folder in (home, home.parent, "/", home / "project" / "up"):
        assert "contains the home directory" in await bad_folder(change, folder)


async def test_flowents_own_files_are_out_of_reach(change: Change, home: Path) -> None:
    own = home / ".local" / "flowent"
    (own / "blobs").mkdir()
    (home / "keys").mkdir()
    for folder in (own, own.parent, own / "blobs", home / "keys"):
        assert "Flowent's own files" in await bad_folder(change, folder)


async def test_there_is_a_limit_of_folders(change: Change, home: Path) -> None:
    with pytest.raises(InvalidInputError, match="at most 100 folders"):
        await change(folders=[str(home)] * 101)


# Any sequence of changes

limit = st.none() | st.integers(1, 20)
patches = st.fixed_dictionaries(
    {},
    optional={
        "model": st.none() | st.sampled_from(["a", "b"]),
        "context_window": st.none() | st.integers(1_000, 2_000),
        "agent_prompt": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        "limits": st.none() | st.fixed_dictionaries({}, optional={"steps": limit, "retries": limit}),
    },
)


@given(st.lists(patches, max_size=6))
async def test_what_is_stored_is_what_is_seen(changes: list[dict[str, JsonValue]]) -> None:
    store = MemoryStore()
    providers = Providers(store, box(), Register(), FakeModels(), now=lambda: 0)
    service = SettingsService(store, providers, FakeEmbedded(), home=Path("/home/ada"), private=[])
    for fields in changes:
        await service.merge(parse(SettingsPatch, fields))
    again = SettingsService(store, providers, FakeEmbedded(), home=Path("/home/ada"), private=[])
    await again.load()
    assert again.get() == service.get()
