"""Logging: what a line holds, where it goes, and that no secret or failure gets out of it."""

import io
import json
import logging
import stat
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flowent.observability.logging import Logging, log_context
from flowent.observability.redaction import REPLACEMENT, SecretRedactor

SECRET = 'key-"0123456789"'
logger = logging.getLogger("flowent.tests")

Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def terminal() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def read(tmp_path: Path, terminal: io.StringIO) -> Iterator[Read]:
    """Start logging; the function stops it and gives the lines."""
    redactor = SecretRedactor()
    redactor.register(SECRET)
    running = Logging(tmp_path / "logs", level="info", retention_days=14, redactor=redactor, terminal=terminal)

    def lines() -> list[dict[str, Any]]:
        running.close()
        files = sorted((tmp_path / "logs").glob("*"))
        return [json.loads(line) for file in files for line in file.read_text("ascii").splitlines()]

    yield lines
    running.close()


def log_failure(message: str) -> None:
    def fail() -> None:
        raise ValueError(message)

    try:
        fail()
    except ValueError:
        logger.exception("failed")


class TestLines:
    def test_a_line_holds_time_level_logger_event_and_fields(self, read: Read) -> None:
        before = datetime.now(UTC)
        logger.info("turn %s", "ended", extra={"status": "completed", "seconds": 1.5, "parts": ("a", 1, None)})
        (line,) = read()
        at = datetime.fromisoformat(line.pop("at"))
        assert abs((at - before).total_seconds()) < 30
        assert line == {
            "level": "info",
            "logger": "flowent.tests",
            "event": "turn ended",
            "status": "completed",
            "seconds": 1.5,
            "parts": ["a", 1, None],
        }

    def test_the_context_is_added_while_it_lasts(self, read: Read) -> None:
        with log_context(conversation="c_1"), log_context(turn="t_1"):
            logger.info("inside")
        logger.info("outside")
        inside, outside = read()
        assert (inside["conversation"], inside["turn"]) == ("c_1", "t_1")
        assert "conversation" not in outside

    def test_a_field_does_not_replace_what_every_line_has(self, read: Read) -> None:
        logger.info("true", extra={"event": "false", "level": "false"})
        assert [(line["event"], line["level"]) for line in read()] == [("true", "info")]

    def test_lines_below_the_level_are_left_out(self, read: Read) -> None:
        logger.debug("unseen")
        assert read() == []

    def test_libraries_that_log_requests_stay_quiet(self, read: Read) -> None:
        logging.getLogger("httpx").info("HTTP Request: POST …?key=…")
        logging.getLogger("openai._base_client").debug("Request options: …")
        assert read() == []

    def test_warnings_of_python_are_logged(self, read: Read) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("old", DeprecationWarning, stacklevel=1)
        (line,) = read()
        assert (line["logger"], line["level"]) == ("py.warnings", "warning")

    def test_a_thread_that_fails_is_logged(self, read: Read) -> None:
        def fail() -> None:
            raise ValueError("broken")

        thread = threading.Thread(target=fail, name="worker")
        thread.start()
        thread.join()
        (line,) = read()
        assert (line["event"], line["thread_name"]) == ("a thread failed", "worker")
        assert "ValueError: broken" in line["exception"]

    def test_a_line_that_cannot_be_made_does_not_fail_its_caller(self, read: Read) -> None:
        class Unprintable:
            def __repr__(self) -> str:
                raise RuntimeError

        logger.info("before", extra={"thing": Unprintable()})
        logger.info("after")
        events = [line["event"] for line in read()]
        assert any("RuntimeError" in event for event in events)
        assert events[-1] == "after"


class TestSecrets:
    def test_no_part_of_a_line_shows_one(self, read: Read, tmp_path: Path, terminal: io.StringIO) -> None:
        logger.error("with %s", SECRET, extra={"field": {"nested": [SECRET]}, SECRET: 1, "object": Path(f"/{SECRET}")})
        log_failure(f"bad key {SECRET}")
        lines = read()
        assert len(lines) == 2
        raw = "".join(file.read_text() for file in (tmp_path / "logs").iterdir()) + terminal.getvalue()
        assert "0123456789" not in raw
        assert lines[0]["event"] == f"with {REPLACEMENT}"
        assert f"ValueError: bad key {REPLACEMENT}" in lines[1]["exception"]

    def test_a_number_can_be_one(self, tmp_path: Path) -> None:
        redactor = SecretRedactor()
        redactor.register("123456789012345")
        running = Logging(tmp_path, level="info", retention_days=1, redactor=redactor)
        logger.info("number", extra={"account": 123456789012345})
        running.close()
        (file,) = tmp_path.iterdir()
        assert json.loads(file.read_text())["account"] == REPLACEMENT


class TestTerminal:
    def test_it_gets_warnings_only(self, read: Read, terminal: io.StringIO) -> None:
        logger.info("quiet")
        logger.warning("loud")
        read()
        assert terminal.getvalue() == "flowent: warning: loud\n"

    def test_an_exception_is_one_line_there(self, read: Read, terminal: io.StringIO) -> None:
        log_failure("broken")
        read()
        assert terminal.getvalue() == "flowent: error: failed (ValueError: broken)\n"

    def test_controls_are_taken_out(self, read: Read, terminal: io.StringIO) -> None:
        logger.warning("a\x1b]52;c;aGk=\x07b\x9bc\u202ed")
        (line,) = read()
        assert terminal.getvalue() == "flowent: warning: a]52;c;aGk=bcd\n"
        assert line["event"] == "a\x1b]52;c;aGk=\x07b\x9bc\u202ed"

    def test_a_terminal_that_is_gone_does_not_stop_the_files(self, read: Read, terminal: io.StringIO) -> None:
        terminal.close()
        logger.warning("first")
        logger.warning("second")
        assert [line["event"] for line in read()] == ["first", "second"]


class TestFailures:
    def test_lines_that_cannot_be_written_are_told_once_and_counted(
        self, tmp_path: Path, terminal: io.StringIO
    ) -> None:
        directory = tmp_path / "logs"
        directory.touch()
        running = Logging(directory, level="info", retention_days=1, redactor=SecretRedactor(), terminal=terminal)
        for number in range(3):
            logger.info("lost %d", number)
        running.flush()
        directory.unlink()
        logger.info("kept")
        running.close()
        (file,) = directory.iterdir()
        events = [json.loads(line)["event"] for line in file.read_text().splitlines()]
        assert events == ["3 log lines were lost", "kept"]
        assert terminal.getvalue().count("cannot be written: File exists") == 1

    def test_files_are_the_owners_only(self, read: Read, tmp_path: Path) -> None:
        logger.info("x")
        read()
        (file,) = (tmp_path / "logs").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "logs").stat().st_mode) == 0o700

    def test_closing_puts_everything_back(self, tmp_path: Path) -> None:
        root = logging.getLogger()
        before = (root.level, list(root.handlers), threading.excepthook)
        Logging(tmp_path, level="debug", retention_days=1, redactor=SecretRedactor()).close()
        assert (root.level, list(root.handlers), threading.excepthook) == before
