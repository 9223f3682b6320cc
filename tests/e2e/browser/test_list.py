"""The list of conversations, the tab's title, and the palette."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from support.browser import Console, Workspace
from support.person import Person

ALWAYS = {"text": "Answered.", "repeat": "always", "optional": True}
DAY = 86_400_000


@pytest.fixture
def two(person: Person, workspace: Workspace) -> Person:
    """Two conversations that were read, the first of which is shown."""
    workspace.script(ALWAYS)
    first = workspace.conversation("Apples and pears")
    for conversation_id in (first, workspace.conversation("Bread and butter")):
        seq = person.details(conversation_id)["seq"]
        workspace.ask("POST", f"/api/conversations/{conversation_id}/read", {"seq": seq})
    person.open(first)
    expect(person.row("Bread and butter")).to_be_visible()
    return person


def titles(person: Person) -> list[str]:
    return person.list.get_by_role("listitem").get_by_role("link").all_inner_texts()


# What the list shows


def test_conversations_stand_under_their_days(person: Person, workspace: Workspace, console: Console) -> None:
    console.allow_lost_server()
    workspace.script(ALWAYS)
    ids = [workspace.conversation(title) for title in ("Of today", "Of yesterday", "Of last week", "Of long ago")]
    workspace.stop()
    _age(workspace, dict(zip(ids[1:], (1, 5, 400), strict=True)))
    workspace.start()
    person.page.goto(workspace.url)
    for day, title in {"Today": "Of today", "Yesterday": "Of yesterday", "Previous 7 days": "Of last week"}.items():
        section = person.list.get_by_role("region", name=day, exact=True)
        expect(section.get_by_role("listitem")).to_have_text([re.compile(title)])
    month = person.list.get_by_role("region", name=re.compile(r"^[A-Z][a-z]+ 20\d\d$"))
    expect(month.get_by_role("listitem")).to_have_text([re.compile("Of long ago")])


def _age(workspace: Workspace, days: dict[str, int]) -> None:
    """Make conversations as old as that; the workspace must not run."""
    with sqlite3.connect(workspace.server.database) as database:
        for conversation_id, ago in days.items():
            changed = database.execute(
                "UPDATE conversations SET updated_at = updated_at - ? WHERE id = ?", (ago * DAY, conversation_id)
            )
            assert changed.rowcount == 1
    database.close()


def test_a_running_conversation_has_a_dot_until_it_is_answered(two: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Half of it", "chunk_size": 4, "hold_after": 1})
    two.send("More")
    row = two.row("Apples and pears")
    expect(row.get_by_role("img", name="Running")).to_be_visible()
    expect(two.page).to_have_title("● Apples and pears – Flowent")
    workspace.release()
    expect(row.get_by_role("img", name="Running")).to_have_count(0)
    expect(two.page).to_have_title("Apples and pears – Flowent")


def test_an_answer_elsewhere_is_unread_until_it_is_looked_at(two: Person, workspace: Workspace) -> None:
    other = two.details()["id"]
    two.row("Bread and butter").get_by_role("link").click()
    expect(two.title).to_contain_text("Bread and butter")
    workspace.ask("POST", f"/api/conversations/{other}/messages", {"content": "More"})
    dot = two.row("Apples and pears").get_by_role("img", name="New answer")
    expect(dot).to_be_visible()
    expect(two.page).to_have_title("(1) Bread and butter – Flowent")
    two.row("Apples and pears").get_by_role("link").click()
    expect(dot).to_have_count(0)
    expect(two.page).to_have_title("Apples and pears – Flowent")
    two.page.reload()
    expect(two.row("Apples and pears")).to_be_visible()
    expect(dot).to_have_count(0)


def test_a_failed_conversation_is_marked(two: Person, workspace: Workspace) -> None:
    other = two.details()["id"]
    two.row("Bread and butter").get_by_role("link").click()
    expect(two.title).to_contain_text("Bread and butter")
    workspace.script({"error": "bad_key"})
    workspace.ask("POST", f"/api/conversations/{other}/messages", {"content": "More"})
    expect(two.row("Apples and pears").get_by_role("img", name="Failed")).to_be_visible()


# What can be done to a conversation


def test_a_pinned_conversation_stands_first(two: Person) -> None:
    expect(two.list.get_by_role("listitem").first).to_contain_text("Bread and butter")
    two.choose(two.title.locator("..").get_by_role("button", name="What to do with"), "Pin")
    pinned = two.list.get_by_role("region", name="Pinned")
    expect(pinned.get_by_role("listitem")).to_have_text([re.compile("Apples and pears")])
    assert titles(two) == ["Apples and pears", "Bread and butter"]


def test_a_conversation_is_renamed_in_its_row(two: Person) -> None:
    row = two.row("Bread and butter")
    row.hover()
    two.choose(row.get_by_role("button", name="What to do with “Bread and butter”"), "Rename")
    field = two.list.get_by_role("textbox", name="Title")
    expect(field).to_be_focused()
    field.fill("Bread only")
    field.press("Enter")
    expect(two.row("Bread only")).to_be_visible()
    two.row("Bread only").get_by_role("link").click()
    expect(two.title).to_contain_text("Bread only")
    expect(two.page).to_have_title("Bread only – Flowent")


def test_escape_keeps_the_title(two: Person) -> None:
    two.title.get_by_role("button").click()
    field = two.page.get_by_role("textbox", name="Title")
    field.fill("Something else")
    field.press("Escape")
    expect(two.title).to_contain_text("Apples and pears")


def test_an_archived_conversation_is_in_the_archive_and_comes_back(two: Person) -> None:
    two.choose(two.title.locator("..").get_by_role("button", name="What to do with"), "Archive")
    two.page.wait_for_url(lambda url: "/c/" not in url)
    expect(two.row("Apples and pears")).to_have_count(0)
    two.button("Archived conversations").click()
    row = two.row("Apples and pears")
    expect(row).to_be_visible()
    row.hover()
    two.choose(row.get_by_role("button", name="What to do with"), "Take out of the archive")
    expect(row).to_have_count(0)
    two.button("Back to the conversations").click()
    expect(row).to_be_visible()


def test_a_deleted_conversation_can_be_brought_back(two: Person) -> None:
    two.choose(two.title.locator("..").get_by_role("button", name="What to do with"), "Delete")
    two.page.wait_for_url(lambda url: "/c/" not in url)
    expect(two.row("Apples and pears")).to_have_count(0)
    two.toasts.get_by_role("button", name="Undo").click()
    two.row("Apples and pears").get_by_role("link").click()
    expect(two.answer).to_contain_text("Answered.")


def test_titles_are_searched_on_the_server(two: Person) -> None:
    search = two.list.get_by_role("searchbox", name="Search titles")
    search.fill("PEAR")
    expect(two.list.get_by_role("listitem")).to_have_text([re.compile("Apples and pears")])
    search.fill("nothing like it")
    expect(two.list).to_contain_text("No title matches.")
    search.press("Escape")
    expect(two.list.get_by_role("listitem")).to_have_count(2)


def test_more_conversations_than_a_page_are_shown_on_demand(person: Person, workspace: Workspace) -> None:
    for number in range(55):
        workspace.ask("POST", "/api/conversations", {"title": f"Conversation {number}"})
    person.page.reload()
    expect(person.list.get_by_role("listitem")).to_have_count(50)
    person.button("Show older ones").click()
    expect(person.list.get_by_role("listitem")).to_have_count(55)
    expect(person.button("Show older ones")).to_have_count(0)


def test_the_folder_is_chosen_before_the_conversation_begins(person: Person, workspace: Workspace) -> None:
    (workspace.workdir / "project" / "src").mkdir(parents=True)
    (workspace.workdir / "project" / "notes.txt").write_text("these are the notes\n")
    workspace.script(
        {"tool_calls": [{"name": "read_file", "arguments": {"path": "notes.txt"}}]},
        {"expect": {"contains": ["these are the notes"]}, "text": "Read."},
    )
    person.button(f"Project folder: {workspace.workdir}").click()
    dialog = person.page.get_by_role("dialog", name="Choose a project folder")
    dialog.get_by_role("button", name="project").click()
    expect(dialog.get_by_role("textbox", name="Folder")).to_have_value(str(workspace.workdir / "project"))
    dialog.get_by_role("button", name="Use this folder").click()
    expect(dialog).to_have_count(0)
    person.begin("Read the notes")
    expect(person.answer).to_contain_text("Read.")
    expect(person.button(f"Project folder: {workspace.workdir / 'project'}")).to_be_visible()


def test_a_folder_that_is_not_allowed_yet_can_be_allowed_where_it_is_chosen(
    two: Person, workspace: Workspace, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    two.page.get_by_role("button", name=re.compile("^Project folder: ")).click()
    dialog = two.page.get_by_role("dialog", name="Choose a project folder")
    dialog.get_by_role("textbox", name="Folder").fill(str(elsewhere))
    dialog.get_by_role("button", name="Open", exact=True).click()
    dialog.get_by_role("button", name="Allow and use this folder").click()
    expect(two.button(f"Project folder: {elsewhere}")).to_be_visible()
    assert workspace.ask("GET", "/api/settings")["folders"] == [str(elsewhere)]


def test_a_folder_that_an_agent_must_not_read_says_why(two: Person, workspace: Workspace) -> None:
    two.page.get_by_role("button", name=re.compile("^Project folder: ")).click()
    dialog = two.page.get_by_role("dialog", name="Choose a project folder")
    dialog.get_by_role("textbox", name="Folder").fill(str(workspace.server.directory / "home"))
    dialog.get_by_role("button", name="Open", exact=True).click()
    expect(dialog).to_contain_text("must not read")
    expect(dialog.get_by_role("button", name="Use this folder")).to_be_disabled()


def test_the_palette_runs_commands(two: Person) -> None:
    two.page.keyboard.press("Control+k")
    field = two.page.get_by_placeholder("Search commands, conversations and messages")
    expect(field).to_be_focused()
    field.fill("dark app")
    field.press("Enter")
    expect(two.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(two.page.get_by_role("dialog")).to_have_count(0)


def test_the_palette_goes_to_conversations(two: Person) -> None:
    two.page.keyboard.press("Control+k")
    two.page.get_by_placeholder("Search commands").fill("bread")
    two.page.get_by_role("option", name="Bread and butter").click()
    expect(two.title).to_contain_text("Bread and butter")


def test_the_palette_finds_messages(person: Person, workspace: Workspace) -> None:
    long = "\n\n".join(f"Paragraph {number}" for number in range(80))
    workspace.script({"text": "The first answer has a needle in it."}, {"text": long}, {"text": long})
    person.open(workspace.conversation("One", "Two", "Three"))
    expect(person.answer).to_contain_text("Paragraph 79")
    person.page.keyboard.press("Control+k")
    person.page.get_by_placeholder("Search commands").fill("needle")
    person.page.get_by_role("option", name="Assistant: ").click()
    expect(person.thread.get_by_text("The first answer has a needle in it.")).to_be_in_viewport()


def test_the_sheet_of_shortcuts_opens_by_key(two: Person) -> None:
    two.page.locator("body").press("?")
    two.thread.focus()
    two.page.keyboard.press("?")
    sheet = two.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Search in this conversation")
    two.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


# Notices


@pytest.fixture
def notified(browser: Browser, workspace: Workspace, console: Console) -> Iterator[Person]:
    """Somebody who allowed notifications; what would be shown is written down."""
    context: BrowserContext = browser.new_context(permissions=["notifications"])
    context.add_init_script(
        """window.shown = [];
        ServiceWorkerRegistration.prototype.showNotification = async function (title, { body }) {
          window.shown.push([title, body]);
        };
        localStorage.setItem("flowent.preferences", '{ "notifications": true }');"""
    )
    page: Page = context.new_page()
    console.listen(page)
    page.goto(workspace.login_url())
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    yield Person(page, workspace)
    context.close()


def test_somebody_who_looks_away_is_notified(notified: Person, workspace: Workspace) -> None:
    workspace.script(ALWAYS)
    conversation_id = workspace.conversation("Apples and pears")
    notified.page.goto(workspace.url)
    expect(notified.row("Apples and pears")).to_be_visible()
    # The page is looked at no more.
    notified.page.evaluate("document.hasFocus = () => false; dispatchEvent(new Event('blur'))")
    workspace.ask("POST", f"/api/conversations/{conversation_id}/messages", {"content": "More"})
    notified.page.wait_for_function("() => window.shown.length > 0")
    assert notified.page.evaluate("window.shown") == [["Apples and pears", "The answer is complete."]]


def test_somebody_who_looks_is_not_notified(notified: Person, workspace: Workspace) -> None:
    workspace.script(ALWAYS)
    conversation_id = workspace.conversation("Apples and pears")
    notified.page.goto(workspace.url)
    expect(notified.row("Apples and pears")).to_be_visible()
    notified.page.bring_to_front()
    workspace.ask("POST", f"/api/conversations/{conversation_id}/messages", {"content": "More"})
    expect(notified.row("Apples and pears").get_by_role("img", name="New answer")).to_be_visible()
    assert notified.page.evaluate("window.shown") == []
