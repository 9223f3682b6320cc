"""Talking with the agent: what a person sees of an answer, and what can be done with messages."""

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from support.browser import Workspace
from support.person import Person

RICH = """## Results

| name | value |
|---|---|
| alpha | 1 |
| beta | 2 |

```python
def add(one, other):
    return one + other
```

The sum is $a + b$, and

$$
\\int_0^1 x^2 \\, dx = \\frac{1}{3}
$$
"""


# Answers


def test_an_answer_appears_while_it_arrives(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "First half. Second half.", "chunk_size": 11, "hold_after": 1})
    person.begin("Hello")
    expect(person.answer).to_contain_text("First half.")
    expect(person.answer).not_to_contain_text("Second half.")
    expect(person.stop_button).to_be_visible()
    workspace.release()
    expect(person.answer).to_contain_text("First half. Second half.")
    expect(person.stop_button).to_be_hidden()


def test_reasoning_is_folded_with_its_duration(person: Person, workspace: Workspace) -> None:
    # Reasoning of a moment has no duration worth telling.
    workspace.script({"thinking": "The person greets me.", "text": "Good day.", "chunk_size": 5, "delay_between": 0.3})
    person.begin("Hello")
    fold = person.answer.get_by_role("button", name=re.compile(r"^Thought for "))
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(person.answer).to_contain_text("Good day.")
    expect(person.answer).not_to_contain_text("The person greets me.")
    fold.click()
    expect(person.answer).to_contain_text("The person greets me.")


def test_reasoning_that_arrives_shows_that_it_does(person: Person, workspace: Workspace) -> None:
    workspace.script({"thinking": "Still thinking about it", "text": "Good day.", "hold_after": 1})
    person.begin("Hello")
    fold = person.answer.get_by_role("button", name="Thinking")
    fold.click()
    expect(person.answer).to_contain_text("Still thinking")
    workspace.release()
    # What somebody opened stays open when it is complete.
    expect(person.answer.get_by_role("button", name="Thought")).to_have_attribute("aria-expanded", "true")


