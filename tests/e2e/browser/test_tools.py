"""What the agent does: tool calls in the form made for each, and the panel beside the conversation."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, expect

from support.browser import Console, Workspace
from support.person import Person

STEPS = [
    {"step": "Read the notes", "status": "completed"},
    {"step": "Change them", "status": "in_progress"},
    {"step": "Check them", "status": "pending"},
]


def call(name: str, **arguments: object) -> dict[str, object]:
    return {"tool_calls": [{"name": name, "arguments": arguments}]}


def done(**more: object) -> Mapping[str, object]:
    return {"text": "Done.", **more}


def write_notes(workspace: Workspace) -> None:
    lines = [f"line {number} of the notes" for number in range(1, 301)]
    lines[249] = "here is the needle"
    (workspace.workdir / "notes.txt").write_text("\n".join(lines) + "\n")


def card(person: Person, name: str) -> Locator:
    return person.answer.get_by_role("button", name=name)


# Cards


def test_a_file_is_shown_with_the_numbers_of_its_lines(person: Person, workspace: Workspace) -> None:
    write_notes(workspace)
    workspace.script(call("read_file", path="notes.txt", offset=100, limit=3), done())
    person.begin("Read")
    expect(person.answer).to_contain_text("Done.")
    card(person, "notes.txt").click()
    expect(person.answer).to_contain_text("Lines 100–102 of 300")
    code = person.answer.get_by_role("region", name="Code: notes.txt")
    expect(code.locator(".md-line")).to_have_text([f"line {number} of the notes\n" for number in (100, 101, 102)])
    numbers = [line.get_attribute("data-line") for line in code.locator(".md-line").all()]
    assert numbers == ["100", "101", "102"]


def test_a_hit_opens_its_file_at_the_line(person: Person, workspace: Workspace) -> None:
    write_notes(workspace)
    workspace.script(call("grep_files", pattern="needle"), done())
    person.begin("Search")
    expect(person.answer).to_contain_text("Done.")
    card(person, "needle").click()
    expect(person.answer).to_contain_text("1 hit in 1 file")
    expect(person.answer.locator("mark")).to_have_text("needle")
    person.answer.get_by_role("button", name="Open notes.txt at line 250").click()
    expect(person.panel.get_by_role("heading", name="notes.txt")).to_be_visible()
    line = person.panel.get_by_text("here is the needle")
    expect(line).to_be_in_viewport()
    expect(person.panel.locator("[data-marked]")).to_contain_text("here is the needle")


def test_the_listing_of_a_folder_is_shown_as_one(person: Person, workspace: Workspace) -> None:
    write_notes(workspace)
    (workspace.workdir / "sub").mkdir()
    workspace.script(call("list_dir"), done())
    person.begin("List")
    expect(person.answer).to_contain_text("Done.")
    person.answer.get_by_role("button", expanded=False).first.click()
    result = person.answer.get_by_role("region", name="Result")
    expect(result).to_contain_text("notes.txt")
    expect(result).to_contain_text("sub")
    expect(result).to_contain_text("2 entries")


def test_calls_that_only_read_are_put_together(person: Person, workspace: Workspace) -> None:
    write_notes(workspace)
    calls = [
        {"name": "read_file", "arguments": {"path": "notes.txt"}},
        {"name": "grep_files", "arguments": {"pattern": "needle"}},
    ]
    workspace.script({"tool_calls": calls}, done())
    person.begin("Look around")
    expect(person.answer).to_contain_text("Done.")
    expect(card(person, "notes.txt")).to_have_count(0)
    card(person, "Read 1 file, searched once").click()
    card(person, "notes.txt").click()
    expect(person.answer).to_contain_text("line 1 of the notes")


def test_a_failed_call_says_so_without_being_opened(person: Person, workspace: Workspace) -> None:
    workspace.script(call("read_file", path="missing.txt"), done())
    person.begin("Read")
    expect(person.answer).to_contain_text("Done.")
    failed = card(person, "missing.txt")
    expect(failed).to_contain_text("failed")
    failed.click()
    expect(person.answer.get_by_role("region", name="Result")).to_contain_text("missing.txt")


def test_the_raw_data_of_a_call_is_one_click_away(person: Person, workspace: Workspace) -> None:
    write_notes(workspace)
    workspace.script(call("read_file", path="notes.txt", limit=2), done())
    person.begin("Read")
    expect(person.answer).to_contain_text("Done.")
    card(person, "notes.txt").click()
    person.answer.get_by_role("button", name="Raw data").click()
    expect(person.answer).to_contain_text("What the model read")
    expect(person.answer).to_contain_text('"limit"')
    expect(person.answer).to_contain_text('"first_line"')


def test_a_call_that_arrives_is_seen_before_it_runs(person: Person, workspace: Workspace) -> None:
    write_notes(workspace)
    workspace.script({**call("read_file", path="notes.txt"), "chunk_size": 4, "hold_after": 2}, done())
    person.begin("Read")
    expect(person.answer).to_contain_text("Preparing: Read a file")
    workspace.release()
    expect(person.answer).to_contain_text("Done.")
    expect(person.answer).not_to_contain_text("Preparing")


# The panel


def test_the_plan_is_in_the_thread_and_in_the_panel_with_its_progress(person: Person, workspace: Workspace) -> None:
    workspace.script(call("update_plan", steps=STEPS, explanation="This order is best."), done())
    person.begin("Plan")
    expect(person.answer).to_contain_text("Done.")
    person.button("Show the panel").click()
    expect(person.panel.get_by_role("progressbar", name="1 of 3 done")).to_have_attribute("aria-valuenow", "1")
    expect(person.panel.get_by_role("listitem")).to_have_text(
        ["Done: Read the notes", "In progress: Change them", "To do: Check them"]
    )
    expect(person.panel).to_contain_text("This order is best.")
    person.answer.get_by_role("button", expanded=False).first.click()
    expect(person.answer).to_contain_text("1 of 3 done")


def test_the_plan_moves_on_while_the_agent_works(person: Person, workspace: Workspace) -> None:
    later = [{**step, "status": "completed"} for step in STEPS]
    workspace.script(call("update_plan", steps=STEPS), call("update_plan", steps=later), done())
    person.begin("Plan")
    person.button("Show the panel").click()
    expect(person.panel.get_by_role("progressbar", name="3 of 3 done")).to_be_visible()


def test_files_that_were_read_are_listed_with_their_lines(person: Person, workspace: Workspace) -> None:
    write_notes(workspace)
    workspace.script(
        call("read_file", path="notes.txt", offset=1, limit=10),
        call("read_file", path="notes.txt", offset=100, limit=5),
        call("grep_files", pattern="needle"),
        done(),
    )
    person.begin("Read")
    expect(person.answer).to_contain_text("Done.")
    person.button("Show the panel").click()
    person.panel.get_by_role("tab", name="Files").click()
    line = person.panel.get_by_role("button", name="notes.txt")
    expect(line).to_contain_text("Lines 1–10, 100–104 · 1 hit")
    line.click()
    expect(person.panel.get_by_role("region", name=re.compile("^Code"))).to_contain_text("line 1 of the notes")
    person.panel.get_by_role("button", name="Mention in the message").click()
    expect(person.field).to_have_value("@notes.txt ")
    person.panel.get_by_role("button", name="Back to the files").click()
    expect(line).to_be_visible()


def test_a_file_that_is_gone_is_told_in_the_panel(person: Person, workspace: Workspace, console: Console) -> None:
    console.allow_refusals(404)
    write_notes(workspace)
    workspace.script(call("read_file", path="notes.txt", limit=2), done())
    person.begin("Read")
    expect(person.answer).to_contain_text("Done.")
    (workspace.workdir / "notes.txt").unlink()
    card(person, "notes.txt").click()
    person.answer.get_by_role("button", name="Open the file").click()
    expect(person.panel).to_contain_text("The file cannot be shown.")


# Time travel


def test_the_past_can_be_seen_but_not_changed(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "The first answer."}, {"text": "The second answer."})
    person.open(workspace.conversation("Question one", "Question two"))
    expect(person.answer).to_contain_text("The second answer.")
    person.button("Show the panel").click()
    person.panel.get_by_role("tab", name="History").click()
    slider = person.panel.get_by_role("slider", name="Place in the history")
    everything = slider.get_attribute("max")
    expect(slider).to_have_value(str(everything))
    person.panel.get_by_role("button", name="To the beginning").click()
    expect(person.page.get_by_text("Nothing has been said here yet.")).to_be_visible()
    expect(person.field).to_have_count(0)
    person.panel.get_by_role("button", name="Next message").click()
    expect(person.own_messages).to_have_text([re.compile("Question one")])
    expect(person.answers).to_have_count(0)
    expect(person.thread.get_by_role("button", name="Edit")).to_have_count(0)
    person.panel.get_by_role("button", name="Next message").click()
    expect(person.answer).to_contain_text("The first answer.")
    expect(person.thread).not_to_contain_text("The second answer.")
    person.panel.get_by_role("button", name="Back to now").click()
    expect(person.answer).to_contain_text("The second answer.")
    expect(person.field).to_be_visible()
    expect(slider).to_have_value(str(everything))


def test_the_past_is_left_from_the_place_of_the_composer(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "The answer."})
    person.open(workspace.conversation("Question"))
    person.page.keyboard.press("Control+k")
    person.page.get_by_placeholder("Search commands").fill("history")
    person.page.get_by_role("option", name="Travel through the history").click()
    slider = person.panel.get_by_role("slider", name="Place in the history")
    slider.focus()
    slider.press("Home")
    expect(person.page.get_by_text("You are looking at an earlier moment.")).to_be_visible()
    person.button("Return to now").click()
    expect(person.answer).to_contain_text("The answer.")
    expect(person.field).to_be_visible()


def test_the_present_goes_on_while_somebody_looks_at_the_past(person: Person, workspace: Workspace) -> None:
    workspace.script({"text": "The first answer."}, {"text": "Meanwhile."})
    conversation_id = workspace.conversation("Question one")
    person.open(conversation_id)
    person.button("Show the panel").click()
    person.panel.get_by_role("tab", name="History").click()
    person.panel.get_by_role("button", name="To the beginning").click()
    expect(person.field).to_have_count(0)
    workspace.ask("POST", f"/api/conversations/{conversation_id}/messages", {"content": "More"})
    workspace.wait_until(lambda report: report.request_count == 2 and report.requests[1].outcome == "complete")
    expect(person.page.get_by_text("Nothing has been said here yet.")).to_be_visible()
    person.panel.get_by_role("button", name="Back to now").click()
    expect(person.answer).to_contain_text("Meanwhile.")
