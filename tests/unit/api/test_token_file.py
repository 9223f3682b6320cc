"""The bearer token's file."""

import stat
from pathlib import Path

import pytest

from flowent.api.token_file import TokenFileError, load_or_make_token


def test_a_token_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "token"
    first = load_or_make_token(path)
    assert len(first) >= 43
    assert load_or_make_token(path) == first
    assert [file.name for file in tmp_path.iterdir()] == ["token"]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "token"
    load_or_make_token(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_workspaces_have_different_tokens(tmp_path: Path) -> None:
    assert load_or_make_token(tmp_path / "one") != load_or_make_token(tmp_path / "two")


def test_a_token_that_a_person_wrote_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("  chosen \n")
    path.chmod(0o600)
    assert load_or_make_token(path) == "chosen"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_file_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "token"
    load_or_make_token(path)
    path.chmod(mode)
    with pytest.raises(TokenFileError, match="Others may read"):
        load_or_make_token(path)


def test_an_empty_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.touch(0o600)
    with pytest.raises(TokenFileError, match="Delete it"):
        load_or_make_token(path)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    load_or_make_token(tmp_path / "elsewhere")
    (tmp_path / "token").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TokenFileError):
        load_or_make_token(tmp_path / "token")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").mkdir(mode=0o700)
    with pytest.raises(TokenFileError):
        load_or_make_token(tmp_path / "token")


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(TokenFileError, match="FLOWENT_TOKEN"):
        load_or_make_token(tmp_path / "missing" / "token")
