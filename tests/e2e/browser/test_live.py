"""Everywhere the same, whatever happens to the connection: two tabs, a killed server, a lost network."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from support.browser import Console, Workspace
from support.person import Person

LOST = "The connection to the workspace is lost"


@pytest.fixture
def other(browser: Browser, person: Person, workspace: Workspace, console: Console) -> Iterator[Person]:
    """Somebody at another browser; they look at the start page."""
    context = browser.new_context()
    page = context.new_page()
    console.listen(page)
    page.goto(workspace.login_url())
    yield Person(page, workspace)
    context.close()


def shown_texts(person: Person) -> list[str]:
    """What each message says on the page, without what can be done with it."""
    return person.page.evaluate(
        """() => [...document.querySelectorAll('article[data-message-id]')].map((article) =>
          [...article.querySelectorAll('[data-part-id]')].map((part) => part.textContent).join(' '))"""
    )


def stored_texts(person: Person) -> list[str]:
    return [
        " ".join(part["text"] for part in message["parts"] if part["type"] == "text")
        for message in person.details()["messages"]
    ]


# Two at once


def test_an_answer_arrives_in_both_tabs(person: Person, other: Person, workspace: Workspace) -> None:
    workspace.script({"text": "First half. Second half.", "chunk_size": 11, "hold_after": 1})
    other.open(person.begin("Hello"))
    for somebody in (person, other):
        expect(somebody.answer).to_contain_text("First half.")
        expect(somebody.stop_button).to_be_visible()
    workspace.release()
    for somebody in (person, other):
        expect(somebody.answer).to_contain_text("First half. Second half.")
        expect(somebody.stop_button).to_have_count(0)
        assert shown_texts(somebody) == stored_texts(person)


def test_a_turn_that_one_begins_the_other_stops(person: Person, other: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Half of this", "hang_after": 1})
    other.open(person.begin("Hello"))
    expect(other.answer).to_contain_text("Half of this")
    other.stop_button.click()
    expect(person.answer).to_contain_text("Stopped before the answer was complete.")


def test_an_edit_and_a_branch_are_seen_by_both(person: Person, other: Person, workspace: Workspace) -> None:
    workspace.script({"text": "One."}, {"text": "Two."})
    other.open(person.begin("Question one"))
    expect(other.answer).to_contain_text("One.")
    person.own_messages.get_by_role("button", name="Edit").click()
    person.page.get_by_role("textbox", name="Edit the message").fill("Question two")
    person.button("Save and resend").click()
    expect(other.answer).to_contain_text("Two.")
    expect(other.own_messages).to_contain_text("Question two")
    other.own_messages.get_by_role("button", name="Previous version").click()
    expect(person.answer).to_contain_text("One.")


def test_a_new_conversation_a_new_title_and_a_deletion_are_seen_by_both(
    person: Person, other: Person, workspace: Workspace
) -> None:
    workspace.script({"text": "Answered."})
    conversation_id = person.begin("Apples")
    expect(other.row("Apples")).to_be_visible()
    person.title.get_by_role("button").click()
    field = person.page.get_by_role("textbox", name="Title")
    field.fill("Pears")
    field.press("Enter")
    expect(other.row("Pears")).to_be_visible()
    expect(other.row("Apples")).to_have_count(0)
    expect(other.row("Pears").get_by_role("img", name="New answer")).to_be_visible()
    workspace.ask("DELETE", f"/api/conversations/{conversation_id}")
    expect(other.row("Pears")).to_have_count(0)
    expect(person.row("Pears")).to_have_count(0)


def test_what_one_has_read_is_read_for_the_other(person: Person, other: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Answered."})
    workspace.conversation("Apples")
    dot = other.row("Apples").get_by_role("img", name="New answer")
    expect(dot).to_be_visible()
    person.row("Apples").get_by_role("link").click()
    expect(dot).to_have_count(0)


# A server that goes away


def test_a_killed_server_loses_nothing_and_doubles_nothing(
    person: Person, workspace: Workspace, console: Console
) -> None:
    console.allow_lost_server()
    workspace.script(
        {"text": "Before. ", "tool_calls": [{"name": "list_dir", "arguments": {"path": "."}}]},
        {"text": "A beginning that is lost", "chunk_size": 4, "hold_after": 3},
        {"text": "The whole answer, once."},
    )
    person.begin("Hello")
    expect(person.answer).to_contain_text("A beginning")
    workspace.kill()
    banner = person.page.get_by_text(LOST)
    expect(banner).to_be_visible()
    expect(person.answer).to_contain_text("A beginning")
    workspace.start()
    expect(person.answer).to_contain_text("The whole answer, once.")
    expect(person.answer).to_contain_text("Went on after a crash; nothing was lost")
    expect(banner).to_have_count(0)
    expect(person.stop_button).to_have_count(0)
    shown = person.answer.inner_text()
    assert shown.count("The whole answer, once.") == 1
    assert shown.count("Before.") == 1
    expect(person.own_messages).to_have_count(1)
    expect(person.answers).to_have_count(1)
    assert [request.method for request in workspace.report().requests] == ["POST"] * 3
    # A page that was never there before sees the same.
    person.page.reload()
    expect(person.answer).to_contain_text("The whole answer, once.")
    assert person.answer.inner_text() == shown


def test_an_ordered_restart_in_mid_answer_is_survived(person: Person, workspace: Workspace, console: Console) -> None:
    console.allow_lost_server()
    workspace.script(
        {"text": "A beginning that is lost", "chunk_size": 4, "hold_after": 3, "optional": True},
        {"text": "The whole answer, once."},
    )
    person.begin("Hello")
    expect(person.answer).to_contain_text("A beginning")
    workspace.stop()
    workspace.start()
    expect(person.answer).to_contain_text("The whole answer, once.")
    expect(person.stop_button).to_have_count(0)
    assert person.answer.inner_text().count("The whole answer, once.") == 1
    expect(person.own_messages).to_have_count(1)


def test_a_message_whose_receipt_was_lost_is_sent_once(person: Person, workspace: Workspace, console: Console) -> None:
    console.allow_lost_server()
    workspace.script({"text": "Answered.", "repeat": "always"})
    person.open(workspace.conversation("Hello"))

    def lose(route: Route) -> None:
        assert route.fetch().ok
        workspace.kill()
        route.abort("connectionreset")

    person.page.route("**/messages", lose, times=1)
    person.send("Only once")
    expect(person.page.get_by_text(LOST)).to_be_visible()
    workspace.start()
    expect(person.own_messages.filter(has_text="Only once")).to_have_count(1)
    # The page sees by itself that the message had arrived.
    expect(person.field).to_have_value("")
    expect(person.page.get_by_text("The message could not be sent.")).to_have_count(0)
    expect(person.answers).to_have_count(2)
    expect(person.stop_button).to_have_count(0)
    assert [message["author"] for message in person.details()["messages"]] == ["user", "assistant"] * 2


def test_a_message_that_is_tried_again_is_sent_once(person: Person, workspace: Workspace, console: Console) -> None:
    console.allow_lost_server()
    workspace.script({"text": "Answered.", "repeat": "always"})

    def lose(route: Route) -> None:
        assert route.fetch().ok
        route.abort("connectionreset")

    person.page.route("**/messages", lose, times=1)
    person.send("Only once")
    person.button("Try again").click()
    expect(person.answer).to_contain_text("Answered.")
    assert len(workspace.ask("GET", "/api/conversations")["items"]) == 1
    assert stored_texts(person) == ["Only once", "Answered."]


def test_somebody_can_try_at_once_instead_of_waiting(person: Person, workspace: Workspace, console: Console) -> None:
    console.allow_lost_server()
    workspace.script({"text": "Answered.", "repeat": "always"})
    conversation_id = workspace.conversation("Hello")
    person.open(conversation_id)
    workspace.kill()
    banner = person.page.get_by_text(LOST)
    expect(banner).to_be_visible()
    person.write("Written meanwhile")
    workspace.start()
    person.button("Try now").click()
    expect(banner).to_have_count(0)
    workspace.ask("POST", f"/api/conversations/{conversation_id}/messages", {"content": "From elsewhere"})
    expect(person.own_messages).to_have_count(2)
    expect(person.answers).to_have_count(2)
    expect(person.field).to_have_value("Written meanwhile")


def test_what_happened_without_the_network_is_there_when_it_is_back(
    person: Person, workspace: Workspace, context: BrowserContext, console: Console
) -> None:
    console.allow_lost_server()
    workspace.script({"text": "Answered.", "repeat": "always"})
    conversation_id = workspace.conversation("Hello")
    person.open(conversation_id)
    expect(person.answer).to_contain_text("Answered.")
    context.set_offline(True)
    person.page.reload()
    expect(person.page.get_by_text(re.compile("does not answer|connection to the workspace is lost"))).to_be_visible()
    workspace.ask("POST", f"/api/conversations/{conversation_id}/messages", {"content": "Meanwhile"})
    context.set_offline(False)
    expect(person.own_messages).to_have_count(2, timeout=15_000)
    expect(person.answers).to_have_count(2)
    assert shown_texts(person) == stored_texts(person)


def test_a_tab_that_is_opened_without_the_server_waits_for_it(
    person: Person, workspace: Workspace, context: BrowserContext, console: Console
) -> None:
    console.allow_lost_server()
    workspace.script({"text": "Answered."})
    conversation_id = workspace.conversation("Hello")
    person.page.goto(workspace.url)
    person.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    person.open(conversation_id)
    workspace.kill()
    late = Person(context.new_page(), workspace)
    console.listen(late.page)
    late.page.goto(f"{workspace.url}/c/{conversation_id}")
    expect(late.page.get_by_text("The workspace does not answer")).to_be_visible()
    workspace.start()
    expect(late.answer).to_contain_text("Answered.", timeout=15_000)
    expect(late.row("Hello")).to_be_visible()
