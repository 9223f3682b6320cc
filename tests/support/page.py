"""What several tests of the page do and ask: send a message, watch what it tries, measure, look at the focus."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Dialog, Locator, Page, Request, expect

LONG = 30_000
"""Milliseconds for what is a lot of work; everything else has the browser driver's own patience."""

SECTIONS = ("appearance", "providers", "agent", "limits", "folders", "data", "about")
"""The sections of the settings."""

_WATCH = """
globalThis.__seen = {violations: []};
addEventListener("securitypolicyviolation", (event) =>
  globalThis.__seen.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""

_FOCUS = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const around = element.closest(".focus-within\\\\:border-accent");
  return {
    name: element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 60),
    tag: element.tagName.toLowerCase(),
    area: box.width * box.height,
    visible: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== "none" || around !== null,
  };
}
"""


@dataclass
class Watch:
    """What a page tried to do besides showing itself."""

    page: Page
    origin: str
    elsewhere: list[str] = field(default_factory=list[str])
    dialogs: list[str] = field(default_factory=list[str])
    opened: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.page.context.on("request", self._requested)
        self.page.on("dialog", self._asked)
        self.page.on("popup", lambda popup: self.opened.append(popup.url))
        self.page.add_init_script(_WATCH)

    def _requested(self, request: Request) -> None:
        address = urlsplit(request.url)
        own = f"{address.scheme}://{address.netloc}" == self.origin or request.url.startswith(f"blob:{self.origin}/")
        if not own:
            self.elsewhere.append(request.url)

    def _asked(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def violations(self) -> list[str]:
        """Give what the policy had to stop."""
        return list(self.page.evaluate("() => globalThis.__seen.violations"))

    def check(self) -> None:
        """Fail where the page did anything but show itself."""
        assert not self.elsewhere, f"requests left the workspace: {self.elsewhere}"
        assert not self.dialogs
        assert not self.opened
        assert self.violations() == []


def composer(page: Page) -> Locator:
    """Find the field in which messages are written."""
    return page.get_by_role("textbox", name="Message", exact=True)


def messages(page: Page) -> Locator:
    """Find the list of messages."""
    return page.get_by_role("region", name="Messages")


def answer(page: Page) -> Locator:
    """Find the latest answer."""
    return page.get_by_role("article", name="Assistant").last


def ask(page: Page, text: str) -> None:
    """Send a message and wait until it was answered."""
    composer(page).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(answer(page).get_by_role("button", name="Answer again")).to_be_enabled(timeout=LONG)


def unfold(page: Page) -> None:
    """Open everything in the thread that is folded, also what is folded in it."""
    folded = messages(page).locator("button[aria-expanded=false]:not([aria-haspopup])")
    while folded.count() > 0:
        folded.first.click()


def fits_its_width(page: Page) -> bool:
    """Whether nothing sticks out at the side, so that nobody has to scroll there."""
    return bool(page.evaluate("() => document.scrollingElement.scrollWidth <= innerWidth"))


def focus(page: Page) -> dict[str, object]:
    """Describe what has the focus; fails where it was lost, or cannot be seen."""
    found = page.evaluate(_FOCUS)
    assert found is not None, "the focus is nowhere"
    assert found["visible"], f"nobody sees that {found} has the focus"
    return dict(found)
