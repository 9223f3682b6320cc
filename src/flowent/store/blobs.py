"""Blobs as files that are named by the SHA-256 of their bytes: ``ab/cdef…`` beneath one directory.

A file is written under another name, then renamed: whoever sees a blob sees it whole. No symbolic link beneath the
directory is ever followed, and what is read is checked against its name.
"""

import asyncio
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from flowent.store.base import StoreError
from flowent.store.errors import explain_os

_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = "unfinished"
"""The directory of files that are being written."""

_ABANDONED_SECONDS = 3600.0
"""An unfinished file this old belongs to a process that died."""

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_Result = TypeVar("_Result")


class DamagedBlobError(StoreError):
    """A blob's file does not hold the bytes that its name promises."""

    code = "blob_damaged"


class FileBlobs:
    """Implements `flowent.store.base.Blobs`. Several processes may share the directory."""

    def __init__(self, directory: Path) -> None:
        """Name the directory; it is made, readable by its owner only, when the first blob is put."""
        self._directory = directory
        self._swept = False

    async def put(self, data: bytes, *, durable: bool = True) -> str:
        """Keep bytes; raises StoreError. Putting the same bytes again changes nothing but may make them durable."""
        return await self._off_loop(lambda: self._put(data, durable=durable))

    async def get(self, sha256: str) -> bytes:
        """Give the bytes; raises KeyError if there are none of that name, DamagedBlobError if they are others."""
        return await self._off_loop(lambda: self._get(sha256))

    async def _off_loop(self, work: Callable[[], _Result]) -> _Result:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise explain_os(error, f"the directory of attachments and results {self._directory}") from error

    def _put(self, data: bytes, *, durable: bool) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        shard, name = _shard(sha256), sha256[2:]
        self._make_directories(shard, durable=durable)
        with self._open_directory(shard) as directory:
            if _holds(directory, name, data):
                if durable:
                    _sync_file(directory, name)
            else:
                self._write(directory, name, data, durable=durable)
            if durable:
                # The name is durable only once its directory is.
                os.fsync(directory)
        return sha256

    def _write(self, directory: int, name: str, data: bytes, *, durable: bool) -> None:
        with self._open_directory(_UNFINISHED) as unfinished:
            if not self._swept:
                _sweep(unfinished)
                self._swept = True
            temporary = secrets.token_hex(16)
            try:
                with os.fdopen(os.open(temporary, _CREATE, 0o600, dir_fd=unfinished), "wb") as file:
                    file.write(data)
                    file.flush()
                    if durable:
                        os.fsync(file.fileno())
                os.rename(temporary, name, src_dir_fd=unfinished, dst_dir_fd=directory)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=unfinished)
                raise

    def _get(self, sha256: str) -> bytes:
        shard = _shard(sha256)
        try:
            with self._open_directory(shard) as directory:
                data = _read(directory, sha256[2:])
        except FileNotFoundError as error:
            raise KeyError(sha256) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedBlobError(
                f"The file {self._directory / shard / sha256[2:]} is damaged: its content does not match its name. "
                "Restore it from a backup, or attach the original again."
            )
        return data

    def _make_directories(self, shard: str, *, durable: bool) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = [name for name in (_UNFINISHED, shard) if _make_directory(self._directory / name)]
        if made and durable:
            root = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(root)
            finally:
                os.close(root)

    @contextmanager
    def _open_directory(self, name: str) -> Generator[int]:
        directory = os.open(self._directory / name, _DIRECTORY)
        try:
            yield directory
        finally:
            os.close(directory)


def _shard(sha256: str) -> str:
    """Give the directory of a blob; raises KeyError for what is no SHA-256."""
    if _SHA256.fullmatch(sha256) is None:
        raise KeyError(sha256)
    return sha256[:2]


def _make_directory(path: Path) -> bool:
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def _read(directory: int, name: str) -> bytes:
    with os.fdopen(os.open(name, _READ, dir_fd=directory), "rb") as file:
        return file.read()


def _holds(directory: int, name: str, data: bytes) -> bool:
    """Whether the blob is there whole: a power cut may have left a part of one that was not made durable."""
    try:
        found = os.stat(name, dir_fd=directory, follow_symlinks=False)
        return stat.S_ISREG(found.st_mode) and found.st_size == len(data) and _read(directory, name) == data
    except FileNotFoundError:
        return False


def _sync_file(directory: int, name: str) -> None:
    file = os.open(name, _READ, dir_fd=directory)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _sweep(unfinished: int) -> None:
    """Delete what processes that died left behind."""
    abandoned = time.time() - _ABANDONED_SECONDS
    for name in os.listdir(unfinished):
        with suppress(FileNotFoundError):
            if os.stat(name, dir_fd=unfinished, follow_symlinks=False).st_mtime < abandoned:
                os.unlink(name, dir_fd=unfinished)
