"""A work directory with something beside it, and both ways to descend."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flowent.tools.beneath import Beneath
from flowent.tools.descent import DirectoryOpener, KernelDescent, best_descent, walk
from flowent.tools.ripgrep import find_ripgrep

from .fakes import NOTHING_DENIED, open_descriptors


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """Give an empty work directory; ``secret.txt`` lies beside it."""
    (tmp_path / "secret.txt").write_text("secret\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file.txt").write_text("secret\n")
    path = tmp_path / "work"
    path.mkdir()
    return path


@pytest.fixture(params=["kernel", "walk"])
def descent(request: pytest.FixtureRequest) -> DirectoryOpener:
    """Give each way to descend in turn."""
    if request.param == "walk":
        return walk
    if best_descent() is walk:
        pytest.skip("this system has no openat2")
    return KernelDescent()


@pytest.fixture
def beneath(descent: DirectoryOpener) -> Iterator[Beneath]:
    """Give the way to files, and check that no descriptor is left open."""
    before = open_descriptors()
    yield Beneath(NOTHING_DENIED, descent)
    assert open_descriptors() == before


@pytest.fixture(scope="session")
def program() -> Path:
    """Give the search program."""
    found = find_ripgrep()
    assert found is not None
    return found