def test_tables_code_and_formulas_are_shown_as_such(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": RICH})
    person.begin("Show it")
    expect(person.answer.get_by_role("heading", name="Results")).to_be_visible()
    row = person.answer.get_by_role("row").filter(has_text="beta")
    expect(row.get_by_role("cell")).to_have_text(["beta", "2"])
    code = person.answer.get_by_role("region", name="Code: Python")
    expect(code).to_contain_text("def add(one, other):")
    # Its words have colours of their own once the grammar is there.
    expect(code.locator("code .md-keyword, code .md-function").first).to_be_visible()
    expect(person.answer.locator("math")).to_have_count(2)
    expect(person.answer).not_to_contain_text("$$")


def test_formatting_survives_every_place_where_the_stream_pauses(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": RICH, "chunk_size": 1})
    person.begin("Show it")
    expect(person.answer.get_by_role("cell", name="alpha")).to_be_visible()
    expect(person.answer.locator("math")).to_have_count(2)
    shown = person.answer.get_by_role("region", name="Code: Python").locator("code").text_content() or ""
    assert shown.rstrip("\n") == "def add(one, other):\n    return one + other"


def test_the_time_and_the_tokens_of_an_answer_are_told(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Good day.", "usage": {"input": 1200, "cached": 1000, "output": 80, "reasoning": 30}})
    person.begin("Hello")
    person.answer.get_by_role("button", name=re.compile(r"^1\.3k tokens$", re.IGNORECASE)).click()
    details = person.page.get_by_role("dialog", name="Tokens of this answer")
    for line in ("Sent1,200", "of it read from the cache1,000", "Written80", "of it reasoning30"):
        expect(details).to_contain_text(line)


# Stopping and failing


def test_a_stopped_answer_keeps_what_has_arrived(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Kept words and lost words", "chunk_size": 10, "hang_after": 1})
    person.begin("Hello")
    expect(person.answer).to_contain_text("Kept words")
    person.stop_button.click()
    expect(person.answer).to_contain_text("Stopped before the answer was complete.")
    expect(person.answer).to_contain_text("Kept words")
    expect(person.stop_button).to_be_hidden()
    workspace.wait_until(lambda report: report.requests[0].outcome in ("hung", "client_left"))


def test_escape_in_an_empty_field_stops(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Words", "hang_after": 1})
    person.begin("Hello")
    expect(person.answer).to_contain_text("Words")
    person.field.press("Escape")
    expect(person.answer).to_contain_text("Stopped before the answer was complete.")


def test_a_failure_says_what_to_do_and_can_be_tried_again(person: Person, workspace: Workspace) -> None:
    workspace.script({"error": "bad_key"}, {"text": "Now it works."})
    person.begin("Hello")
    expect(person.answer.get_by_role("link", name="Open settings")).to_have_attribute("href", "/settings/providers")
    expect(person.answer).to_contain_text("key")
    person.answer.get_by_role("button", name="Try again").click()
    expect(person.answer).to_contain_text("Now it works.")
    expect(person.answer.get_by_role("button", name="Try again")).to_have_count(0)
    expect(person.answers).to_have_count(1)


def test_a_passing_failure_is_told_while_it_is_waited_out(person: Person, workspace: Workspace) -> None:
    workspace.script({"status": 429, "headers": {"Retry-After": "1"}}, {"text": "Now it works."})
    person.begin("Hello")
    expect(person.answer).to_contain_text("It will be asked again by itself.")
    expect(person.answer).to_contain_text("Now it works.")
    expect(person.answer).not_to_contain_text("It will be asked again by itself.")


# Changing what was said


def test_an_answer_can_be_asked_for_again_and_both_versions_are_kept(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "The first answer."}, {"text": "The second answer."})
    person.begin("Hello")
    expect(person.answer).to_contain_text("The first answer.")
    person.answer.get_by_role("button", name="Answer again").click()
    expect(person.answer).to_contain_text("The second answer.")
    expect(person.answers).to_have_count(1)
    versions = person.answer.get_by_role("group", name="Version 2 of 2")
    versions.get_by_role("button", name="Previous version").click()
    expect(person.answer).to_contain_text("The first answer.")
    expect(person.answer.get_by_role("group", name="Version 1 of 2")).to_be_visible()
    person.answer.get_by_role("button", name="Next version").click()
    expect(person.answer).to_contain_text("The second answer.")


def test_the_chosen_version_is_what_the_model_is_told(person: Person, workspace: Workspace) -> None:
    workspace.script(
        {"text": "The first answer."},
        {"text": "The second answer."},
        {"expect": {"contains": ["The first answer."], "not_contains": ["The second answer."]}, "text": "Well."},
    )
    person.begin("Hello")
    person.answer.get_by_role("button", name="Answer again").click()
    expect(person.answer).to_contain_text("The second answer.")
    person.answer.get_by_role("button", name="Previous version").click()
    expect(person.answer).to_contain_text("The first answer.")
    person.send("Go on")
    expect(person.answer).to_contain_text("Well.")


def test_an_edited_message_can_be_kept_with_its_answer(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Good day."})
    person.begin("Helo")
    expect(person.answer).to_contain_text("Good day.")
    person.own_messages.get_by_role("button", name="Edit").click()
    editor = person.page.get_by_role("textbox", name="Edit the message")
    expect(editor).to_have_value("Helo")
    editor.fill("Hello there")
    person.button("Save").click()
    expect(person.own_messages).to_contain_text("Hello there")
    expect(person.own_messages).to_contain_text("edited")
    expect(person.answer).to_contain_text("Good day.")
    assert workspace.report().request_count == 1


def test_an_edited_message_can_be_sent_again_on_a_branch(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "One."}, {"expect": {"last_contains": ["Question two"]}, "text": "Two."})
    person.begin("Question one")
    expect(person.answer).to_contain_text("One.")
    person.own_messages.get_by_role("button", name="Edit").click()
    person.page.get_by_role("textbox", name="Edit the message").fill("Question two")
    person.button("Save and resend").click()
    expect(person.answer).to_contain_text("Two.")
    expect(person.own_messages).to_have_count(1)
    person.own_messages.get_by_role("button", name="Previous version").click()
    expect(person.own_messages).to_contain_text("Question one")
    expect(person.answer).to_contain_text("One.")


def test_leaving_the_editor_changes_nothing(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Good day."})
    person.begin("Hello")
    expect(person.answer).to_contain_text("Good day.")
    person.own_messages.get_by_role("button", name="Edit").click()
    editor = person.page.get_by_role("textbox", name="Edit the message")
    editor.fill("Something else")
    editor.press("Escape")
    expect(editor).to_have_count(0)
    expect(person.own_messages).to_contain_text("Hello")
    expect(person.own_messages).not_to_contain_text("Something else")


def test_a_fork_is_a_conversation_of_its_own(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "One."}, {"text": "Two."}, {"text": "Elsewhere."})
    first = person.begin("Question one")
    expect(person.answer).to_contain_text("One.")
    person.send("Question two")
    expect(person.answer).to_contain_text("Two.")
    person.answers.first.hover()
    person.answers.first.get_by_role("button", name="Fork from here").click()
    person.page.wait_for_url(lambda url: "/c/" in url and not url.endswith(first))
    expect(person.answers).to_have_count(1)
    person.send("Another question two")
    expect(person.answer).to_contain_text("Elsewhere.")
    person.open(first)
    expect(person.answers).to_have_count(2)
    expect(person.thread).not_to_contain_text("Another question two")


def test_a_copied_answer_is_its_markdown(person: Person, workspace: Workspace, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    workspace.script({"thinking": "Hm.", "text": "It is **so**:\n\n- one\n- two"})
    person.begin("Hello")
    person.answer.get_by_role("button", name="Copy the text").click()
    expect(person.answer.get_by_role("button", name="Copied")).to_be_visible()
    assert person.page.evaluate("navigator.clipboard.readText()") == "It is **so**:\n\n- one\n- two"


def test_code_is_copied_as_it_is(person: Person, workspace: Workspace, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    workspace.script({"text": RICH})
    person.begin("Show it")
    person.answer.get_by_role("button", name="Copy code").click()
    expect(person.answer.get_by_role("button", name="Copied")).to_be_visible()
    copied = person.page.evaluate("navigator.clipboard.readText()")
    assert copied.rstrip("\n") == "def add(one, other):\n    return one + other"


# Finding one's way

LONG = "\n\n".join(f"Paragraph {number} of a long answer that fills the page." for number in range(60))


def test_somebody_who_reads_above_is_left_there_and_finds_back(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": LONG}, {"text": "The end of it."})
    person.begin("Tell me")
    expect(person.answer).to_contain_text("Paragraph 59")
    expect(person.answer.get_by_text("Paragraph 59")).to_be_in_viewport()
    person.thread.hover()
    person.page.mouse.wheel(0, -20_000)
    beginning = person.thread.get_by_text("Paragraph 1 of a long answer")
    expect(beginning).to_be_in_viewport()
    workspace.ask("POST", f"/api/conversations/{person.conversation_id}/messages", {"content": "More"})
    jump = person.page.get_by_role("button", name=re.compile("^Jump to the latest message, 2 new messages"))
    expect(jump).to_be_visible()
    expect(beginning).to_be_in_viewport()
    jump.click()
    expect(person.thread.get_by_text("The end of it.")).to_be_in_viewport()
    expect(jump).to_be_hidden()


def test_a_growing_answer_is_followed(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": LONG, "hold_after": 60})
    person.begin("Tell me")
    expect(person.answer).to_contain_text("Paragraph 10")
    workspace.release()
    expect(person.answer.get_by_text("Paragraph 59")).to_be_in_viewport()


def test_keys_go_from_one_own_message_to_the_next(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": LONG, "repeat": "always"})
    person.open(workspace.conversation("Question one", "Question two", "Question three"))
    three, two, one = (person.own_messages.filter(has_text=f"Question {word}") for word in ("three", "two", "one"))
    expect(person.answer.get_by_text("Paragraph 59")).to_be_in_viewport()
    person.page.keyboard.press("Alt+ArrowUp")
    expect(three).to_be_in_viewport()
    expect(three).to_be_focused()
    person.page.keyboard.press("Alt+ArrowUp")
    expect(two).to_be_focused()
    person.page.keyboard.press("Alt+ArrowUp")
    expect(one).to_be_focused()
    person.page.keyboard.press("Alt+ArrowDown")
    expect(two).to_be_focused()
    expect(two).to_be_in_viewport()
    person.page.keyboard.press("Alt+End")
    expect(person.answer.get_by_text("Paragraph 59")).to_be_in_viewport()


# Long conversations


@pytest.fixture
def long_conversation(workspace: Workspace) -> str:
    """A conversation of 300 messages."""
    workspace.script({"text": "An answer of some length.\n\nIt has **two** paragraphs.", "repeat": "always"})
    return workspace.conversation(*(f"Question number {number}." for number in range(150)))


def test_older_messages_come_by_scrolling_without_a_jump(person: Person, long_conversation: str) -> None:
    person.open(long_conversation)
    expect(person.own_messages.filter(has_text="Question number 149.")).to_be_in_viewport()
    person.thread.hover()
    for _ in range(400):
        before = _first_seen(person)
        person.page.mouse.wheel(0, -400)
        person.page.wait_for_function(SETTLED)
        after = _first_seen(person)
        # A person who scrolls a little sees what is a little above: at most four short messages are skipped.
        assert before - 6 <= after <= before, f"from message {before} to message {after}"
        if after == 0:
            break
    expect(person.page.get_by_text("Question number 0.", exact=True)).to_be_in_viewport()


SETTLED = """() => new Promise((resolve) => {
  const scroller = document.querySelector('section[aria-label="Messages"]');
  let top = scroller.scrollTop;
  let still = 0;
  const look = () => {
    const drawn = scroller.querySelector('article[aria-label^="You"]') !== null;
    still = drawn && scroller.scrollTop === top ? still + 1 : 0;
    top = scroller.scrollTop;
    still > 2 ? resolve(true) : requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


def _first_seen(person: Person) -> int:
    """The number in the first own message below the top of the thread."""
    return int(
        person.page.evaluate(
            """() => {
              const top = document.querySelector('section[aria-label="Messages"]').getBoundingClientRect().top;
              const seen = [...document.querySelectorAll('article[aria-label^="You"]')]
                .filter((article) => article.getBoundingClientRect().bottom > top)
                .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top);
              return /number (\\d+)/.exec(seen[0].textContent)[1];
            }"""
        )
    )


def test_the_search_steps_through_matches(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": LONG}, {"text": "There is a needle, and another needle."}, {"text": LONG})
    person.open(workspace.conversation("Tell me of the needle", "And now", "More"))
    person.page.keyboard.press("Control+f")
    search = person.page.get_by_role("search", name="Search in this conversation")
    search.get_by_role("searchbox", name="Search for").fill("NEEDLE")
    expect(search.get_by_role("status")).to_have_text("3 of 3")
    expect(person.thread.get_by_text("There is a needle")).to_be_in_viewport()
    search.get_by_role("button", name="Previous match").click()
    expect(search.get_by_role("status")).to_have_text("2 of 3")
    search.get_by_role("searchbox").press("Enter")
    expect(search.get_by_role("status")).to_have_text("1 of 3")
    expect(person.own_messages.filter(has_text="Tell me of the needle")).to_be_in_viewport()
    person.page.keyboard.press("Escape")
    expect(search).to_have_count(0)


def test_the_search_opens_what_hides_a_match(person: Person, workspace: Workspace) -> None:
    workspace.script({"thinking": "The needle is in my thoughts.", "text": "Nothing here."})
    person.open(workspace.conversation("Hello"))
    expect(person.answer).to_contain_text("Nothing here.")
    person.page.keyboard.press("Control+f")
    person.page.get_by_role("searchbox", name="Search for").fill("needle")
    expect(person.answer).to_contain_text("The needle is in my thoughts.")


def test_the_search_says_that_nothing_matches(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Nothing here."})
    person.open(workspace.conversation("Hello"))
    person.page.keyboard.press("Control+f")
    person.page.get_by_role("searchbox", name="Search for").fill("needle")
    expect(person.page.get_by_role("search", name="Search in this conversation").get_by_role("status")).to_have_text(
        "No matches"
    )


def test_the_search_finds_what_is_not_loaded_yet(person: Person, long_conversation: str) -> None:
    person.open(long_conversation)
    person.page.keyboard.press("Control+f")
    search = person.page.get_by_role("search", name="Search in this conversation")
    search.get_by_role("searchbox").fill("number 3.")
    expect(search.get_by_role("status")).to_have_text("No matches")
    search.get_by_role("button", name="Search older messages too").click()
    expect(search.get_by_role("status")).to_have_text("1 of 1", timeout=20_000)
    expect(person.own_messages.filter(has_text="Question number 3.")).to_be_in_viewport()
