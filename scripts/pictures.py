"""Makes the pictures of the page in `docs/pictures`: `.venv/bin/python scripts/pictures.py [name …]`.

A real workspace on a small project of its own, the scripted provider as the model, and a headless Chromium: what is in
the pictures happened. Build the page first (`./dev serve` or `./dev test` do).
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from flowent.scripted.process import ScriptedProvider  # noqa: E402
from support.browser import Workspace  # noqa: E402
from support.server import Server  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"

PROJECT = {
    "tides/__init__.py": '"""Tide tables for small harbours."""\n',
    "tides/reader.py": '''"""Reads tide tables as harbour offices publish them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Tide:
    at: datetime
    metres: float


def read_tides(text: str) -> Iterator[Tide]:
    """Give the tides of a table, one for each line."""
    line = ""
    for character in text:
        if character != "\\n":
            line += character
            continue
        if line.strip():
            yield parse_tide(line)
        line = ""


def parse_tide(line: str) -> Tide:
    at, metres = line.split(";")
    return Tide(datetime.fromisoformat(at.strip()), float(metres))
''',
    "tides/report.py": '''"""Writes the tides of a day."""

from tides.reader import Tide, read_tides


def highest(text: str) -> Tide:
    return max(read_tides(text), key=lambda tide: tide.metres)
