"""The pins that `./dev` installs: hashed, complete, and free of any registry's name."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

EXPORTS = ("build", "development", "embedded", "runtime", "uv")


@pytest.fixture(scope="module")
def project(request: pytest.FixtureRequest) -> dict[str, Any]:
    return tomllib.loads((request.config.rootpath / "pyproject.toml").read_text())


def pins(root: Path, name: str) -> dict[str, set[Version]]:
    """Give the versions that a file pins: more than one where they differ by platform or Python."""
    found: dict[str, set[Version]] = {}
    text = (root / "requirements" / f"{name}.txt").read_text()
    for package, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, flags=re.MULTILINE):
        found.setdefault(canonicalize_name(package), set()).add(Version(version))
    return found


def check(wanted: list[str], pinned: dict[str, set[Version]]) -> None:
    for requirement in map(Requirement, wanted):
        versions = pinned.get(canonicalize_name(requirement.name), set())
        assert versions, f'{requirement} is not pinned: run "./dev lock"'
        assert all(map(requirement.specifier.contains, versions)), f'{requirement} is not met: run "./dev lock"'


@pytest.mark.parametrize("name", EXPORTS)
def test_every_pin_has_a_hash(name: str, root: Path) -> None:
    text = (root / "requirements" / f"{name}.txt").read_text().replace("\\\n", "")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    assert all(re.search(r"==\S+ .*--hash=sha256:[0-9a-f]{64}", line) for line in lines)


def test_what_is_pinned_meets_what_the_project_asks_for(project: dict[str, Any], root: Path) -> None:
    extras = project["project"]["optional-dependencies"]
    groups = project["dependency-groups"]
    runtime = project["project"]["dependencies"]
    test = [line for line in groups["test"] if not line.startswith("flowent")]
    check(runtime, pins(root, "runtime"))
    check([*runtime, *test, *(line for extra in extras.values() for line in extra)], pins(root, "development"))
    check([*groups["build"], *project["build-system"]["requires"]], pins(root, "build"))
    check(groups["uv"], pins(root, "uv"))
    embedded = (root / "requirements" / "embedded.in").read_text().splitlines()
    check([line for line in embedded if not line.startswith("#")], pins(root, "embedded"))


def test_development_pins_the_same_versions_as_runtime(root: Path) -> None:
    runtime, development = pins(root, "runtime"), pins(root, "development")
    assert {name: development.get(name) for name in runtime} == runtime


def test_no_committed_file_names_a_registry(root: Path) -> None:
    files = [*(root / "requirements").iterdir(), root / "pyproject.toml", root / "dev", root / ".ci" / "run"]
    for file in files:
        assert "://" not in file.read_text(), file
    assert "/uv.lock\n" in (root / ".gitignore").read_text()


def test_an_unknown_command_says_which_there_are(root: Path) -> None:
    done = subprocess.run([root / "dev", "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert all(name in done.stderr for name in ("serve", "test", "check", "format", "bench", "lock"))
