"""Two ways to open a directory beneath another one, with the same rules.

The path is relative and never leaves the root: not by ``..``, not by a symbolic link, not by one of the kernel's
magic links, not while somebody renames directories meanwhile. Symbolic links that stay beneath are followed, also
absolute ones that name something beneath the root. Errors are plain `OSError`: EXDEV where the path leads outside,
ELOOP where links go in circles, and what the system says otherwise. The descriptor belongs to the caller.

The numbers are Linux's own: ``__NR_openat2`` in asm-generic/unistd.h (the same on every architecture that Python
has wheels for), ``struct open_how`` and the RESOLVE flags in linux/openat2.h.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

DIRECTORY_FLAGS: Final = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
"""For a directory that is only passed through; ``O_PATH`` needs no permission to list it."""

MAX_LINKS: Final = 40
"""Symbolic links followed in one path, as many as Linux follows."""

_MAX_DEPTH: Final = 128
_MAX_RACES: Final = 64
_OPENAT2: Final = 437
_RESOLVE_NO_MAGICLINKS: Final = 0x02
_RESOLVE_BENEATH: Final = 0x08


@dataclass(frozen=True, slots=True)
class Root:
    """An open directory that nothing may leave; ``names`` are the absolute paths that are known to mean it."""

    descriptor: int
    names: tuple[PurePosixPath, ...]

    def relative(self, absolute: str) -> str | None:
        """Give an absolute path as one relative to the root, None where it does not name something beneath it.

        ``..`` is kept, so that the descent judges it.
        """
        path = PurePosixPath(absolute)
        for name in self.names:
            if path.is_relative_to(name):
                return str(path.relative_to(name))
        return None

    def follow(self, parent: str, target: str) -> str:
        """Give where a symbolic link in ``parent`` leads, relative to the root; raises OSError (EXDEV)."""
        if not target.startswith("/"):
            return f"{parent}/{target}"
        relative = self.relative(target)
        if relative is None:
            raise outside(target)
        return relative


DirectoryOpener = Callable[[Root, str], int]
"""Opens a directory beneath a root, to pass through it; raises OSError."""


def outside(path: str) -> OSError:
    """Make the error for a path that leads out of its root."""
    return OSError(errno.EXDEV, "leads outside", path)


class _OpenHow(ctypes.Structure):
    """The kernel's ``struct open_how``."""

    _fields_ = [("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64)]


class KernelDescent:
    """Lets Linux 5.6 or newer resolve the whole path at once."""

    def __init__(self) -> None:
        """Find the system call; raises OSError where there is no C library to ask."""
        self._syscall = ctypes.CDLL(None, use_errno=True).syscall
        self._syscall.restype = ctypes.c_long
        self._syscall.argtypes = [
            ctypes.c_long,
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.POINTER(_OpenHow),
            ctypes.c_size_t,
        ]

    def __call__(self, root: Root, path: str) -> int:
        """Open a directory; raises OSError."""
        try:
            return self._open(root.descriptor, path)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
        # The kernel refuses every absolute link; the walk knows those that lead back beneath the root.
        return walk(root, path)

    def _open(self, root: int, path: str) -> int:
        how = _OpenHow(flags=DIRECTORY_FLAGS, mode=0, resolve=_RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS)
        name = os.fsencode(path)
        for _ in range(_MAX_RACES):
            descriptor: int = self._syscall(_OPENAT2, root, name, ctypes.byref(how), ctypes.sizeof(how))
            if descriptor >= 0:
                return descriptor
            number = ctypes.get_errno()
            # EAGAIN: something was renamed while ".." was resolved, so the kernel cannot tell where it led.
            if number not in (errno.EAGAIN, errno.EINTR):
                raise OSError(number, os.strerror(number), path)
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN), path)


def walk(root: Root, path: str) -> int:
    """Open a directory component by component, following links by hand; raises OSError.

    ``..`` goes back to the directory that was passed before and is never asked of the file system, so a directory
    that is moved away during the walk does not open a way out.
    """
    if path.startswith("/"):
        raise outside(path)
    passed: list[int] = []
    waiting = _components(path)
    links = 0
    try:
        while waiting:
            name = waiting.pop()
            here = passed[-1] if passed else root.descriptor
            if name == "..":
                if not passed:
                    raise outside(path)
                os.close(passed.pop())
                continue
            target = _enter(here, name, passed)
            if target is None:
                continue
            links += 1
            if links > MAX_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            if target.startswith("/"):
                target = root.follow("", target)
                _close(passed)
            waiting.extend(_components(target))
        return passed.pop() if passed else os.open(".", DIRECTORY_FLAGS, dir_fd=root.descriptor)
    finally:
        _close(passed)


def best_descent() -> DirectoryOpener:
    """Give the kernel's way where this system has it (old kernels and some containers do not), else the walk."""
    if not sys.platform.startswith("linux"):
        return walk
    try:
        kernel = KernelDescent()
        here = os.open(".", DIRECTORY_FLAGS)
        try:
            os.close(kernel(Root(here, ()), "."))
        finally:
            os.close(here)
    except (OSError, AttributeError):
        return walk
    return kernel


def _components(path: str) -> list[str]:
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]


def _enter(here: int, name: str, passed: list[int]) -> str | None:
    """Enter a directory, or give the target of the symbolic link of that name."""
    if len(passed) >= _MAX_DEPTH:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), name)
    try:
        passed.append(os.open(name, DIRECTORY_FLAGS | os.O_NOFOLLOW, dir_fd=here))
    except OSError as error:
        # What a link gives here differs between systems; only reading it tells it from a plain file.
        if error.errno not in (errno.ENOTDIR, errno.ELOOP, errno.EMLINK):
            raise
        try:
            return os.readlink(name, dir_fd=here)
        except OSError:
            raise error from None
    return None


def _close(descriptors: list[int]) -> None:
    while descriptors:
        os.close(descriptors.pop())
