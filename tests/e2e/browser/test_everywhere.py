"""What holds on every page: nothing is complained of, nothing leaves the machine, and it can be installed as an app."""

import re
import struct
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import Console, Workspace
from support.page import LONG, SECTIONS, Watch, answer, ask, composer, fits_its_width

RICH = "# Title\n\n$x^2$ and\n\n```python\nprint(1)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


def walk(page: Page, workspace: Workspace) -> None:
    """Visit every page, and open what opens over it."""
    workspace.script({"thinking": "Hm.", "text": RICH})
    page.goto(workspace.url)
    ask(page, "Hello")
    page.get_by_role("button", name="Show the panel").click()
    for tab in ("Files", "History", "Plan"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    for section in SECTIONS:
        page.goto(f"{workspace.url}/settings/{section}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="Loading")).to_have_count(0)
    page.goto(f"{workspace.url}/settings/nonsense")
    expect(page.get_by_text("There is no such section")).to_be_visible()
    page.goto(f"{workspace.url}/nowhere")
    expect(page.get_by_text("There is nothing at this address")).to_be_visible()
    page.goto(f"{workspace.url}/c/conv_000000000000000000000000")
    expect(page.get_by_text("This conversation is not here.")).to_be_visible()


def test_no_page_complains_and_nothing_leaves_the_workspace(page: Page, workspace: Workspace, console: Console) -> None:
    # The conversation that is not there.
    console.allow_refusals(404)
    watch = Watch(page, workspace.url)
    walk(page, workspace)
    watch.check()


def test_the_german_page_has_no_english_left(page: Page, workspace: Workspace) -> None:
    page.goto(f"{workspace.url}/settings/appearance")
    page.get_by_role("combobox", name="Language").select_option("de")
    expect(page.get_by_role("heading", name="Darstellung", level=1)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    workspace.script({"text": "Ja."})
    page.goto(workspace.url)
    english = re.compile(r"\b(the|and|your?|with|settings|conversations?|show|open|close|message)\b", re.IGNORECASE)

    def assert_german() -> None:
        said = page.evaluate(
            """() => ["aria-label", "title", "placeholder"]
              .flatMap((name) => [...document.querySelectorAll(`[${name}]`)].map((named) => named.getAttribute(name)))
              .concat(document.body.innerText)
              .join("\\n")"""
        )
        left = [line for line in said.splitlines() if english.search(line)]
        assert left == [], page.url

    expect(page.get_by_role("textbox", name="Nachricht", exact=True)).to_be_visible()
    assert_german()
    page.get_by_role("textbox", name="Nachricht", exact=True).fill("Hallo")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ja.", exact=True)).to_be_visible()
    assert_german()
    page.keyboard.press("Control+Shift+b")
    expect(page.get_by_role("tab", name="Plan")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
    assert_german()
    # What the server says of its own machine is English: the health of it is left out.
    for section in SECTIONS[:-1]:
        page.goto(f"{workspace.url}/settings/{section}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert_german()


@pytest.mark.parametrize("contrast", ["forced", "no motion"])
def test_pages_stand_without_motion_and_with_forced_colours(page: Page, workspace: Workspace, contrast: str) -> None:
    if contrast == "forced":
        page.emulate_media(forced_colors="active", color_scheme="dark")
    else:
        page.emulate_media(reduced_motion="reduce")
    workspace.script({"thinking": "Hm.", "text": RICH})
    page.goto(workspace.url)
    ask(page, "Hello")
    assert fits_its_width(page)
    running = page.evaluate("document.getAnimations().filter((animation) => animation.playState === 'running').length")
    assert running == 0
    page.goto(f"{workspace.url}/settings/appearance")
    switch = page.get_by_role("switch", name="Wrap long lines of code")
    switch.click()
    expect(switch).to_be_checked()


def test_the_manifest_names_icons_that_are_there_in_their_sizes(page: Page, empty_workspace: Workspace) -> None:
    address = page.locator("link[rel=manifest]").get_attribute("href")
    assert address is not None
    manifest: dict[str, Any] = page.request.get(f"{empty_workspace.url}{address}").json()
    assert (manifest["name"], manifest["start_url"], manifest["display"]) == ("Flowent", "/", "standalone")
    purposes = set[str]()
    for icon in manifest["icons"]:
        purposes.add(icon["purpose"])
        answered = page.request.get(f"{empty_workspace.url}{icon['src']}")
        assert answered.ok
        assert answered.headers["content-type"].startswith(icon["type"])
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", answered.body()[16:24])
            assert f"{width}x{height}" == icon["sizes"]
    assert purposes >= {"any", "maskable"}


def test_the_page_opens_without_its_workspace_and_keeps_no_answer(
    page: Page, workspace: Workspace, console: Console
) -> None:
    console.allow_lost_server()
    workspace.script({"text": "A private answer."})
    page.reload()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    page.reload()
    ask(page, "A private question")
    expect(answer(page)).to_contain_text("A private answer.")
    page.reload()
    expect(answer(page)).to_contain_text("A private answer.")
    kept: list[list[str]] = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              const answer = await cache.match(request);
              found.push([new URL(request.url).pathname, await answer.text()]);
            }
          }
          return found;
        }"""
    )
    assert kept
    for path, text in kept:
        assert not path.startswith(("/api", "/login")), path
        assert "private" not in text or path.endswith(".js")
    workspace.kill()
    page.reload()
    expect(page.get_by_text("The workspace does not answer")).to_be_visible(timeout=LONG)
    workspace.start()
    page.get_by_role("button", name="Try again").click()
    expect(composer(page)).to_be_visible()
    expect(answer(page)).to_contain_text("A private answer.")
