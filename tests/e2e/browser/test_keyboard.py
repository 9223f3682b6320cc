"""Without a mouse: everything can be reached, the focus is always seen, and it is never lost."""

from playwright.sync_api import Page, expect

from support.browser import Console, Workspace
from support.page import answer, composer, focus, messages


def tab_to(page: Page, name: str, backwards: bool = False, most: int = 60) -> None:
    """Press Tab until an element of that name has the focus."""
    seen: list[object] = []
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate("document.activeElement === document.body"):
            # Past the page's end the browser's own controls have their turn.
            continue
        now = focus(page)
        seen.append(now["name"])
        if str(now["name"]).startswith(name):
            return
    raise AssertionError(f"{name} was not reached: {seen}")


def strip(text: str) -> str:
    return "".join(text.split())


def test_from_the_login_to_an_answer(page: Page, workspace: Workspace, console: Console) -> None:
    console.allow_refusals(401)
    workspace.script({"text": "By keys alone."})
    page.context.clear_cookies()
    link = workspace.login_url()
    page.goto(workspace.url)
    expect(page.get_by_role("textbox", name="Password")).to_be_focused()
    tab_to(page, "Use a login link")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Login link or token")).to_be_focused()
    page.keyboard.insert_text(link)
    page.keyboard.press("Enter")
    expect(composer(page)).to_be_focused()
    page.keyboard.type("Hello")
    page.keyboard.press("Enter")
    expect(answer(page)).to_contain_text("By keys alone.")
    expect(composer(page)).to_be_focused()


def test_the_skip_link_leads_past_the_list(page: Page, workspace: Workspace) -> None:
    page.goto(f"{workspace.url}/settings/about")
    expect(page.get_by_role("heading", name="About and health")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the page")).to_be_in_viewport()
    focus(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_focus_is_seen_on_every_stop_of_a_conversation(page: Page, workspace: Workspace) -> None:
    workspace.script({"text": "# Title\n\n[A link](https://example.com)\n\n```\ncode\n```\n"})
    page.goto(f"{workspace.url}/c/{workspace.conversation('Hello')}")
    expect(composer(page)).to_be_focused()
    first = composer(page).element_handle()
    stops = 0
    while stops < 80:
        page.keyboard.press("Tab")
        stops += 1
        if page.evaluate("document.activeElement === document.body"):
            continue
        focus(page)
        if page.evaluate("first => document.activeElement === first", first):
            break
    assert 15 < stops < 80


def test_stop_and_edit_and_branches(page: Page, workspace: Workspace) -> None:
    workspace.script(
        {"text": "never " * 50, "hang_after": 3}, {"text": "The second version.", "expect": {"contains": ["Edited"]}}
    )
    page.goto(f"{workspace.url}/c/{workspace.conversation()}")
    composer(page).fill("Original")
    page.keyboard.press("Enter")
    expect(answer(page)).to_contain_text("never")
    page.keyboard.press("Escape")
    expect(answer(page)).to_contain_text("Stopped before the answer was complete.")
    expect(composer(page)).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    own = page.get_by_role("article", name="You")
    expect(own).to_be_focused()
    tab_to(page, "Edit")
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Edit the message")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(own).to_be_focused()
    tab_to(page, "Edit")
    page.keyboard.press("Enter")
    field.fill("Edited")
    page.keyboard.press("Control+Enter")
    expect(answer(page)).to_contain_text("The second version.")
    focus(page)
    expect(answer(page).get_by_role("button", name="Answer again")).to_be_enabled()
    messages(page).focus()
    tab_to(page, "Previous version")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="You")).to_contain_text("Original")
    expect(page.get_by_role("button", name="Previous version")).to_be_focused()
    tab_to(page, "Next version")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="You")).to_contain_text("Edited")
    expect(page.get_by_role("button", name="Next version")).to_be_focused()


def test_the_palette_traps_the_focus_and_gives_it_back(page: Page, workspace: Workspace) -> None:
    page.goto(f"{workspace.url}/c/{workspace.conversation()}")
    expect(composer(page)).to_be_focused()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Command palette")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "[document.body, document.querySelector('dialog')].some(it => it.contains(document.activeElement))"
    )
    assert not page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)
    expect(composer(page)).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("settings")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Appearance", level=1)).to_be_visible()


