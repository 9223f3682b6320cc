"""Every page and every state of it, light and dark, wide and narrow, without a violation that axe can find."""

import pytest
from playwright.sync_api import Page, expect

from support.accessible import assert_accessible
from support.browser import Console, Workspace
from support.page import LONG, SECTIONS, answer, ask, composer, messages, unfold

RICH = """
# A heading

Text with **strong**, *soft*, ~~gone~~, `code`, a [link](https://example.com) and [another host](https://other.example).

## Lists

- one
- two
  1. inner
- [x] done
- [ ] open

> A quote, [bank.example](https://evil.example).

| Left | Right |
|:-----|------:|
| a    | 1     |
| b    | 2     |

Inline $a^2 + b^2$ and

$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$

```python
def greet(name: str) -> str:
    # Says hello.
    return f"Hello, {name}! " + "and more " * 3  # which makes this line long enough to have to scroll at the side
```

```diff
- old
+ new
```

![A picture](https://example.com/picture.png) and a footnote[^1].

[^1]: The note.
"""

CALLS = [
    {"name": "read_file", "arguments": {"path": "notes.py"}},
    {"name": "list_dir", "arguments": {"path": "."}},
    {"name": "grep_files", "arguments": {"pattern": "needle"}},
    {
        "name": "update_plan",
        "arguments": {
            "explanation": "In three steps.",
            "steps": [
                {"step": "Look", "status": "completed"},
                {"step": "Think", "status": "in_progress"},
                {"step": "Write", "status": "pending"},
            ],
        },
    },
    {"name": "read_file", "arguments": {"path": "missing.txt"}},
    {"name": "no_such_tool", "arguments": {"a": 1}},
]

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360f8cf00000301010018dd8db00000000049454e44ae426082"
)


def everything(page: Page, workspace: Workspace) -> str:
    """Fill a conversation with every kind of part; gives its address."""
    (workspace.workdir / "notes.py").write_text("# needle\n" + 'needle = "' + "x" * 200 + '"\n' * 30)
    (workspace.workdir / "folder").mkdir(exist_ok=True)
    workspace.script(
        {"thinking": "First I **think**.", "text": "I look.", "tool_calls": CALLS},
        {"text": RICH},
        {"text": "Another answer."},
        {"status": 401},
    )
    address = f"{workspace.url}/c/{workspace.conversation()}"
    page.goto(address)
    expect(composer(page)).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "pixel.png", "mimeType": "image/png", "buffer": PIXEL},
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"some notes"},
        ]
    )
    expect(page.get_by_role("list", name="Attached files").get_by_role("listitem")).to_have_count(2)
    ask(page, "Show me everything")
    answer(page).get_by_role("button", name="Answer again").click()
    expect(answer(page)).to_contain_text("Another answer.")
    expect(answer(page).get_by_role("button", name="Answer again")).to_be_enabled()
    ask(page, "And now fail")
    return address


def test_axe_finds_what_is_wrong(page: Page, workspace: Workspace) -> None:
    page.reload()
    expect(composer(page)).to_be_visible()
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        assert_accessible(page, "a button without a name")


def test_a_conversation_with_every_kind_of_part(page: Page, workspace: Workspace) -> None:
    everything(page, workspace)
    page.set_viewport_size({"width": 1280, "height": 3000})
    unfold(page)
    assert_accessible(page, "failed")
    messages(page).get_by_role("button", name="Previous version").click()
    expect(answer(page)).to_contain_text("A heading")
    unfold(page)
    page.set_viewport_size({"width": 1280, "height": 4200})
    assert_accessible(page, "everything unfolded")
    page.get_by_role("article", name="You").get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit the message").fill("")
    assert_accessible(page, "editing, and nothing written")


