"""Shows a turn in a terminal while it runs.

The answer goes to standard output and nothing else does, so that it can be piped; what the agent does goes to standard
error. Whatever comes from a model or a tool is stripped of everything that could steer the terminal.
"""

import json
import re
import sys
from typing import Any, TextIO

_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"  # C0, C1, invisible and bidirectional
)


def harmless(text: str) -> str:
    """Take out control characters, so that text cannot move the cursor, retitle the window or hide itself."""
    return _CONTROLS.sub("", text)


class Printer:
    """Prints the events of one turn; ``status`` is set when it has ended."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        """Print to the process's own streams unless others are given."""
        self.status: str | None = None
        self._json = as_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._dim = ("\x1b[2m", "\x1b[0m") if self._err.isatty() else ("", "")
        self._part: str | None = None
        self._line_open = False

    def event(self, data: bytes) -> None:
        """Print one event, given as its JSON."""
        event: dict[str, Any] = json.loads(data)
        if self._json:
            self._out.write(data.decode() + "\n")
            self._out.flush()
        else:
            self._show(event)
        if event["type"] == "turn_ended":
            self.status = str(event["status"])

    def _show(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "delta":
                if self._part not in (None, event["part_id"]):
                    self._end_line(blank=True)
                self._part = event["part_id"]
                self._write(event["text"])
            case "output_done":
                if event["reason"] == "superseded" and self._line_open:
                    self._end_line()
                    self._note("(cut off; asking again)")
                    self._part = None
            case "retrying":
                self._note(f"{event['message']} Trying again in {event['wait']:.0f} s.")
            case "tool_start":
                self._note(f"• {event['tool']['title']}")
            case "tool_done":
                self._note(f"✓ {event['title']}")
            case "tool_error":
                first = str(event["result"]["content"] or event["result"]["model_text"]).splitlines()
                self._note(f"✗ {event['title']}: {first[0] if first else event['status']}")
            case "error":
                part = event["part"]
                self._note(f"{part['title']}: {part['message']} {part['remedy']}", dim=False)
            case "turn_ended":
                self._end_line()
                if event["status"] in ("stopped", "discarded"):
                    self._note(f"({event['status']})")
            case _:
                pass

    def _write(self, text: str) -> None:
        text = harmless(text)
        if text:
            self._out.write(text)
            self._out.flush()
            self._line_open = not text.endswith("\n")

    def _end_line(self, *, blank: bool = False) -> None:
        if self._line_open:
            self._out.write("\n")
        if blank:
            self._out.write("\n")
        self._out.flush()
        self._line_open = False

    def _note(self, text: str, *, dim: bool = True) -> None:
        self._end_line()
        on, off = self._dim if dim else ("", "")
        self._err.write(f"{on}{harmless(text)}{off}\n")
        self._err.flush()