''',
    "tests/test_reader.py": """from tides.reader import read_tides


def test_every_line_is_a_tide() -> None:
    tides = list(read_tides("2026-11-23T04:12; 3.1\\n2026-11-23T10:31; 0.4\\n"))
    assert [tide.metres for tide in tides] == [3.1, 0.4]
""",
    "README.md": "# Tides\n\nTide tables for small harbours.\n",
    ".gitignore": "__pycache__/\n",
}

PLAN = ("Find where tables are read", "Read the loop over the lines", "Explain the cause and the smallest fix")


def _plan(done: int) -> Mapping[str, object]:
    statuses = ["completed"] * done + ["in_progress"] + ["pending"] * len(PLAN)
    steps = [{"step": step, "status": status} for step, status in zip(PLAN, statuses, strict=False)]
    return {"name": "update_plan", "arguments": {"steps": steps}}


ANSWER = """The last tide is lost because `read_tides` gives a line only **when it meets a line break**. A table that
does not end with one leaves its last line in the variable `line`, and the loop is over.

```python
def read_tides(text: str) -> Iterator[Tide]:
    for line in text.splitlines():
        if line.strip():
            yield parse_tide(line)
```

`splitlines` gives the last line with or without a line break, and knows the endings of other systems too:

| table ends with | before | now |
|---|---|---|
| `\\n` | all tides | all tides |
| nothing | the last one is missing | all tides |
| `\\r\\n` | fails on the carriage return | all tides |

The work also becomes linear: adding one character at a time to a text of length $n$ costs up to $O(n^2)$.
"""

STEPS: tuple[Mapping[str, object], ...] = (
    {
        "thinking": "The report misses the last tide. Either the file is cut, or the reader drops its last line. "
        "I look for the reader first.",
        "text": "I look for the code that reads the tables.",
        "tool_calls": [_plan(0), {"name": "grep_files", "arguments": {"pattern": "read_tides"}}],
        "usage": {"input": 3180, "output": 142, "reasoning": 64},
    },
    {
        "tool_calls": [
            _plan(1),
            {"name": "read_file", "arguments": {"path": "tides/reader.py", "limit": 30}},
            {"name": "read_file", "arguments": {"path": "tests/test_reader.py"}},
        ],
        "usage": {"input": 3904, "cached": 3180, "output": 96},
    },
    {"tool_calls": [_plan(2)], "usage": {"input": 4702, "cached": 3904, "output": 60}},
    {"text": ANSWER, "usage": {"input": 4811, "cached": 4702, "output": 311}},
)

EARLIER = (
    "Rename the harbours module",
    "How are time zones handled?",
    "Draft the release notes",
    "Which tests are slow?",
    "Explain the tide tables' format",
)
QUESTION = "Why does the report miss the last tide of some tables?"


class Scene:
    """One workspace with its conversations, and a browser to look at it."""

    def __init__(self, workspace: Workspace, browser: Browser) -> None:
        """Look at that workspace."""
        self.workspace = workspace
        self._browser = browser

    def page(self, theme: str = "light", **context: Any) -> Page:
        """Open a page that is logged in."""
        settings: dict[str, Any] = {
            "viewport": {"width": 1360, "height": 850},
            "device_scale_factor": 2,
            "locale": "en-GB",
            "timezone_id": "Europe/Berlin",
            "color_scheme": theme,
            "reduced_motion": "reduce",
            **context,
        }
        page = self._browser.new_context(**settings).new_page()
        page.goto(self.workspace.login_url())
        return page

    def talk(self) -> str:
        """Have the conversation of the pictures; gives its id."""
        for title in EARLIER:
            self.workspace.script({"text": "Done.", "repeat": "always"})
            earlier = self.workspace.conversation("Hello")
            self.workspace.ask("PATCH", f"/api/conversations/{earlier}", {"title": title})
        pinned = self.workspace.ask("GET", "/api/conversations")["items"][-1]["id"]
        self.workspace.ask("PATCH", f"/api/conversations/{pinned}", {"pinned": True})
        self.workspace.script(*STEPS)
        return self.workspace.conversation(QUESTION)


def first_start(scene: Scene, _: str) -> None:
    """The welcome, before anything is set up."""
    page = scene.page()
    page.get_by_role("button", name="Use this").first.wait_for()
    _take(page, "first-start-light")


def conversation(scene: Scene, conversation_id: str) -> None:
    """A conversation with its plan, light and dark."""
    for theme in ("light", "dark"):
        page = _open(scene, conversation_id, theme)
        page.get_by_role("button", name="Show the panel").click()
        page.get_by_role("tab", name="Plan").click()
        page.get_by_text("2 of 3 done").first.wait_for()
        _take(page, f"conversation-{theme}")


def history(scene: Scene, conversation_id: str) -> None:
    """Time travel."""
    page = _open(scene, conversation_id, "dark")
    page.get_by_role("button", name="Show the panel").click()
    page.get_by_role("tab", name="History").click()
    slider = page.get_by_role("slider")
    slider.wait_for()
    most = int(slider.get_attribute("max") or 0)
    slider.fill(str(most * 2 // 3))
    _take(page, "history-dark")


def palette(scene: Scene, conversation_id: str) -> None:
    """Everything by name."""
    page = _open(scene, conversation_id, "light")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Command palette").fill("tide")
    page.get_by_role("option").first.wait_for()
    _take(page, "palette-light")


def settings(scene: Scene, _: str) -> None:
    """The providers' settings."""
    page = scene.page()
    page.goto(f"{scene.workspace.url}/settings/providers")
    page.get_by_role("heading", name="Providers").first.wait_for()
    _take(page, "settings-light")


def phone(scene: Scene, conversation_id: str) -> None:
    """A conversation on a phone."""
    small = {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True}
    page = _open(scene, conversation_id, "light", **small)
    _take(page, "phone-light")


PICTURED: Mapping[str, Callable[[Scene, str], None]] = {
    "conversation": conversation,
    "history": history,
    "palette": palette,
    "settings": settings,
    "phone": phone,
}


def _open(scene: Scene, conversation_id: str, theme: str, **context: Any) -> Page:
    page = scene.page(theme, **context)
    page.goto(f"{scene.workspace.url}/c/{conversation_id}")
    page.get_by_text("becomes linear").wait_for()
    page.locator(".katex").first.wait_for()
    return page


def _take(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready.then(() => undefined)")
    # Colours of code come from a worker, a moment after the text.
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURES / f"{name}.png")
    page.context.close()


def main() -> int:
    """Make what the command line names, or all."""
    parser = argparse.ArgumentParser(description="Make the pictures of the page.")
    parser.add_argument("names", nargs="*", choices=[[], "first_start", *PICTURED], help="all where none is named")
    names = parser.parse_args().names or ["first_start", *PICTURED]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("There is no Chromium on PATH.")
    PICTURES.mkdir(exist_ok=True)
    with (
        TemporaryDirectory(prefix="flowent-pictures-") as made,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(ScriptedProvider().start()) as provider,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        workspace = _workspace(Path(made), provider, portal)
        try:
            scene = Scene(workspace, browser)
            if "first_start" in names:
                first_start(scene, "")
            workspace.add_provider()
            conversation_id = scene.talk()
            for name in names:
                if name in PICTURED:
                    PICTURED[name](scene, conversation_id)
        finally:
            browser.close()
            workspace.stop()
    return 0


def _workspace(made: Path, provider: ScriptedProvider, portal: BlockingPortal) -> Workspace:
    project = made / "tides"
    for name, text in PROJECT.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    server = Server(made, extra={"FLOWENT_WORKDIR": str(project), "OPENAI_API_KEY": "an-example-key-of-nobody"})
    workspace = Workspace(server, provider, portal)
    workspace.start()
    return workspace


if __name__ == "__main__":
    sys.exit(main())
