"""What each check finds on a machine that the test arranges."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from flowent.bootstrap import checks
from flowent.config import Config
from flowent.observability.findings import Finding


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A configuration whose directories are this test's own; nothing is made yet."""
    for name in ("home", "project"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "etc"))
    monkeypatch.chdir(tmp_path / "project")
    return Config.load({"data_dir": tmp_path / "data"}, {}, None)


def program(directory: Path, name: str, script: str) -> Path:
    path = directory / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


class TestReport:
    def test_every_part_is_checked(self, config: Config) -> None:
        asked: list[str] = []

        def server() -> str:
            asked.append("server")
            return "version 1 at http://127.0.0.1:6873"

        findings = checks.run_checks(
            config,
            server=server,
            providers=lambda: [Finding("missing", "provider x", "refused the key", "Correct it.")],
        )
        assert asked == ["server"]
        assert [finding.name for finding in findings] == [
            "python",
            "sandbox",
            "ripgrep",
            "configuration",
            "data directory",
            "disk space",
            "database",
            "clock",
            "workspace",
            "embedded model",
            "provider x",
        ]
        assert {finding.name for finding in findings if finding.status == "missing"} == {"provider x"}

    def test_checking_makes_nothing(self, config: Config) -> None:
        checks.run_checks(config)
        assert not config.data_dir.exists()


class TestSandbox:
    @pytest.fixture(autouse=True)
    def only_this_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "SYSTEM_BWRAP", tmp_path / "bin" / "bwrap")
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        (tmp_path / "bin").mkdir()

    def test_absent(self) -> None:
        finding = checks.check_sandbox()
        assert (finding.status, finding.remedy is not None) == ("warning", True)
        assert "not installed" in finding.found
        assert "runs no commands" in finding.found

    def test_it_is_really_started(self, tmp_path: Path) -> None:
        program(tmp_path / "bin", "bwrap", f'echo "$@" >{tmp_path}/arguments')
        assert checks.check_sandbox().status == "ok"
        assert "--unshare-all" in (tmp_path / "arguments").read_text()

    def test_not_allowed(self, tmp_path: Path) -> None:
        program(tmp_path / "bin", "bwrap", "echo 'bwrap: No permissions to\n create new namespace' >&2; exit 1")
        finding = checks.check_sandbox()
        assert finding.status == "warning"
        assert "may not make a sandbox: bwrap: No permissions to create new namespace." in finding.found


class TestRipgrep:
    def test_the_one_that_came_with_flowent(self) -> None:
        finding = checks.check_ripgrep()
        assert finding.status == "ok"
        assert finding.found.startswith("ripgrep ")

    def test_absent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "find_ripgrep", lambda: None)
        assert checks.check_ripgrep().status == "missing"

    def test_broken(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        broken = program(tmp_path, "rg", "exit 3")
        monkeypatch.setattr(checks, "find_ripgrep", lambda: broken)
        finding = checks.check_ripgrep()
        assert (finding.status, "does not run" in finding.found) == ("missing", True)


class TestDataDirectory:
    def test_not_yet_there(self, config: Config) -> None:
        finding = checks.check_data_directory(config.data_dir)
        assert (finding.status, "will be made" in finding.found) == ("ok", True)

    def test_private(self, config: Config) -> None:
        config.create_directories()
        assert checks.check_data_directory(config.data_dir) == Finding(
            "ok", "data directory", f"{config.data_dir} (mode 0700)"
        )

    def test_open_to_others(self, config: Config) -> None:
        config.create_directories()
        config.data_dir.chmod(0o755)
        finding = checks.check_data_directory(config.data_dir)
        assert (finding.status, finding.remedy) == ("warning", f"Run `chmod 700 {config.data_dir}`.")

    def test_a_file(self, config: Config) -> None:
        config.data_dir.touch()
        assert checks.check_data_directory(config.data_dir).status == "missing"

    def test_not_writable(self, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_path: object, _mode: int) -> bool:
            return False

        config.create_directories()
        # A mode would not do: root, who may run the tests, writes anywhere.
        monkeypatch.setattr(os, "access", refuse)
        finding = checks.check_data_directory(config.data_dir)
        assert (finding.status, "cannot be written" in finding.found) == ("missing", True)


class TestDisk:
    @pytest.mark.parametrize(("free", "status"), [(100 << 20, "missing"), (500 << 20, "warning"), (5 << 30, "ok")])
    def test_free_space(self, config: Config, monkeypatch: pytest.MonkeyPatch, free: int, status: str) -> None:
        before = shutil.disk_usage(config.workdir)

        def usage(_path: object) -> object:
            return before._replace(free=free)

        monkeypatch.setattr(shutil, "disk_usage", usage)
        assert checks.check_disk(config.data_dir).status == status


class TestDatabase:
    @pytest.fixture(autouse=True)
    def directory(self, config: Config) -> None:
        config.create_directories()

    def fill(self, config: Config) -> None:
        connection = sqlite3.connect(config.database_file)
        with connection:
            connection.execute("CREATE TABLE facts (fact TEXT)")
            connection.executemany("INSERT INTO facts VALUES (?)", [("x" * 500,)] * 100)
        connection.close()

    def test_none_yet(self, config: Config) -> None:
        finding = checks.check_database(config, quick=False)
        assert (finding.status, "will be made" in finding.found) == ("ok", True)
        assert not config.database_file.exists()

    def test_intact(self, config: Config) -> None:
        self.fill(config)
        finding = checks.check_database(config, quick=False)
        assert (finding.status, finding.found) == ("ok", f"the database {config.database_file} is intact")

    def test_damaged(self, config: Config) -> None:
        self.fill(config)
        with config.database_file.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 3000)
        assert checks.check_database(config, quick=False).status == "missing"

    def test_not_a_database(self, config: Config) -> None:
        config.database_file.write_bytes(b"not a database" * 100)
        finding = checks.check_database(config, quick=False)
        assert finding.status == "missing"
        assert "damaged or not a database" in finding.found

    def test_a_server_that_does_not_answer(self, tmp_path: Path) -> None:
        config = Config.load(
            {"data_dir": tmp_path / "data", "database_url": "postgresql://user:hidden-word@127.0.0.1:1/flowent"},
            {},
            None,
        )
        finding = checks.check_database(config, quick=False)
        assert finding.status == "missing"
        assert "hidden-word" not in finding.found


class TestClock:
    NOW = 1_800_000_000

    def test_right(self, tmp_path: Path) -> None:
        assert checks.check_clock(self.NOW, tmp_path / "none") == Finding("ok", "clock", "2027-01-15 08:00:00 UTC")

    def test_before_this_version_was_made(self, tmp_path: Path) -> None:
        assert checks.check_clock(0, tmp_path / "none").status == "warning"

    def test_behind_what_was_already_written(self, tmp_path: Path) -> None:
        database = tmp_path / "flowent.db"
        database.touch()
        os.utime(database, (self.NOW + 3600, self.NOW + 3600))
        finding = checks.check_clock(self.NOW, database)
        assert (finding.status, "3600 s later" in finding.found) == ("warning", True)


class TestEmbeddedModel:
    def test_absent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def find_nothing(_name: str) -> None:
            return None

        monkeypatch.setattr("importlib.util.find_spec", find_nothing)
        assert checks.check_embedded_model().status == "warning"
