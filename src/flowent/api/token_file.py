"""The bearer token of a workspace that was given none: made at the first start, kept in a file of mode 0600."""

import os
import secrets
import stat
from pathlib import Path

MAX_TOKEN_BYTES = 4096


class TokenFileError(Exception):
    """The token file cannot be used; the message says why and what to do."""


def load_or_make_token(path: Path) -> str:
    """Read the token, or make one of 256 bits; raises TokenFileError.

    The file appears whole or not at all, so a crash never leaves an empty one. A file that others may read, or that is
    not an ordinary file of ours, is refused.
    """
    try:
        token = _read(path)
        if token is None:
            _write(path, secrets.token_urlsafe(32))
            token = _read(path)
    except OSError as error:
        raise TokenFileError(
            f"The token file {path} cannot be used: {error.strerror}. Make its directory writable for this user, "
            "or give a token with FLOWENT_TOKEN."
        ) from error
    if not token:
        raise TokenFileError(f"The token file {path} is empty. Delete it: the next start makes a new one.")
    return token


def _read(path: Path) -> str | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise TokenFileError(f"The token file {path} is not an ordinary file. Delete it and start again.")
        if os.name == "posix" and stat.S_IMODE(found.st_mode) & 0o077:
            raise TokenFileError(
                f"Others may read the token file {path}, so the token may be known. Delete it: the next start makes "
                f"a new one. (To keep it, run: chmod 600 {path})"
            )
        return file.read(MAX_TOKEN_BYTES).decode(errors="replace").strip()


def _write(path: Path, token: str) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(token.encode() + b"\n")
            file.flush()
            os.fsync(descriptor)
        # A link never replaces: of two processes that start at once, both use the first one's token.
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()
