"""Errors of the operating system in a person's words."""

import errno

from flowent.store.base import StorageFullError, StorageReadOnlyError, StoreError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


def full(where: str) -> StorageFullError:
    """Say that no space is left."""
    return StorageFullError(f"No space is left for {where}. Free some space on its disk, then try again.")


def read_only(where: str, reason: object) -> StorageReadOnlyError:
    """Say that writing is not allowed."""
    return StorageReadOnlyError(
        f"{_capital(where)} cannot be written ({reason}). "
        "Check who owns it and its directory, their permissions, and that the disk is not mounted read-only."
    )


def explain_os(error: OSError, where: str) -> StoreError:
    """Say what an error of the operating system means for that file or directory."""
    if error.errno in _FULL:
        return full(where)
    if error.errno in _READ_ONLY:
        return read_only(where, error.strerror)
    return StoreError(
        f"{_capital(where)} could not be used ({error.strerror or error}). Check its disk, then try again."
    )


def _capital(where: str) -> str:
    return where[:1].upper() + where[1:]
