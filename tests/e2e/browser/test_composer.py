"""Writing: sending, what happens while the agent works, drafts, commands, files, and what answers."""

import re
import struct
import subprocess
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from support.browser import Console, Workspace
from support.person import Person


def png(size: int = 8) -> bytes:
    """Make a small picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((200, 30, number * 9 % 256)) * size for number in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


@pytest.fixture
def busy(person: Person, workspace: Workspace) -> Iterator[Person]:
    """The agent works until it is let go; then it answers everything."""
    workspace.script(
        {"text": "Working on it. And done.", "chunk_size": 15, "hold_after": 1},
        {"text": "Answered.", "repeat": "always", "optional": True},
    )
    person.begin("Begin")
    expect(person.answer).to_contain_text("Working on it.")
    yield person
    workspace.release()


def waiting(person: Person) -> Locator:
    return person.queue.get_by_role("listitem")


def texts_of(body: Any) -> str:
    return str(body["messages"])


# Enter


def test_shift_enter_makes_a_line_and_enter_sends(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Answered."})
    person.field.press_sequentially("one")
    person.field.press("Shift+Enter")
    person.field.press_sequentially("two")
    person.field.press("Enter")
    expect(person.own_messages).to_contain_text("one\ntwo", use_inner_text=True)
    expect(person.field).to_have_value("")
    expect(person.field).to_be_focused()


def test_with_the_other_setting_enter_makes_a_line(person: Person, workspace: Workspace) -> None:
    person.page.evaluate("localStorage.setItem('flowent.preferences', JSON.stringify({ sendWith: 'mod+enter' }))")
    person.page.reload()
    workspace.script({"text": "Answered."})
    person.field.press_sequentially("one")
    person.field.press("Enter")
    person.field.press_sequentially("two")
    expect(person.field).to_have_value("one\ntwo")
    person.field.press("Control+Enter")
    expect(person.own_messages).to_have_count(1)


def test_an_empty_message_cannot_be_sent(person: Person, workspace: Workspace) -> None:
    person.write("   ")
    person.field.press("Enter")
    expect(person.button("Send")).to_be_disabled()
    assert workspace.ask("GET", "/api/conversations")["items"] == []


# While the agent works


def test_what_enter_does_is_told_and_the_message_waits(busy: Person, workspace: Workspace) -> None:
    expect(busy.field).to_have_attribute("placeholder", "Write what comes next…")
    expect(busy.button("Queue")).to_be_visible()
    expect(busy.field).to_have_accessible_description(re.compile("Enter puts the message into the queue"))
    busy.send("And then this")
    expect(waiting(busy)).to_have_count(1)
    expect(waiting(busy)).to_contain_text("And then this")
    expect(waiting(busy)).to_contain_text("Waits for the end")
    expect(busy.own_messages).to_have_count(1)
    workspace.release()
    expect(busy.answers).to_have_count(2)
    expect(busy.answer).to_contain_text("Answered.")
    expect(busy.queue).to_have_count(0)
    expect(busy.own_messages.last).to_contain_text("And then this")


def test_control_enter_steers_once(busy: Person, workspace: Workspace) -> None:
    busy.write("Stop at ten")
    busy.field.press("Control+Enter")
    expect(waiting(busy)).to_contain_text("Steers next")
    expect(busy.button("Queue")).to_be_visible()
    workspace.release()
    expect(busy.queue).to_have_count(0)
    assert "Stop at ten" in texts_of(workspace.asked(2))


def test_a_steering_message_reaches_the_running_turn(person: Person, workspace: Workspace) -> None:
    (workspace.workdir / "notes.txt").write_text("notes\n")
    workspace.script(
        {"text": "I look. ", "tool_calls": [{"name": "list_dir", "arguments": {"path": "."}}], "hold_after": 1},
        {"expect": {"contains": ["Be brief"]}, "text": "Briefly done."},
    )
    person.begin("Begin")
    expect(person.answer).to_contain_text("I look.")
    person.button("What happens to a message while the agent works").click()
    person.page.get_by_role("menuitemradio", name="Steer").click()
    expect(person.button("Steer")).to_be_visible()
    expect(person.field).to_have_attribute("placeholder", "Say what should change…")
    person.send("Be brief")
    expect(waiting(person)).to_contain_text("Steers next")
    workspace.release()
    expect(person.answer).to_contain_text("Briefly done.")
    expect(person.own_messages).to_have_count(2)
    assert workspace.report().failures == []


def test_waiting_messages_can_be_changed_and_moved(busy: Person, workspace: Workspace) -> None:
    busy.send("First")
    expect(waiting(busy)).to_have_count(1)
    busy.send("Second")
    expect(waiting(busy)).to_have_count(2)
    busy.choose(busy.button("What to do with “Second”"), "Move up")
    expect(waiting(busy).first).to_contain_text("Second")
    waiting(busy).last.get_by_role("button", name="Edit").click()
    editor = busy.page.get_by_role("textbox", name="Edit the waiting message")
    editor.fill("First, but better")
    editor.press("Enter")
    expect(waiting(busy).last).to_contain_text("First, but better")
    workspace.release()
    expect(busy.queue).to_have_count(0)
    expect(busy.own_messages).to_have_text([re.compile(text) for text in ("Begin", "Second", "First, but better")])


def test_a_removed_message_can_be_brought_back(busy: Person, workspace: Workspace) -> None:
    busy.send("First")
    expect(waiting(busy)).to_have_count(1)
    busy.send("Second")
    expect(waiting(busy)).to_have_count(2)
    busy.choose(busy.button("What to do with “First”"), "Remove")
    expect(waiting(busy)).to_have_count(1)
    expect(busy.field).to_be_focused()
    busy.toasts.get_by_role("button", name="Undo").click()
    expect(waiting(busy)).to_have_text([re.compile("First"), re.compile("Second")])


def test_a_waiting_message_can_steer_instead(busy: Person) -> None:
    busy.send("Next")
    expect(waiting(busy)).to_contain_text("Waits for the end")
    busy.choose(busy.button("What to do with “Next”"), "Let it steer")
    expect(waiting(busy)).to_contain_text("Steers next")
    busy.choose(busy.button("What to do with “Next”"), "Let it wait for the end")
    expect(waiting(busy)).to_contain_text("Waits for the end")


def test_a_waiting_message_can_be_sent_now(busy: Person, workspace: Workspace) -> None:
    busy.send("First")
    busy.send("Second")
    expect(waiting(busy)).to_have_count(2)
    waiting(busy).last.get_by_role("button", name="Send now").click()
    expect(waiting(busy).filter(has_text="Second")).to_contain_text("Steers next")
    workspace.release()
    expect(busy.queue).to_have_count(0)
    expect(busy.own_messages).to_have_text([re.compile(text) for text in ("Begin", "Second", "First")])


def test_what_waits_is_held_after_a_stop_and_sent_by_hand(busy: Person) -> None:
    busy.send("Later")
    expect(waiting(busy)).to_have_count(1)
    busy.stop_button.click()
    expect(busy.queue.get_by_role("heading", name="1 message is held")).to_be_visible()
    expect(busy.answers).to_have_count(1)
    busy.queue.get_by_role("button", name="Send next").click()
    expect(busy.answer).to_contain_text("Answered.")
    expect(busy.queue).to_have_count(0)


# Drafts


def test_a_draft_is_kept_for_each_conversation_and_over_a_reload(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Answered.", "repeat": "always"})
    one, two = workspace.conversation("Conversation one"), workspace.conversation("Conversation two")
    person.write("not begun yet")
    person.list.get_by_role("link", name="Conversation one").click()
    person.write("for the first")
    person.list.get_by_role("link", name="Conversation two").click()
    expect(person.field).to_have_value("")
    person.write("for the second")
    person.page.reload()
    expect(person.field).to_have_value("for the second")
    person.open(one)
    expect(person.field).to_have_value("for the first")
    person.page.goto(workspace.url)
    expect(person.field).to_have_value("not begun yet")
    person.open(two)
    person.field.press("Enter")
    expect(person.own_messages).to_have_count(2)
    person.page.reload()
    expect(person.own_messages).to_have_count(2)
    expect(person.field).to_have_value("")


def test_arrow_up_brings_back_own_messages(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Answered.", "repeat": "always"})
    person.open(workspace.conversation("The older one", "The newer one"))
    person.field.press("ArrowUp")
    expect(person.field).to_have_value("The newer one")
    person.field.press("ArrowUp")
    expect(person.field).to_have_value("The older one")
    person.field.press("ArrowDown")
    person.field.press("ArrowDown")
    expect(person.field).to_have_value("")


# Commands and files of the project


def test_a_command_is_found_by_typing_it(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Answered."})
    person.open(workspace.conversation("Hello"))
    person.field.press_sequentially("/ren")
    expect(person.page.get_by_role("option", name="/rename")).to_have_attribute("aria-selected", "true")
    person.field.press("Enter")
    expect(person.field).to_have_value("/rename ")
    person.field.press_sequentially("A better title")
    person.field.press("Enter")
    expect(person.title).to_contain_text("A better title")
    expect(person.row("A better title")).to_be_visible()
    assert workspace.report().request_count == 1


def test_clear_begins_anew_and_can_be_undone(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Answered."})
    person.open(workspace.conversation("Hello"))
    expect(person.own_messages).to_have_count(1)
    person.send("/clear")
    expect(person.page.get_by_text("Nothing has been said here yet.")).to_be_visible()
    person.toasts.get_by_role("button", name="Undo").click()
    expect(person.own_messages).to_have_count(1)


def test_an_address_is_no_command(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Answered."})
    person.send("/etc/hosts is a file")
    expect(person.own_messages).to_contain_text("/etc/hosts is a file")


@pytest.fixture
def project(workspace: Workspace) -> None:
    """A small project with files that git ignores."""
    for path in ("src/engine/loop.py", "src/engine/limits.py", "docs/guide.md", "build/engine-loop.js", "a b.txt"):
        file = workspace.workdir / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("content\n")
    (workspace.workdir / ".gitignore").write_text("build/\n")
    subprocess.run(["git", "init", "-q"], cwd=workspace.workdir, check=True)


@pytest.mark.usefixtures("project")
def test_files_are_found_by_a_few_letters(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Answered."})
    person.field.press_sequentially("Explain @engloop")
    options = person.page.get_by_role("listbox", name="Files of the project").get_by_role("option")
    expect(options).to_have_count(1)
    expect(options).to_contain_text("src/engine/loop.py")
    person.field.press("Enter")
    expect(person.field).to_have_value("Explain @src/engine/loop.py ")
    person.field.press("Enter")
    expect(person.own_messages).to_contain_text("Explain @src/engine/loop.py")


@pytest.mark.usefixtures("project")
def test_ignored_files_are_not_offered(person: Person) -> None:
    person.field.press_sequentially("@")
    options = person.page.get_by_role("listbox", name="Files of the project").get_by_role("option")
    expect(options.filter(has_text="guide.md")).to_have_count(1)
    expect(options.filter(has_text="build")).to_have_count(0)
    person.field.press("Escape")
    expect(options).to_have_count(0)
    expect(person.field).to_have_value("@")


@pytest.mark.usefixtures("project")
def test_a_folder_is_gone_into_and_a_name_with_a_space_is_quoted(person: Person) -> None:
    person.field.press_sequentially("@docs")
    options = person.page.get_by_role("listbox", name="Files of the project").get_by_role("option")
    expect(options.first).to_contain_text("docs/")
    person.field.press("Tab")
    expect(person.field).to_have_value("@docs/")
    expect(options.first).to_contain_text("docs/guide.md")
    person.write("")
    person.field.press_sequentially("@a b")
    person.write("")
    person.field.press_sequentially("@ab.t")
    expect(options.first).to_contain_text("a b.txt")
    person.field.press("Enter")
    expect(person.field).to_have_value('@"a b.txt" ')


# Attachments


def attached(person: Person) -> Locator:
    return person.page.get_by_role("list", name="Attached files").get_by_role("listitem")


def file(name: str, kind: str, content: bytes) -> Any:
    return {"name": name, "mimeType": kind, "buffer": content}


def choose_files(person: Person, *files: Any) -> None:
    with person.page.expect_file_chooser() as chooser:
        person.button("Attach files").click()
    chooser.value.set_files(list(files))


def hand_over(page: Page, event: str, name: str, kind: str, content: bytes) -> None:
    """Paste or drop a file, as a browser does."""
    page.evaluate(
        """([event, name, kind, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name, { type: kind }));
          const field = document.querySelector('textarea[aria-label="Message"]');
          const options = { bubbles: true, cancelable: true };
          if (event === "paste") {
            field.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: data }));
          } else {
            for (const type of ["dragenter", "dragover", event]) {
              document.body.dispatchEvent(new DragEvent(type, { ...options, dataTransfer: data }));
            }
          }
        }""",
        [event, name, kind, list(content)],
    )


def test_chosen_files_reach_the_model(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Seen."})
    choose_files(person, file("photo.png", "image/png", png()), file("notes.txt", "text/plain", b"the notes say so"))
    expect(attached(person)).to_have_count(2)
    expect(attached(person).get_by_role("progressbar")).to_have_count(0)
    person.send("Look at these")
    expect(person.answer).to_contain_text("Seen.")
    content = str(workspace.asked(1)["messages"][-1]["content"])
    assert "data:image/png;base64," in content
    assert "the notes say so" in content
    assert "Look at these" in content
    expect(person.own_messages.get_by_role("link", name="Open photo.png in a new tab")).to_be_visible()
    expect(person.own_messages.get_by_role("link", name="Download notes.txt")).to_be_visible()
    expect(attached(person)).to_have_count(0)


def test_a_pdf_is_taken(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Seen."})
    choose_files(person, file("paper.pdf", "application/pdf", PDF))
    expect(attached(person)).to_contain_text("paper.pdf")
    person.send("Read it")
    expect(person.answer).to_contain_text("Seen.")
    assert "paper.pdf" in str(workspace.asked(1)["messages"][-1]["content"])


def test_a_pasted_picture_is_attached(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Seen."})
    hand_over(person.page, "paste", "image.png", "image/png", png())
    expect(attached(person)).to_contain_text(re.compile(r"pasted-.*\.png"))
    person.button("Send").click()
    expect(person.answer).to_contain_text("Seen.")
    assert "data:image/png;base64," in str(workspace.asked(1)["messages"])


def test_a_dropped_file_is_attached(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Seen."})
    hand_over(person.page, "drop", "notes.md", "text/markdown", b"# dropped notes\n")
    expect(attached(person)).to_contain_text("notes.md")
    expect(person.page.get_by_text("Drop files to attach them")).to_have_count(0)
    person.send("Read it")
    expect(person.answer).to_contain_text("Seen.")
    assert "dropped notes" in str(workspace.asked(1)["messages"])


def test_files_that_are_held_over_the_page_are_expected(person: Person) -> None:
    hand_over(person.page, "dragover", "notes.md", "text/markdown", b"notes")
    expect(person.page.get_by_text("Drop files to attach them")).to_be_visible()


def test_a_file_of_a_wrong_kind_is_refused_at_its_place(person: Person) -> None:
    choose_files(person, file("tool.zip", "application/zip", b"PK\x03\x04\0\0\0"))
    expect(attached(person)).to_contain_text("Only PNG, JPEG, GIF and WebP images, PDF, and text in UTF-8")
    person.button("Remove tool.zip").click()
    expect(attached(person)).to_have_count(0)
    expect(person.field).to_be_focused()


def test_a_file_that_is_too_large_is_refused_with_the_limit(person: Person, workspace: Workspace) -> None:
    settings = workspace.ask("GET", "/api/settings")
    workspace.ask("PUT", "/api/settings", {"attachments": {**settings["attachments"], "file_bytes": 1024}})
    person.page.reload()
    choose_files(person, file("long.txt", "text/plain", b"x" * 2000))
    expect(attached(person)).to_contain_text("The file is larger than 1")


def test_a_message_with_a_refused_file_is_not_sent_without_it(person: Person, workspace: Workspace) -> None:
    choose_files(person, file("tool.zip", "application/zip", b"PK\x03\x04\0\0\0"))
    expect(attached(person)).to_contain_text("Only PNG")
    person.send("Look at this")
    expect(person.page.get_by_text("A file could not be uploaded.")).to_be_visible()
    expect(person.field).to_have_value("Look at this")
    assert workspace.report().request_count == 0


def test_attached_files_are_part_of_the_draft(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Seen."})
    choose_files(person, file("notes.txt", "text/plain", b"the notes say so"))
    expect(attached(person)).to_contain_text("16 B")
    person.page.reload()
    expect(attached(person)).to_contain_text("notes.txt")
    person.send("Read it")
    expect(person.answer).to_contain_text("Seen.")
    assert "the notes say so" in str(workspace.asked(1)["messages"])


def test_a_long_text_can_become_a_file(person: Person, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.page.evaluate("navigator.clipboard.writeText('a line\\n'.repeat(300))")
    person.field.press("Control+v")
    person.button("Attach as a file").click()
    expect(attached(person)).to_contain_text("pasted-text.txt")
    expect(person.field).to_have_value("")


# What answers


def test_the_chosen_model_answers_in_this_conversation_only(person: Person, workspace: Workspace) -> None:
    provider = workspace.ask("GET", "/api/providers")["items"][0]
    models = [{"id": "scripted"}, {"id": "other-model"}]
    workspace.ask(
        "PUT",
        f"/api/providers/{provider['id']}",
        {"name": "Scripted", "format": "openai", "base_url": provider["base_url"], "models": models},
    )
    workspace.script({"text": "Answered.", "repeat": "always"})
    person.page.reload()
    person.button("Model: scripted").click()
    person.page.get_by_role("combobox", name="Find a model").fill("other")
    person.page.get_by_role("option", name="other-model").click()
    expect(person.button("Model: other-model")).to_be_visible()
    person.begin("Hello")
    expect(person.answer).to_contain_text("Answered.")
    assert workspace.asked(1)["model"] == "other-model"
    person.page.reload()
    expect(person.button("Model: other-model")).to_be_visible()
    person.page.goto(workspace.url)
    expect(person.button("Model: scripted")).to_be_visible()


def test_the_chosen_effort_reaches_the_provider(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "Answered.", "repeat": "always"})
    person.open(workspace.conversation("Hello"))
    assert "reasoning_effort" not in workspace.asked(1)
    person.button("Thinking effort: Automatic").click()
    person.page.get_by_role("menuitemradio", name="High", exact=False).first.click()
    expect(person.button("Thinking effort: High")).to_be_visible()
    person.send("Think")
    expect(person.answers).to_have_count(2)
    assert workspace.asked(2)["reasoning_effort"] == "high"


def test_a_lost_server_keeps_what_was_written(person: Person, workspace: Workspace, console: Console) -> None:
    console.allow_lost_server()
    workspace.script({"text": "Answered.", "repeat": "always"})
    person.open(workspace.conversation("Hello"))
    workspace.kill()
    person.send("Are you there?")
    expect(person.page.get_by_text("The message could not be sent.")).to_be_visible()
    expect(person.field).to_have_value("Are you there?")
    workspace.start()
    person.button("Try again").click()
    expect(person.answers).to_have_count(2)
    expect(person.field).to_have_value("")
    expect(person.own_messages.filter(has_text="Are you there?")).to_have_count(1)


def test_two_people_see_the_same_queue(busy: Person, browser: Browser, workspace: Workspace) -> None:
    conversation_id = busy.conversation_id
    context = browser.new_context()
    other = Person(context.new_page(), workspace)
    other.page.goto(workspace.login_url())
    other.open(conversation_id)
    busy.send("From here")
    expect(waiting(other)).to_contain_text("From here")
    other.send("From there")
    expect(waiting(busy)).to_have_text([re.compile("From here"), re.compile("From there")])
    other.choose(other.button("What to do with “From here”"), "Remove")
    expect(waiting(busy)).to_have_text([re.compile("From there")])
    context.close()
