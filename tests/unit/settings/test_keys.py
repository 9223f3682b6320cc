"""Where the key comes from, and that a lost one is never replaced in silence."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked

from flowent.settings.errors import KeySourceError
from flowent.settings.keys import (
    CREDENTIAL_NAME,
    KEY_VARIABLE,
    KeyCredential,
    KeyFile,
    KeyRing,
    KeySource,
    KeyVariable,
    choose_key_source,
    load_secrets,
    load_secrets_or_lock,
)
from flowent.settings.secrets import LockedSecrets, new_key


@pytest.fixture
def source(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "configuration" / "secret.key", tmp_path / "data")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_key_is_made_private_whatever_the_umask(source: KeyFile) -> None:
    before = os.umask(0)
    try:
        load_secrets(source, create=True)
    finally:
        os.umask(before)
    assert mode(source.path) == 0o600
    assert mode(source.path.parent) == 0o700


def test_the_same_file_opens_what_it_sealed(source: KeyFile) -> None:
    envelope = load_secrets(source, create=True).seal(b"secret", "row")
    assert load_secrets(source, create=True).open(envelope, "row") == b"secret"
    assert load_secrets(source, create=False).open(envelope, "row") == b"secret"


def test_a_lost_key_file_is_not_replaced(source: KeyFile) -> None:
    with pytest.raises(KeySourceError, match="There is no key file") as caught:
        load_secrets(source, create=False)
    assert "Put the file back" in caught.value.remedy
    assert not source.path.exists()


def test_a_key_file_among_the_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with pytest.raises(KeySourceError, match="inside the directory of the database"):
        load_secrets(KeyFile(tmp_path / "link" / "secret.key", tmp_path / "data"), create=True)
    assert list((tmp_path / "data").iterdir()) == []


def test_a_key_file_that_others_can_read_is_refused(source: KeyFile) -> None:
    load_secrets(source, create=True)
    source.path.chmod(0o640)
    with pytest.raises(KeySourceError) as caught:
        load_secrets(source, create=True)
    assert f"chmod 600 {source.path}" in caught.value.remedy


def test_a_damaged_key_file_stays_as_it_is(source: KeyFile) -> None:
    source.path.parent.mkdir()
    source.path.write_text("half a k")
    source.path.chmod(0o600)
    with pytest.raises(KeySourceError, match="is not 32 bytes"):
        load_secrets(source, create=True)
    assert source.path.read_text() == "half a k"


def test_a_key_file_without_text_is_said_so(source: KeyFile) -> None:
    source.path.parent.mkdir()
    source.path.write_bytes(b"\xff\xfe" * 16)
    source.path.chmod(0o600)
    with pytest.raises(KeySourceError, match="holds no text"):
        load_secrets(source, create=True)


def test_a_pipe_in_the_key_files_place_does_not_hang(source: KeyFile) -> None:
    source.path.parent.mkdir()
    os.mkfifo(source.path, 0o600)
    with pytest.raises(KeySourceError, match="is not a file"):
        load_secrets(source, create=True)


def test_a_key_file_that_cannot_be_made_says_what_else_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeySourceError, match="cannot be written") as caught:
        load_secrets(KeyFile(tmp_path / "file" / "secret.key", tmp_path / "data"), create=True)
    assert KEY_VARIABLE in caught.value.remedy


def test_a_key_that_could_not_be_written_whole_leaves_no_file(source: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeySourceError, match="No space left"):
        load_secrets(source, create=True)
    assert not source.path.exists()


def test_the_variable_comes_first(tmp_path: Path) -> None:
    environment = {KEY_VARIABLE: new_key(), "CREDENTIALS_DIRECTORY": str(tmp_path)}
    (tmp_path / CREDENTIAL_NAME).write_text(new_key())
    source = choose(environment, tmp_path, "mine")
    assert isinstance(source, KeyVariable)
    envelope = load_secrets(source, create=False).seal(b"secret", "row")
    assert load_secrets(source, create=False).open(envelope, "row") == b"secret"
    assert environment[KEY_VARIABLE] not in repr(source)


def test_the_systemd_credential_comes_before_the_keyring(tmp_path: Path) -> None:
    (tmp_path / CREDENTIAL_NAME).write_text(new_key())
    (tmp_path / CREDENTIAL_NAME).chmod(0o440)
    source = choose({"CREDENTIALS_DIRECTORY": str(tmp_path)}, tmp_path, "mine")
    assert source == KeyCredential(tmp_path / CREDENTIAL_NAME)
    load_secrets(source, create=False)


def test_the_keyring_is_used_only_when_asked_for(tmp_path: Path) -> None:
    assert choose({KEY_VARIABLE: " "}, tmp_path, "mine") == KeyRing("mine")
    assert choose({"CREDENTIALS_DIRECTORY": str(tmp_path)}, tmp_path, None) == KeyFile(
        tmp_path / "key", tmp_path / "data"
    )


def test_locked_secrets_stand_in_for_a_lost_key(source: KeyFile) -> None:
    assert isinstance(load_secrets_or_lock(source, create=False), LockedSecrets)


def choose(environment: dict[str, str], folder: Path, account: str | None) -> KeySource:
    return choose_key_source(
        environment, key_file=folder / "key", database_directory=folder / "data", keyring_account=account
    )


class MemoryKeyring(KeyringBackend):
    """A keyring that lasts as long as the test."""

    priority = 1  # pyright: ignore[reportAssignmentType]  keyring types it as a class property

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_the_keyring_keeps_the_first_key(memory: MemoryKeyring) -> None:
    envelope = load_secrets(KeyRing("one"), create=True).seal(b"secret", "row")
    assert load_secrets(KeyRing("one"), create=False).open(envelope, "row") == b"secret"
    assert list(memory.kept) == [("flowent", "one")]


def test_a_key_that_left_the_keyring_is_not_replaced(memory: MemoryKeyring) -> None:
    with pytest.raises(KeySourceError, match="holds no key for one"):
        load_secrets(KeyRing("one"), create=False)
    assert memory.kept == {}


def test_a_locked_keyring_is_said_so(memory: MemoryKeyring) -> None:
    memory.locked = True
    with pytest.raises(KeySourceError) as caught:
        load_secrets(KeyRing("one"), create=True)
    assert "Unlock it" in caught.value.remedy


def test_a_machine_without_keyring_names_the_other_ways(memory: MemoryKeyring) -> None:
    keyring.set_keyring(NoKeyring())
    with pytest.raises(KeySourceError, match="has no keyring") as caught:
        load_secrets(KeyRing("one"), create=True)
    assert KEY_VARIABLE in caught.value.remedy


def test_a_missing_keyring_package_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(KeySourceError) as caught:
        load_secrets(KeyRing("one"), create=True)
    assert "flowent[keyring]" in caught.value.remedy
