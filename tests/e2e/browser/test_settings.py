"""Every form of the settings, with good and with bad input: errors stand at their field, and nothing typed is lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from support.browser import Console, Workspace
from support.page import LONG, answer, ask, composer


@pytest.fixture
def settings(page: Page, workspace: Workspace, console: Console) -> Page:
    """A page at the settings."""
    page.goto(f"{workspace.url}/settings")
    return page


def section(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Sections of the settings").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def number(page: Page, name: str) -> Locator:
    return page.get_by_role("spinbutton", name=name, exact=True)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("main").get_by_text("Saved", exact=True)).to_be_visible()


def choose(page: Page, group: str, name: str) -> None:
    page.get_by_role("radiogroup", name=group).get_by_role("radio", name=name, exact=True).check()


# Limits


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("Steps", "0", "Choose a number from 1 to 10"),
        ("Steps", "many", "This is not a number"),
        ("Steps", "1.5", "Only whole numbers"),
        ("Time", "-3", "Choose a number from"),
        ("Size of a file", "1e9", "This is not a number"),
        ("Files of a message", "101", "Choose a number from 0 to 100"),
    ],
)
def test_a_wrong_number_is_said_at_its_field_and_not_saved(
    settings: Page, workspace: Workspace, field: str, typed: str, said: str
) -> None:
    section(settings, "Limits")
    before = workspace.ask("GET", "/api/settings")
    number(settings, field).fill(typed)
    expect(number(settings, field)).to_have_accessible_description(re.compile(re.escape(said)))
    settings.get_by_role("button", name="Save", exact=True).click()
    expect(number(settings, field)).to_be_focused()
    expect(number(settings, field)).to_have_value(typed)
    assert workspace.ask("GET", "/api/settings") == before


def test_limits_are_saved_and_reset(settings: Page, workspace: Workspace) -> None:
    section(settings, "Limits")
    number(settings, "Steps").fill("7")
    number(settings, "Time").fill("1,5")
    save(settings)
    limits = workspace.ask("GET", "/api/settings")["limits"]
    assert (limits["steps"], limits["wall_seconds"]) == (7, 90)
    settings.reload()
    expect(number(settings, "Steps")).to_have_value("7")
    settings.get_by_role("button", name="Reset to the defaults").click()
    expect(number(settings, "Steps")).to_have_value("100")
    assert workspace.ask("GET", "/api/settings")["limits"]["steps"] == 100


def test_what_is_not_saved_survives_a_visit_elsewhere_and_is_marked(settings: Page) -> None:
    section(settings, "Limits")
    number(settings, "Steps").fill("42")
    section(settings, "Agent")
    settings.get_by_role("link", name="Limits, with changes that are not saved").click()
    expect(number(settings, "Steps")).to_have_value("42")
    settings.get_by_role("button", name="Discard").click()
    expect(number(settings, "Steps")).to_have_value("100")
    expect(settings.get_by_role("link", name="Limits", exact=True)).to_be_visible()


def test_a_save_that_the_server_does_not_answer_keeps_what_was_typed(
    settings: Page, workspace: Workspace, console: Console
) -> None:
    console.allow_lost_server()
    section(settings, "Limits")
    number(settings, "Steps").fill("42")
    workspace.kill()
    settings.get_by_role("button", name="Save", exact=True).click()
    expect(settings.get_by_role("form").get_by_role("alert")).to_be_visible(timeout=LONG)
    expect(number(settings, "Steps")).to_have_value("42")
    workspace.start()
    save(settings)
    assert workspace.ask("GET", "/api/settings")["limits"]["steps"] == 42


# Agent


def test_the_agent_prompt_reaches_the_model(settings: Page, workspace: Workspace) -> None:
    workspace.script({"expect": {"contains": ["Speak like a pirate."]}, "text": "Arr."})
    section(settings, "Agent")
    settings.get_by_role("textbox", name="Agent prompt").fill("Speak like a pirate.")
    save(settings)
    settings.goto(workspace.url)
    ask(settings, "Hello")
    expect(answer(settings)).to_contain_text("Arr.")


def test_a_prompt_that_is_too_long_says_by_how_much(settings: Page, workspace: Workspace, console: Console) -> None:
    console.allow_refusals(422)
    section(settings, "Agent")
    field = settings.get_by_role("textbox", name="Agent prompt")
    field.fill("é" * (16 * 1024) + "12345")
    expect(field).to_have_accessible_description(re.compile("5 bytes too long"))
    settings.get_by_role("button", name="Save", exact=True).click()
    expect(field).to_be_focused()
    assert workspace.ask("GET", "/api/settings")["agent_prompt"] == ""


def test_an_unsaved_prompt_is_there_after_the_page_was_closed(settings: Page, workspace: Workspace) -> None:
    section(settings, "Agent")
    settings.get_by_role("textbox", name="Agent prompt").fill("Half a thought")
    expect(settings.get_by_text("What you typed is kept in this browser")).to_be_visible()
    again = settings.context.new_page()
    settings.close()
    again.goto(f"{workspace.url}/settings/agent")
    expect(again.get_by_role("textbox", name="Agent prompt")).to_have_value("Half a thought")
    assert workspace.ask("GET", "/api/settings")["agent_prompt"] == ""


# Folders


def test_a_folder_that_does_not_exist_is_said_at_its_line(
    settings: Page, workspace: Workspace, console: Console
) -> None:
    console.allow_refusals(422)
    good = workspace.workdir.parent / "elsewhere"
    good.mkdir()
    section(settings, "Folders")
    for number_, path in enumerate((str(good), "", "/does/not/exist"), 1):
        settings.get_by_role("button", name="Add a folder").click()
        expect(settings.get_by_role("textbox", name=f"Folder {number_}")).to_be_focused()
        settings.get_by_role("textbox", name=f"Folder {number_}").fill(path)
    settings.get_by_role("button", name="Save", exact=True).click()
    wrong = settings.get_by_role("textbox", name="Folder 3")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_accessible_description(re.compile(r"\S"))
    expect(settings.get_by_role("textbox", name="Folder 1")).to_have_accessible_description("")
    settings.get_by_role("button", name="Remove /does/not/exist").click()
    expect(settings.get_by_role("button", name="Add a folder")).to_be_focused()
    save(settings)
    assert workspace.ask("GET", "/api/settings")["folders"] == [str(good)]


# Providers


def test_a_provider_without_an_address_says_so(settings: Page, workspace: Workspace) -> None:
    section(settings, "Models and providers")
    settings.get_by_role("button", name="Add a provider").click()
    settings.get_by_role("radio", name="Another one").check()
    settings.get_by_role("button", name="Save and test").click()
    address = settings.get_by_role("textbox", name="Base URL")
    expect(address).to_be_focused()
    expect(address).to_have_accessible_description(re.compile("Enter the server's address"))
    assert len(workspace.ask("GET", "/api/providers")["items"]) == 1


@pytest.mark.parametrize("typed", ["not an address", "ftp://files.example", "http://user:secret@host.example/v1"])
def test_a_wrong_address_is_said_at_its_field(
    settings: Page, workspace: Workspace, console: Console, typed: str
) -> None:
    console.allow_refusals(422)
    section(settings, "Models and providers")
    settings.get_by_role("button", name="Add a provider").click()
    settings.get_by_role("radio", name="Another one").check()
    settings.get_by_role("textbox", name="Name", exact=True).fill("Other")
    settings.get_by_role("textbox", name="Base URL").fill(typed)
    settings.get_by_role("textbox", name="API key").fill("a-key")
    settings.get_by_role("button", name="Save without a test").click()
    address = settings.get_by_role("textbox", name="Base URL")
    expect(address).to_be_focused()
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(address).to_have_value(typed)
    expect(settings.get_by_role("textbox", name="API key")).to_have_value("a-key")
    assert len(workspace.ask("GET", "/api/providers")["items"]) == 1


def test_wrong_details_of_a_provider_open_where_they_are(
    settings: Page, workspace: Workspace, console: Console
) -> None:
    console.allow_refusals(422)
    section(settings, "Models and providers")
    settings.get_by_role("button", name="Edit Scripted").click()
    settings.get_by_role("button", name="Models, headers and waiting times").click()
    number(settings, "For a connection").fill("0")
    settings.get_by_role("button", name="Save without a test").click()
    expect(number(settings, "For a connection")).to_be_focused()
    number(settings, "For a connection").fill("5")
    settings.get_by_role("button", name="Add a header").click()
    settings.get_by_role("textbox", name="Header", exact=True).fill("Not a header")
    settings.get_by_role("textbox", name="Value").fill("x")
    settings.get_by_role("button", name="Save without a test").click()
    expect(settings.get_by_role("textbox", name="Header", exact=True)).to_have_attribute("aria-invalid", "true")
    settings.get_by_role("button", name="Remove the header").click()
    settings.get_by_role("button", name="Save without a test").click()
    expect(settings.get_by_role("button", name="Test the connection")).to_be_visible()
    assert workspace.ask("GET", "/api/providers")["items"][0]["timeouts"]["connect"] == 5


def test_a_stored_key_is_never_shown_and_only_removed_when_asked(settings: Page, workspace: Workspace) -> None:
    section(settings, "Models and providers")
    settings.get_by_role("button", name="Edit Scripted").click()
    key = settings.get_by_role("textbox", name="API key")
    expect(key).to_have_value("")
    expect(key).to_have_accessible_description(re.compile("ends in kkkk"))
    settings.get_by_role("textbox", name="Name", exact=True).fill("Renamed")
    settings.get_by_role("button", name="Save without a test").click()
    expect(settings.get_by_role("button", name="Test the connection")).to_be_visible()
    stored = workspace.ask("GET", "/api/providers")["items"][0]
    assert (stored["name"], stored["has_key"]) == ("Renamed", True)
    settings.get_by_role("checkbox", name="Remove the stored key").check()
    settings.get_by_role("button", name="Save without a test").click()
    expect(settings.get_by_role("button", name="Test the connection")).to_be_visible()
    assert workspace.ask("GET", "/api/providers")["items"][0]["has_key"] is False


def test_a_test_gives_the_answers_time_or_the_providers_own_words(settings: Page, workspace: Workspace) -> None:
    workspace.script({"text": "word"}, {"error": "quota_exceeded", "error_message": "You ran out of credit."})
    section(settings, "Models and providers")
    card = settings.get_by_role("article", name="Scripted")
    card.get_by_role("button", name="Test Scripted").click()
    expect(card.get_by_role("status")).to_contain_text("scripted answered in")
    card.get_by_role("button", name="Test Scripted").click()
    expect(card.get_by_role("alert")).to_be_visible(timeout=LONG)
    card.get_by_role("button", name="What the provider sent").click()
    expect(card).to_contain_text("You ran out of credit.")


def test_models_are_listed_and_one_becomes_the_default(settings: Page, workspace: Workspace) -> None:
    workspace.script({"text": "From the other model."}, models={"ids": [f"model-{index}" for index in range(60)]})
    section(settings, "Models and providers")
    card = settings.get_by_role("article", name="Scripted")
    card.get_by_role("button", name="Models", exact=True).click()
    card.get_by_role("searchbox", name="Find a model").fill("model-42")
    expect(card.get_by_role("list", name="Models of Scripted").get_by_role("listitem")).to_have_count(1)
    model = settings.get_by_role("combobox", name="Model", exact=True)
    model.fill("el-42")
    expect(settings.get_by_role("listbox", name="Model").get_by_role("option")).to_have_count(1)
    model.press("ArrowDown")
    model.press("Enter")
    expect(model).to_have_value("model-42")
    save(settings)
    assert workspace.ask("GET", "/api/settings")["model"] == "model-42"
    settings.goto(workspace.url)
    expect(settings.get_by_role("button", name="Model: model-42")).to_be_visible()


def test_a_provider_is_deleted_after_a_question_and_the_focus_goes_on(settings: Page, workspace: Workspace) -> None:
    workspace.ask(
        "PUT", "/api/providers/other", {"name": "Other", "format": "openai", "base_url": "http://127.0.0.1:9"}
    )
    section(settings, "Models and providers")
    more = settings.get_by_role("button", name="More for Other")
    more.click()
    settings.get_by_role("menuitem", name="Delete").click()
    dialog = settings.get_by_role("dialog", name="Delete Other?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    settings.keyboard.press("Escape")
    expect(more).to_be_focused()
    more.click()
    settings.get_by_role("menuitem", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(settings.get_by_role("article", name="Other")).to_have_count(0)
    expect(settings.get_by_role("button", name="Add a provider")).to_be_focused()


# Data


def test_a_deleted_conversation_is_restored_or_deleted_for_good(settings: Page, workspace: Workspace) -> None:
    first, second = workspace.conversation(), workspace.conversation()
    for identifier, title in ((first, "Keep me"), (second, "Forget me")):
        workspace.ask("PATCH", f"/api/conversations/{identifier}", {"title": title})
        workspace.ask("DELETE", f"/api/conversations/{identifier}")
    section(settings, "Data")
    settings.get_by_role("button", name="Restore Keep me").click()
    expect(settings.get_by_role("navigation", name="Conversations").get_by_role("link", name="Keep me")).to_be_visible()
    settings.get_by_role("button", name="Delete Forget me for good").click()
    settings.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    expect(settings.get_by_text("Nothing was deleted.")).to_be_visible()
    expect(settings.get_by_role("region", name="Deleted conversations")).to_be_focused()


# About


def test_the_page_tells_what_runs_and_whether_it_is_well(settings: Page, workspace: Workspace) -> None:
    section(settings, "About and health")
    about = workspace.ask("GET", "/api/about")
    expect(settings.get_by_text(about["version"], exact=True)).to_be_visible()
    findings = workspace.ask("GET", "/api/doctor")["findings"]
    for finding in findings:
        expect(settings.get_by_role("listitem").filter(has_text=finding["found"]).first).to_be_visible()


def test_a_login_link_lets_another_browser_in(settings: Page, workspace: Workspace) -> None:
    section(settings, "About and health")
    settings.get_by_role("button", name="Make a login link").click()
    link = settings.get_by_role("status").locator("code").inner_text()
    assert settings.context.browser is not None
    other = settings.context.browser.new_context()
    try:
        page = other.new_page()
        page.goto(link)
        expect(composer(page)).to_be_visible()
    finally:
        other.close()


# Appearance


def test_the_theme_holds_at_once_and_after_a_reload(settings: Page) -> None:
    section(settings, "Appearance")
    for theme, ground in (("Dark", "rgb(19, 20, 23)"), ("Light", "rgb(255, 255, 255)")):
        choose(settings, "Theme", theme)
        expect(settings.get_by_role("main")).to_be_visible()
        expect(settings.locator("#root > div").first).to_have_css("background-color", ground)
        settings.reload()
        expect(settings.locator("#root > div").first).to_have_css("background-color", ground)


def test_larger_text_is_larger(settings: Page) -> None:
    section(settings, "Appearance")
    size = "() => parseFloat(getComputedStyle(document.documentElement).fontSize)"
    medium = settings.evaluate(size)
    choose(settings, "Text size", "Large")
    settings.wait_for_function(f"medium => ({size})() > medium", arg=medium)


def test_the_keys_that_send_can_be_chosen(settings: Page, workspace: Workspace) -> None:
    workspace.script({"expect": {"contains": ["one\ntwo"]}, "text": "Both lines."})
    section(settings, "Appearance")
    choose(settings, "Send a message with", "Ctrl Enter")
    settings.goto(workspace.url)
    composer(settings).press_sequentially("one\ntwo")
    expect(composer(settings)).to_have_value("one\ntwo")
    composer(settings).press("Control+Enter")
    expect(answer(settings)).to_contain_text("Both lines.")


def test_settings_of_another_name_lead_on(settings: Page, workspace: Workspace) -> None:
    settings.goto(f"{workspace.url}/settings/nonsense")
    expect(settings.get_by_text("There is no such section")).to_be_visible()
    settings.get_by_role("link", name="All settings").click()
    expect(settings.get_by_role("heading", name="Appearance", level=1)).to_be_visible()
