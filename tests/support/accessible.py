"""Holds a page against WCAG 2.2 AA with axe-core, as far as a program can."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Literal

from playwright.sync_api import Page

# Its own runner puts the script into the page with every call.
_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_RUN = "(tags) => axe.run({runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"

_SETTLED = """
(theme) => document.documentElement.dataset.theme === theme
  && !document.getAnimations().some((animation) => animation instanceof CSSTransition)
"""


def violations(page: Page) -> list[str]:
    """Give what is wrong, with where and why."""
    if not page.evaluate("() => 'axe' in globalThis"):
        page.evaluate(_AXE)
    found: list[dict[str, Any]] = page.evaluate(_RUN, TAGS)["violations"]
    return [
        f"{violation['id']}: {node['target']}\n  {node['html'][:300]}\n  {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


def assert_accessible(page: Page, state: str) -> None:
    """Fail where anything is wrong in the light or in the dark; the page has to follow the system."""
    wrong: list[str] = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(_SETTLED, arg=theme)
        wrong += [f"{state}, {theme}: {violation}" for violation in violations(page)]
    page.emulate_media(color_scheme="light")
    assert not wrong, "\n".join(wrong)