def test_what_opens_over_a_conversation(page: Page, workspace: Workspace) -> None:
    everything(page, workspace)
    page.get_by_role("main").get_by_role("button", name="What to do with").click()
    assert_accessible(page, "menu of the conversation")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Model: ").click()
    expect(page.get_by_role("option").first).to_be_visible()
    assert_accessible(page, "models")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Thinking effort").click()
    assert_accessible(page, "efforts")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+f")
    page.get_by_role("searchbox", name="Search for").fill("needle")
    assert_accessible(page, "search in the thread")
    page.keyboard.press("Escape")
    composer(page).fill("/")
    expect(page.get_by_role("listbox")).to_be_visible()
    assert_accessible(page, "completions")
    composer(page).fill("")
    page.get_by_role("button", name="Project folder").click()
    expect(page.get_by_role("button", name="Use this folder")).to_be_visible()
    assert_accessible(page, "folder picker")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
    assert_accessible(page, "palette")
    page.keyboard.press("Escape")
    page.get_by_role("main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert_accessible(page, "shortcuts")


def test_the_panel(page: Page, workspace: Workspace) -> None:
    everything(page, workspace)
    messages(page).get_by_role("button", name="Previous version").click()
    page.get_by_role("button", name="Show the panel").click()
    expect(page.get_by_text("1 of 3 done").first).to_be_visible()
    assert_accessible(page, "plan")
    page.get_by_role("tab", name="Files").click()
    expect(page.get_by_role("tabpanel").get_by_role("button").first).to_be_visible()
    assert_accessible(page, "files")
    page.get_by_role("tabpanel").get_by_role("button").first.click()
    expect(page.get_by_role("button", name="Back to the files")).to_be_visible()
    assert_accessible(page, "file")
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("slider")).to_be_visible()
    page.get_by_role("button", name="Previous message", exact=True).click()
    assert_accessible(page, "history, in the past")


def test_while_an_answer_is_written(page: Page, workspace: Workspace) -> None:
    workspace.script({"thinking": "Hm. " * 10, "text": "never " * 50, "hang_after": 6})
    page.goto(f"{workspace.url}/c/{workspace.conversation()}")
    composer(page).fill("Begin")
    composer(page).press("Enter")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    for text in ("One more", "And another"):
        composer(page).fill(text)
        composer(page).press("Enter")
        expect(page.get_by_role("region", name="Waiting messages")).to_contain_text(text)
    assert_accessible(page, "running, with a queue")
    page.get_by_role("region", name="Waiting messages").get_by_role("button", name="What to do").first.click()
    assert_accessible(page, "menu of a waiting message")


def test_the_start_and_the_login(page: Page, empty_workspace: Workspace, console: Console) -> None:
    console.allow_refusals(401, 422, 502)
    expect(page.get_by_role("heading", name="Welcome to Flowent")).to_be_visible()
    expect(page.get_by_role("article").first).to_be_visible()
    assert_accessible(page, "welcome")
    page.get_by_role("button", name="Add a provider").click()
    page.get_by_role("radio", name="Another one").check()
    page.get_by_role("button", name="Models, headers and waiting times").click()
    page.get_by_role("button", name="Add a model").click()
    page.get_by_role("button", name="Add a header").click()
    page.get_by_role("button", name="Save and test").click()
    assert_accessible(page, "provider form with errors")
    page.get_by_role("textbox", name="Name", exact=True).fill("Mine")
    page.get_by_role("button", name="Back to the offers").click()
    assert_accessible(page, "question")
    empty_workspace.add_provider()
    page.goto(empty_workspace.url)
    expect(composer(page)).to_be_visible()
    assert_accessible(page, "start")
    page.goto(f"{empty_workspace.url}/no/such/page")
    expect(page.get_by_text("There is nothing at this address")).to_be_visible()
    assert_accessible(page, "not found")
    page.context.clear_cookies()
    page.goto(f"{empty_workspace.url}/login?refused=link")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_accessible(page, "login")


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_the_settings(page: Page, workspace: Workspace, console: Console, section: str) -> None:
    identifier = workspace.conversation()
    workspace.ask("DELETE", f"/api/conversations/{identifier}")
    page.goto(f"{workspace.url}/settings/{section}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Loading")).to_have_count(0)
    for button in page.get_by_role("main").locator("button[aria-expanded=false]:not([aria-haspopup])").all():
        button.click()
    assert_accessible(page, section)


def test_the_banner_of_a_lost_connection(page: Page, workspace: Workspace, console: Console) -> None:
    console.allow_lost_server()
    page.goto(f"{workspace.url}/c/{workspace.conversation()}")
    expect(composer(page)).to_be_visible()
    workspace.kill()
    expect(page.get_by_text("The connection to the workspace is lost")).to_be_visible(timeout=LONG)
    assert_accessible(page, "lost")


def test_the_phones_pages(phone: Page, workspace: Workspace) -> None:
    everything(phone, workspace)
    assert_accessible(phone, "phone")
    phone.get_by_role("button", name="Show the list").click()
    expect(phone.get_by_role("dialog", name="Conversations")).to_be_visible()
    assert_accessible(phone, "phone, drawer")
    phone.get_by_role("button", name="Hide the list").click()
    phone.get_by_role("button", name="Show the panel").click()
    expect(phone.get_by_role("tab", name="Plan")).to_be_visible()
    assert_accessible(phone, "phone, panel")
    phone.goto(f"{workspace.url}/settings")
    expect(phone.get_by_role("link", name="Limits")).to_be_visible()
    assert_accessible(phone, "phone, settings")
