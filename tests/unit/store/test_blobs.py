"""Blobs: what goes in comes out, whole and unaltered, and from nowhere else."""

import asyncio
import hashlib
import os
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowent.store.base import Blobs, StorageFullError, StorageReadOnlyError
from flowent.store.blobs import DamagedBlobError, FileBlobs

NAME = hashlib.sha256(b"bytes").hexdigest()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(directory: Path) -> FileBlobs:
    return FileBlobs(directory)


def paths_of(directory: Path) -> list[Path]:
    return [directory, *directory.rglob("*")]


def files_of(directory: Path) -> list[Path]:
    return [path for path in paths_of(directory) if path.is_file()]


def file_of(directory: Path, sha256: str = NAME) -> Path:
    return directory / sha256[:2] / sha256[2:]


@given(data=st.binary(max_size=100_000), durable=st.booleans())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_bytes_come_back_by_their_hash(blobs: FileBlobs, data: bytes, durable: bool) -> None:
    port: Blobs = blobs
    name = await port.put(data, durable=durable)
    assert name == hashlib.sha256(data).hexdigest()
    assert await port.get(name) == data


async def test_only_the_owner_can_read_them(blobs: FileBlobs, directory: Path) -> None:
    before = os.umask(0)
    try:
        await blobs.put(b"bytes")
    finally:
        os.umask(before)
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in paths_of(directory)}
    assert all(mode == (0o700 if path.is_dir() else 0o600) for path, mode in found.items())
    assert file_of(directory) in found


async def test_putting_again_keeps_the_file(blobs: FileBlobs, directory: Path) -> None:
    await blobs.put(b"bytes", durable=False)
    before = file_of(directory).stat().st_ino
    assert await blobs.put(b"bytes") == NAME
    assert file_of(directory).stat().st_ino == before


async def test_many_at_once_leave_one_file_and_no_rest(blobs: FileBlobs, directory: Path) -> None:
    assert set(await asyncio.gather(*(blobs.put(b"bytes") for _ in range(20)))) == {NAME}
    assert files_of(directory) == [file_of(directory)]


@pytest.mark.parametrize("left", [b"", b"byte", b"\0\0\0\0\0"])
async def test_what_a_power_cut_left_is_replaced(blobs: FileBlobs, directory: Path, left: bytes) -> None:
    await blobs.put(b"bytes")
    file_of(directory).write_bytes(left)
    await blobs.put(b"bytes")
    assert await blobs.get(NAME) == b"bytes"


@pytest.mark.parametrize("name", [NAME, "", "../../etc/passwd", NAME.upper(), NAME[:-1], NAME + "\n"])
async def test_there_is_nothing_by_another_name(blobs: FileBlobs, name: str) -> None:
    with pytest.raises(KeyError):
        await blobs.get(name)


async def test_damage_is_noticed(blobs: FileBlobs, directory: Path) -> None:
    await blobs.put(b"bytes")
    file_of(directory).write_bytes(b"bytez")
    with pytest.raises(DamagedBlobError, match="is damaged"):
        await blobs.get(NAME)


async def test_a_link_in_a_blobs_place_is_not_followed(blobs: FileBlobs, directory: Path, tmp_path: Path) -> None:
    await blobs.put(b"bytes")
    secret = tmp_path / "secret"
    secret.write_bytes(b"bytes")
    file_of(directory).unlink()
    file_of(directory).symlink_to(secret)
    with pytest.raises(Exception, match="could not be used"):
        await blobs.get(NAME)
    await blobs.put(b"bytes")
    assert not file_of(directory).is_symlink()
    assert secret.read_bytes() == b"bytes"


async def test_a_link_in_a_directorys_place_is_not_followed(blobs: FileBlobs, directory: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "blobs").mkdir()
    (directory / NAME[:2]).symlink_to(elsewhere)
    with pytest.raises(Exception, match="could not be used"):
        await blobs.put(b"bytes")
    assert list(elsewhere.iterdir()) == []


async def test_only_old_rests_are_swept(blobs: FileBlobs, directory: Path) -> None:
    unfinished = directory / "unfinished"
    unfinished.mkdir(parents=True)
    for name, age in (("old", 2 * 3600), ("young", 60)):
        (unfinished / name).touch()
        born = (unfinished / name).stat().st_mtime - age
        os.utime(unfinished / name, (born, born))
    await blobs.put(b"bytes")
    assert [path.name for path in unfinished.iterdir()] == ["young"]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory]
        if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
            pytest.skip("mounting a small file system needs root")
        yield Path(directory)
        subprocess.run(["umount", "--lazy", directory], check=True)


def make_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


async def test_a_full_disk_is_told_and_left_clean(small_disk: Path) -> None:
    blobs = FileBlobs(small_disk / "blobs")
    with pytest.raises(StorageFullError, match="No space is left"):
        await blobs.put(bytes(2 << 20))
    assert files_of(small_disk) == []
    assert await blobs.get(await blobs.put(b"bytes")) == b"bytes"


async def test_a_read_only_disk_is_told(small_disk: Path) -> None:
    blobs = FileBlobs(small_disk / "blobs")
    await blobs.put(b"bytes")
    make_read_only(small_disk)
    with pytest.raises(StorageReadOnlyError, match="cannot be written"):
        await blobs.put(b"others")
    assert await blobs.get(NAME) == b"bytes"
