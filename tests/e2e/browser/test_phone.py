"""On a small screen, by touch alone: everything fits, and everything can be hit."""

import re

import pytest
from playwright.sync_api import Page, expect

from support.browser import Workspace
from support.page import SECTIONS, answer, composer, fits_its_width, messages

TARGETS = """
(least) => {
  const seen = (element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const inline = (element) => getComputedStyle(element).display === "inline";
  return [...document.querySelectorAll("button, a[href], input, select, textarea, [role=tab], summary")]
    .filter((element) => seen(element) && !element.disabled && !inline(element) && !element.closest(".sr-only"))
    .map((element) => {
      const around = element.matches("input[type=radio], input[type=checkbox]") ? element.closest("label") : null;
      const {width, height} = (around ?? element).getBoundingClientRect();
      // What is drawn around a small control for the finger to hit belongs to it.
      const more = 2 * Math.max(0, -parseFloat(getComputedStyle(element, "::before").top) || 0);
      const name = element.getAttribute("aria-label") ?? element.textContent.slice(0, 40);
      return {width: width + more, height: height + more, name};
    })
    .filter(({width, height}) => width > 1 && (Math.round(width) < least || Math.round(height) < least))
    .map(({width, height, name}) => `${name}: ${width} × ${height}`);
}
"""


def assert_fits(page: Page) -> None:
    """Nobody has to scroll sideways, and nothing is too small to hit."""
    assert fits_its_width(page), page.url
    assert page.evaluate(TARGETS, 24) == [], page.url


def test_the_first_answer_by_touch(phone: Page, workspace: Workspace) -> None:
    workspace.script({"text": "Touched.\n\n```\n" + "long " * 60 + "\n```\n\n|" + " wide |" * 30 + "\n|" + "-|" * 30})
    phone.reload()
    composer(phone).tap()
    phone.keyboard.type("Hello")
    # On a touch screen Enter makes a line; the button sends.
    phone.get_by_role("button", name="Send").tap()
    expect(answer(phone)).to_contain_text("Touched.")
    expect(answer(phone).get_by_role("button", name="Answer again")).to_be_visible()
    assert_fits(phone)
    assert messages(phone).evaluate("list => list.scrollWidth <= list.clientWidth")


def test_the_drawer_opens_and_closes_when_something_was_chosen(phone: Page, workspace: Workspace) -> None:
    identifier = workspace.conversation()
    workspace.ask("PATCH", f"/api/conversations/{identifier}", {"title": "A conversation with a rather long title"})
    phone.reload()
    phone.get_by_role("button", name="Show the list").tap()
    drawer = phone.get_by_role("dialog", name="Conversations")
    expect(drawer.get_by_role("link", name="A conversation")).to_be_visible()
    assert_fits(phone)
    drawer.get_by_role("link", name="A conversation").tap()
    expect(drawer).to_have_count(0)
    expect(phone.get_by_role("heading", name="A conversation")).to_be_visible()
    assert_fits(phone)


def test_the_panel_is_a_sheet(phone: Page, workspace: Workspace) -> None:
    workspace.script(
        {"tool_calls": [{"name": "update_plan", "arguments": {"steps": [{"step": "Look", "status": "pending"}]}}]},
        {"text": "Planned."},
    )
    phone.goto(f"{workspace.url}/c/{workspace.conversation('Plan it')}")
    phone.get_by_role("button", name="Show the panel").tap()
    sheet = phone.get_by_role("dialog", name="Side panel")
    expect(sheet).to_contain_text("Look")
    for tab in ("Files", "History", "Plan"):
        sheet.get_by_role("tab", name=tab).tap()
        expect(sheet.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        assert_fits(phone)
    # There is a way out that needs no keyboard and no luck.
    sheet.get_by_role("button", name="Close the panel").tap()
    expect(sheet).to_have_count(0)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_the_settings_fits(phone: Page, workspace: Workspace, section: str) -> None:
    phone.goto(f"{workspace.url}/settings/{section}")
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    expect(phone.get_by_role("status", name="Loading")).to_have_count(0)
    assert_fits(phone)


def test_the_settings_lead_from_the_list_to_a_section_and_back(phone: Page, workspace: Workspace) -> None:
    phone.goto(f"{workspace.url}/settings")
    assert_fits(phone)
    phone.get_by_role("link", name="Limits").tap()
    expect(phone.get_by_role("heading", name="Limits", level=1)).to_be_visible()
    phone.get_by_role("link", name="All settings").tap()
    expect(phone.get_by_role("heading", name="Settings", level=1)).to_be_visible()


def test_the_first_start_and_its_form_fit(phone: Page, empty_workspace: Workspace) -> None:
    expect(phone.get_by_role("heading", name="Welcome to Flowent")).to_be_visible()
    assert_fits(phone)
    phone.get_by_role("button", name="Add a provider").tap()
    phone.get_by_role("radio", name="Another one").check()
    phone.get_by_role("button", name="Models, headers and waiting times").tap()
    assert_fits(phone)


def test_main_controls_are_made_for_fingers(phone: Page, workspace: Workspace) -> None:
    phone.goto(f"{workspace.url}/c/{workspace.conversation()}")
    composer(phone).fill("Hello")
    for name in ("Show the list", "Show the panel", "Attach files", "Send"):
        box = phone.get_by_role("button", name=re.compile(name)).first.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, name


def test_the_composer_stays_above_the_keyboard(phone: Page, workspace: Workspace) -> None:
    phone.goto(f"{workspace.url}/c/{workspace.conversation()}")
    expect(composer(phone)).to_be_visible()
    # A browser that lays its keyboard over the page makes the visual viewport smaller, nothing else.
    phone.evaluate(
        """() => {
          Object.defineProperty(visualViewport, "height", {value: innerHeight - 300, configurable: true});
          visualViewport.dispatchEvent(new Event("resize"));
        }"""
    )
    field = composer(phone)
    phone.wait_for_function(
        "field => field.getBoundingClientRect().bottom < innerHeight - 300", arg=field.element_handle()
    )
