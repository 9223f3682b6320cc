"""Both ways to descend, without the checks that `Beneath` adds to them."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from flowent.tools.descent import DirectoryOpener, Root

from .fakes import Swapper


@pytest.fixture
def root(workdir: Path) -> Iterator[Root]:
    """Give the open work directory, with directories and links in it."""
    (workdir / "a" / "b").mkdir(parents=True)
    (workdir / "file").touch()
    (workdir / "relative").symlink_to("a/b")
    (workdir / "absolute").symlink_to(workdir / "a")
    (workdir / "out").symlink_to("../outside")
    (workdir / "absolute_out").symlink_to(workdir.parent / "outside")
    (workdir / "circle").symlink_to("circle")
    (workdir / "nowhere").symlink_to("missing")
    descriptor = os.open(workdir, os.O_RDONLY)
    yield Root(descriptor, (PurePosixPath(workdir),))
    os.close(descriptor)


def reached(descent: DirectoryOpener, root: Root, path: str) -> os.stat_result:
    descriptor = descent(root, path)
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("path", "where"),
    [
        (".", "."),
        ("a", "a"),
        ("a/..", "."),
        ("a/b/../../a/./b/", "a/b"),
        ("relative", "a/b"),
        ("relative/..", "a"),
        ("absolute/b", "a/b"),
        ("a/../absolute/../absolute/b/..", "a"),
    ],
)
def test_directories_beneath_are_reached(
    descent: DirectoryOpener, root: Root, workdir: Path, path: str, where: str
) -> None:
    assert os.path.samestat(reached(descent, root, path), (workdir / where).stat())


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("..", errno.EXDEV),
        ("a/../..", errno.EXDEV),
        ("../work", errno.EXDEV),
        ("out", errno.EXDEV),
        ("out/..", errno.EXDEV),
        ("absolute_out", errno.EXDEV),
        ("relative/../../..", errno.EXDEV),
        ("/", errno.EXDEV),
        ("circle", errno.ELOOP),
        ("nowhere", errno.ENOENT),
        ("missing", errno.ENOENT),
        ("file", errno.ENOTDIR),
        ("file/..", errno.ENOTDIR),
    ],
)
def test_nothing_else_is_reached(descent: DirectoryOpener, root: Root, path: str, number: int) -> None:
    with pytest.raises(OSError) as caught:
        reached(descent, root, path)

    assert caught.value.errno == number


def test_a_name_swapped_during_the_walk_never_leads_outside(
    descent: DirectoryOpener, root: Root, workdir: Path
) -> None:
    inside = (workdir / "a" / "b").stat()
    (workdir.parent / "outside" / "b").mkdir()
    arrived = refused = 0
    with Swapper(workdir / "a", "../outside"):
        while arrived < 100 or refused < 100:
            try:
                assert os.path.samestat(reached(descent, root, "a/b"), inside)
                arrived += 1
            except OSError as error:
                refused += error.errno == errno.EXDEV
