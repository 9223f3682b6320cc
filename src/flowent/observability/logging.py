"""Structured logging: one JSON object a line in the data directory, and warnings as plain lines in the terminal.

Code logs through the standard library: ``logging.getLogger(__name__).info("turn ended", extra={"status": status})``.
What `log_context` says is added to every line of a task. The levels are the standard library's; an error means that
something was lost or a person must act.

Every string of a line is redacted before the line is written, so an exception's text and a traceback are too. Lines
are made where they are logged, and written by one thread: a slow disk does not stop the event loop, and a line that
cannot be written is counted, not raised.
"""

import json
import logging
import queue
import re
import sys
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from flowent.observability.log_files import LogFiles
from flowent.observability.redaction import SecretRedactor

_context: ContextVar[Mapping[str, object]] = ContextVar("log_context", default=MappingProxyType({}))

_QUIET = ("anthropic", "google_genai", "hpack", "httpcore", "httpx", "openai", "urllib3", "uvicorn.access")
"""Libraries that log addresses with keys in them or whole requests: never below a warning, whatever the level."""

_PLAIN_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"asctime", "color_message", "message"}
"""What every record has; whatever else is on one came from ``extra``."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that could change what a terminal shows (C0, C1, bidirectional controls)."""

_LONGEST_QUEUE = 10_000

_PATIENCE = 5.0
"""Seconds that a stop waits for the disk; a dead one must not keep the process."""


@contextmanager
def log_context(**fields: object) -> Generator[None]:
    """Add fields to every line that is logged inside, in this task and those that it starts."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


@dataclass(frozen=True, slots=True)
class _Line:
    day: date
    text: bytes
    terminal: str | None


class Logging:
    """The process's logging, from its construction until `close`."""

    def __init__(
        self,
        directory: Path,
        *,
        level: str,
        retention_days: int,
        redactor: SecretRedactor,
        terminal: TextIO | None = None,
    ) -> None:
        """Send everything that is logged to files in the directory, and warnings to the terminal if there is one."""
        self._writer = _Writer(LogFiles(directory, retention_days), terminal)
        self._handler = _Handler(_Renderer(redactor), self._writer)
        root = logging.getLogger()
        self._before = (root.level, threading.excepthook, sys.unraisablehook)
        root.addHandler(self._handler)
        root.setLevel(level.upper())
        for name in _QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)
        logging.captureWarnings(capture=True)
        threading.excepthook = _log_thread_failure
        sys.unraisablehook = _log_unraisable

    def flush(self) -> None:
        """Return once everything that was logged so far is written, or could not be."""
        self._writer.flush()

    def close(self) -> None:
        """Write what was logged and stop; logging goes nowhere afterwards."""
        root = logging.getLogger()
        root.removeHandler(self._handler)
        level, threading.excepthook, sys.unraisablehook = self._before
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        self._writer.close()


def _log_thread_failure(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None:
        name = failure.thread.name if failure.thread is not None else "unknown"
        logging.getLogger(__name__).error("a thread failed", exc_info=failure.exc_value, extra={"thread_name": name})


def _log_unraisable(failure: "sys.UnraisableHookArgs") -> None:
    message = failure.err_msg or "an exception could not be raised"
    logging.getLogger(__name__).error(message, exc_info=failure.exc_value, extra={"object": failure.object})


class _Handler(logging.Handler):
    """Renders a record at once, while its context is known, and hands the line over."""

    def __init__(self, renderer: "_Renderer", writer: "_Writer") -> None:
        super().__init__()
        self._renderer = renderer
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self._renderer.render(record)
        except Exception as error:  # noqa: BLE001  a log call must never fail its caller, whatever it was given
            self._writer.lose(f"a log line could not be made ({type(error).__name__} in {record.pathname})")
        else:
            self._writer.put(line)


class _Renderer:
    """Makes a line of a record; nothing leaves it that was not redacted."""

    def __init__(self, redactor: SecretRedactor) -> None:
        self._redactor = redactor
        self._tracebacks = logging.Formatter()

    def render(self, record: logging.LogRecord) -> _Line:
        at = datetime.fromtimestamp(record.created, UTC)
        fields: dict[str, object] = {
            "at": _stamp(at),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        given = {name: value for name, value in record.__dict__.items() if name not in _PLAIN_FIELDS}
        for name, value in {**_context.get(), **given}.items():
            fields.setdefault(name, value)
        if record.exc_info and record.exc_info[0] is not None:
            fields["exception"] = self._tracebacks.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = record.stack_info
        return _Line(at.date(), _encode(self._redactor.redact_value(fields)), self._for_terminal(record))

    def _for_terminal(self, record: logging.LogRecord) -> str | None:
        if record.levelno < logging.WARNING:
            return None
        text = f"{record.levelname.lower()}: {record.getMessage()}"
        if record.exc_info and (error := record.exc_info[1]) is not None:
            text += f" ({type(error).__name__}: {error})"
        return _CONTROLS.sub("", self._redactor.redact(text))


class _Writer:
    """The thread that writes lines; the only one that touches files and terminal."""

    def __init__(self, files: LogFiles, terminal: TextIO | None) -> None:
        self._files = files
        self._terminal = terminal
        self._lines: queue.Queue[_Line | threading.Event | None] = queue.Queue(_LONGEST_QUEUE)
        self._lost = 0
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="flowent-log", daemon=True)
        self._thread.start()

    def put(self, line: _Line) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._lost += 1

    def lose(self, reason: str) -> None:
        """Count a line that could not be made, and say why where lines can be written."""
        self._lost += 1
        now = datetime.now(UTC)
        self.put(_Line(now.date(), _own_line(now, reason), f"warning: {reason}"))

    def flush(self) -> None:
        reached = threading.Event()
        self._hand_over(reached)
        reached.wait(_PATIENCE)

    def close(self) -> None:
        self._hand_over(None)
        self._thread.join(_PATIENCE)

    def _hand_over(self, mark: threading.Event | None) -> None:
        with suppress(queue.Full):
            self._lines.put(mark, timeout=_PATIENCE)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            if isinstance(line, threading.Event):
                line.set()
                continue
            if line.terminal is not None:
                self._tell(line.terminal)
            self._write(line)
        self._files.close()

    def _write(self, line: _Line) -> None:
        try:
            if self._lost:
                lost = self._lost
                self._files.write(line.day, _own_line(datetime.now(UTC), f"{lost} log lines were lost"))
                self._lost -= lost
            self._files.write(line.day, line.text)
            self._failing = False
        except OSError as error:
            self._lost += 1
            self._files.close()
            if not self._failing:
                self._failing = True
                self._tell(f"warning: the log cannot be written: {error.strerror}. Check the disk and its permissions.")

    def _tell(self, text: str) -> None:
        if self._terminal is None:
            return
        try:
            self._terminal.write(f"flowent: {text}\n")
            self._terminal.flush()
        except (OSError, ValueError):
            # The terminal is gone (a closed pipe or file); the files still get every line.
            self._terminal = None


def _own_line(at: datetime, event: str) -> bytes:
    return _encode({"at": _stamp(at), "level": "warning", "logger": __name__, "event": event})


def _encode(fields: object) -> bytes:
    # ASCII: a log that is looked at in a terminal cannot change what the terminal does.
    return json.dumps(fields, separators=(",", ":")).encode("ascii") + b"\n"


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
