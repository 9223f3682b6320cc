"""Every page and every state of it, light and dark, wide and narrow, without a violation that axe can find."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.accessible import assert_accessible
from support.browser import Console, Workspace
from support.page import answer, ask, composer, messages, unfold

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
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c6360f8cf00000301010018dd8db0"
    "0000000049454e44ae426082".replace(" ", "")
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


def test_a_conversation_with_every_kind_of_part(page: Page, workspace: Workspace) -> None:
    everything(page, workspace)
    page.set_viewport_size({"width": 1280, "height": 3000})
    page.screenshot(path="/tmp/shots/a11y-1.png")
    assert_accessible(page, "failed")
    page.get_by_role("button", name="Previous version").click()
    expect(answer(page)).to_contain_text("A heading")
    unfold(page)
    page.set_viewport_size({"width": 1280, "height": 4200})
    page.screenshot(path="/tmp/shots/a11y-2.png")
    assert_accessible(page, "everything unfolded")