def test_menus_are_walked_with_arrows_and_give_the_focus_back(page: Page, workspace: Workspace) -> None:
    identifier = workspace.conversation()
    workspace.ask("PATCH", f"/api/conversations/{identifier}", {"title": "One"})
    page.goto(f"{workspace.url}/c/{identifier}")
    button = page.get_by_role("main").get_by_role("button", name="What to do with “One”")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Rename")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Pin")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Title")
    expect(field).to_be_focused()
    field.fill("Two")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Two", level=1).get_by_role("button")).to_be_focused()


def test_removing_a_conversation_does_not_lose_the_focus(page: Page, workspace: Workspace) -> None:
    first, second = workspace.conversation(), workspace.conversation()
    for identifier, title in ((first, "One"), (second, "Two")):
        workspace.ask("PATCH", f"/api/conversations/{identifier}", {"title": title})
    page.goto(f"{workspace.url}/c/{first}")
    expect(composer(page)).to_be_visible()
    row = page.get_by_role("navigation", name="Conversations").get_by_role("link", name="Two")
    row.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Delete").press("Enter")
    expect(row).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="is deleted").first).to_be_visible()
    expect(page.get_by_role("navigation", name="Conversations").get_by_role("link", name="One")).to_be_focused()


def test_a_dialog_gives_the_focus_back(page: Page, workspace: Workspace) -> None:
    page.goto(f"{workspace.url}/c/{workspace.conversation()}")
    folder = page.get_by_role("button", name="Project folder")
    folder.press("Enter")
    dialog = page.get_by_role("dialog", name="Choose a project folder")
    expect(dialog.get_by_role("textbox", name="Folder")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert not page.evaluate("document.querySelector('main').contains(document.activeElement)")
    dialog.get_by_role("textbox", name="Folder").focus()
    # Escape would dismiss a tooltip first.
    expect(page.get_by_role("tooltip")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(folder).to_be_focused()


def test_the_shortcuts_on_the_sheet_work(page: Page, workspace: Workspace) -> None:
    page.goto(f"{workspace.url}/c/{workspace.conversation()}")
    messages_or_empty = page.get_by_role("main")
    expect(composer(page)).to_be_focused()
    messages_or_empty.focus()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    names = sheet.get_by_role("term").all_inner_texts()
    listed = set(zip(names, map(strip, sheet.get_by_role("definition").all_inner_texts()), strict=True))
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    assert ("Show or hide the list of conversations", "CtrlB") in listed
    page.keyboard.press("Control+b")
    expect(page.get_by_role("navigation", name="Conversations")).to_have_count(0)
    page.keyboard.press("Control+b")
    expect(page.get_by_role("navigation", name="Conversations")).to_be_visible()
    assert ("Show or hide the side panel", "CtrlShiftB") in listed
    page.keyboard.press("Control+Shift+b")
    expect(page.get_by_role("tab", name="Plan")).to_be_visible()
    page.get_by_role("button", name="Close the panel").press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    assert ("Write a message", "CtrlJ") in listed
    messages_or_empty.focus()
    page.keyboard.press("Control+j")
    expect(composer(page)).to_be_focused()
    assert ("Choose the model", "Ctrl.") in listed
    page.keyboard.press("Control+.")
    expect(page.get_by_role("combobox", name="Find a model")).to_be_focused()
    page.keyboard.press("Escape")
    assert ("Settings", "Ctrl,") in listed
    page.keyboard.press("Control+,")
    expect(page.get_by_role("heading", name="Appearance", level=1)).to_be_visible()
    assert ("New conversation", "CtrlShiftO") in listed
    page.keyboard.press("Control+Shift+o")
    expect(page.get_by_role("heading", name="New conversation")).to_be_visible()


def test_tabs_of_the_panel_are_walked_with_arrows(page: Page, workspace: Workspace) -> None:
    workspace.script({"text": "Done."})
    page.goto(f"{workspace.url}/c/{workspace.conversation('Hello')}")
    expect(composer(page)).to_be_focused()
    page.keyboard.press("Control+Shift+b")
    plan = page.get_by_role("tab", name="Plan")
    plan.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="History")).to_be_focused()
    slider = page.get_by_role("slider", name="Place in the history")
    slider.focus()
    focus(page)
    page.keyboard.press("Home")
    expect(page.get_by_text("You are looking at an earlier moment.")).to_be_visible()
    page.get_by_role("button", name="Return to now").press("Enter")
    expect(composer(page)).to_be_visible()
    page.wait_for_function("() => document.activeElement !== document.body")
