"""One process owns a data directory, and whoever comes second is told who."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from flowent.store.base import StoreError
from flowent.store.ownership import DirectoryOwnedError, Owner, claim_data_directory, read_owner

OWNER = """
import sys, time
from pathlib import Path
from flowent.store.ownership import claim_data_directory
claim = claim_data_directory(Path(sys.argv[1]))
claim.announce("http://127.0.0.1:6873")
print("owned", flush=True)
time.sleep(60)
"""


def test_a_second_claim_is_refused_and_told_the_owner(tmp_path: Path) -> None:
    claim = claim_data_directory(tmp_path)
    claim.announce("http://127.0.0.1:6873")
    with pytest.raises(DirectoryOwnedError) as refused:
        claim_data_directory(tmp_path)
    assert refused.value.owner == Owner(os.getpid(), "http://127.0.0.1:6873")
    for words in (str(tmp_path), f"process {os.getpid()}", "http://127.0.0.1:6873", "--data-dir"):
        assert words in str(refused.value)
    claim.release()


def test_an_owner_without_an_address_is_told(tmp_path: Path) -> None:
    claim = claim_data_directory(tmp_path)
    with pytest.raises(DirectoryOwnedError, match=rf"process {os.getpid()}\. Use"):
        claim_data_directory(tmp_path)
    claim.release()


def test_a_released_directory_can_be_claimed(tmp_path: Path) -> None:
    claim = claim_data_directory(tmp_path)
    claim.release()
    claim.release()
    assert read_owner(tmp_path) == Owner(None, None)
    claim_data_directory(tmp_path).release()


def test_another_process_owns_it_until_it_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, tmp_path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "owned\n"
        with pytest.raises(DirectoryOwnedError) as refused:
            claim_data_directory(tmp_path)
        process.send_signal(signal.SIGKILL)
    assert refused.value.owner == Owner(process.pid, "http://127.0.0.1:6873")
    claim_data_directory(tmp_path).release()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}'])
def test_a_lock_file_that_says_nothing_is_still_a_lock(tmp_path: Path, content: str) -> None:
    claim = claim_data_directory(tmp_path)
    (tmp_path / "lock").write_text(content)
    with pytest.raises(DirectoryOwnedError, match="in use by another process"):
        claim_data_directory(tmp_path)
    claim.release()


def test_a_new_directory_is_its_owners_only(tmp_path: Path) -> None:
    claim = claim_data_directory(tmp_path / "a" / "data")
    assert stat.S_IMODE((tmp_path / "a" / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "a" / "data" / "lock").stat().st_mode) == 0o600
    claim.release()


def test_a_file_in_the_directorys_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StoreError, match="could not be used"):
        claim_data_directory(tmp_path / "data")


def test_a_link_in_the_locks_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="could not be used"):
        claim_data_directory(tmp_path)
    assert (tmp_path / "elsewhere").read_text() == "kept"
