"""Choosing a project folder: what is listed, and what is said of a directory before it is chosen."""

from pathlib import Path

import pytest

from flowent.conversations import folders as module
from flowent.conversations.errors import InvalidError, UnknownError
from flowent.conversations.folders import Folders
from flowent.conversations.workplaces import Workplaces


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("home/work/project/src", "home/data", "home/other"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path.resolve() / "home"


@pytest.fixture
def folders(home: Path) -> Folders:
    async def added() -> tuple[Path, ...]:
        return ()

    data = home / "data"
    return Folders(Workplaces(home / "work" / "project", data, home, added), home=home, private=[data])


async def test_it_begins_above_the_work_directory(folders: Folders, home: Path) -> None:
    listing = await folders.list(None)
    assert (listing.path, listing.parent) == (str(home / "work"), str(home))
    assert [folder.name for folder in listing.items] == ["project"]


async def test_only_directories_that_are_not_hidden_by_name(folders: Folders, home: Path) -> None:
    for name in ("B", "a", "C", ".hidden", "line\nbreak"):
        (home / "other" / name).mkdir()
    (home / "other" / "file").touch()
    (home / "other" / "link").symlink_to(home / "work")
    (home / "other" / "nowhere").symlink_to(home / "none")
    listing = await folders.list(str(home / "other"))
    assert [folder.name for folder in listing.items] == ["a", "B", "C", "link"]


@pytest.mark.parametrize("manifest", [".git", "pyproject.toml", "package.json", "Cargo.toml", "go.mod"])
async def test_a_project_is_known_by_what_it_holds(folders: Folders, home: Path, manifest: str) -> None:
    (home / "work" / "project" / manifest).touch()
    (home / "work" / "plain").mkdir()
    listing = await folders.list(str(home / "work"))
    assert [(folder.name, folder.project) for folder in listing.items] == [("plain", False), ("project", True)]


@pytest.mark.parametrize(
    ("path", "allowed", "addable", "words"),
    [
        ("work/project", True, False, None),
        ("work/project/src", True, False, None),
        ("other", False, True, "added in the settings"),
        ("", False, False, "home directory"),
        ("data", False, False, "own data"),
    ],
)
async def test_it_is_said_beforehand_what_can_be_chosen(
    folders: Folders, home: Path, path: str, allowed: bool, addable: bool, words: str | None
) -> None:
    permission = (await folders.list(str(home / path))).permission
    assert (permission.allowed, permission.addable) == (allowed, addable)
    assert permission.reason is None if words is None else words in (permission.reason or "")
    assert (permission.remedy is None) == allowed


async def test_a_long_list_is_cut(folders: Folders, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FOLDERS", 2)
    for name in ("a", "b", "c"):
        (home / "other" / name).mkdir()
    listing = await folders.list(str(home / "other"))
    assert ([folder.name for folder in listing.items], listing.truncated) == (["a", "b"], True)


async def test_the_top_has_no_parent(folders: Folders) -> None:
    assert (await folders.list("/")).parent is None


async def test_a_path_may_begin_at_home(folders: Folders, home: Path) -> None:
    assert (await folders.list("~")).path == str(home)
    assert (await folders.list("~/other")).path == str(home / "other")


@pytest.mark.parametrize("path", ["relative", "../x", "~somebody/x"])
async def test_a_path_that_is_not_whole_is_refused(folders: Folders, path: str) -> None:
    with pytest.raises(InvalidError) as caught:
        await folders.list(path)
    assert caught.value.field == "path"


async def test_what_is_not_there_is_not_found(folders: Folders, home: Path) -> None:
    with pytest.raises(UnknownError):
        await folders.list(str(home / "none"))


async def test_what_cannot_be_entered_is_refused(folders: Folders, home: Path) -> None:
    (home / "file").touch()
    (home / "circle").symlink_to(home / "circle")
    for name in ("file", "circle"):
        with pytest.raises(InvalidError):
            await folders.list(str(home / name))


async def test_recent_ones_are_those_that_could_be_used_now(folders: Folders, home: Path) -> None:
    project = home / "work" / "project"
    given = [str(project / "src"), str(home / "other"), str(project), str(project / "gone"), str(project / "src")]
    assert [folder.path for folder in await folders.usable(given)] == [str(project / "src"), str(project)]
