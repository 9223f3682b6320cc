"""Conversations over HTTP: every route does what it promises, with the promised shapes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from flowent.api.services import Services
from flowent.domain.failures import Failure

Call = Callable[[], None]
OVERLOADED = Failure(kind="bad_request", title="Refused", message="No.", remedy="Ask otherwise.")


async def read(program: httpx.AsyncClient, conversation: str) -> Any:
    answer = await program.get(f"/api/conversations/{conversation}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def send(program: httpx.AsyncClient, conversation: str, content: str, **more: object) -> Any:
    answer = await program.post(f"/api/conversations/{conversation}/messages", json={"content": content, **more})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def settle(services: Services, conversation: str) -> None:
    """Wait until no turn runs."""
    async for frames in services.conversations.watch(conversation, 0):
        log = (await services.conversations.owner(conversation)).log
        if log.conversation.turn_id is None and any(frame.type in {"turn_ended", "snapshot"} for frame in frames):
            return


async def running(services: Services, conversation: str, kind: str = "delta") -> None:
    """Wait until an event of that type has come."""
    async for frames in services.conversations.watch(conversation, 0):
        if any(frame.type == kind for frame in frames):
            return


async def test_a_conversation_begins_empty(program: httpx.AsyncClient, conversation: str, workdir: Path) -> None:
    found = await read(program, conversation)
    expected: dict[str, object] = {
        "id": conversation,
        "title": "A test",
        "status": "idle",
        "workdir": str(workdir),
        "provider_id": None,
        "model": None,
        "reasoning_effort": None,
        "mode": "ask",
        "pinned": False,
        "archived": False,
        "deleted": False,
        "messages": [],
        "queue": [],
        "open_parts": [],
        "before": None,
    }
    assert {name: found[name] for name in expected} == expected
    assert found["seq"] >= 1


async def test_a_conversation_needs_no_body(program: httpx.AsyncClient) -> None:
    created = await program.post("/api/conversations")
    assert created.status_code == 201
    assert set(created.json()) == {"id"}


@pytest.mark.parametrize("path", ["/does/not/exist", "..", "/", "README.md", "a\x00b", "x" * 1001])
async def test_a_work_directory_must_be_allowed(program: httpx.AsyncClient, path: str) -> None:
    answer = await program.post("/api/conversations", json={"workdir": path})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "workdir"


async def test_a_message_is_answered(program: httpx.AsyncClient, conversation: str, services: Services) -> None:
    accepted = await send(program, conversation, "Hello", id="mine-1")
    assert set(accepted) == {"message_id", "turn_id", "seq"}
    assert accepted["message_id"] == "mine-1"
    await settle(services, conversation)
    question, answer = (await read(program, conversation))["messages"]
    assert (question["author"], question["parts"][0]["text"]) == ("user", "Hello")
    assert (answer["author"], answer["status"], answer["parent_id"]) == ("assistant", "completed", "mine-1")
    assert [part["text"] for part in answer["parts"]] == ["Done."]
    assert answer["siblings"] == [answer["id"]]
    assert answer["usage"]["output"] == 2


async def test_the_same_message_twice_is_one(program: httpx.AsyncClient, conversation: str, services: Services) -> None:
    first = await send(program, conversation, "Hello", id="mine-1")
    await settle(services, conversation)
    assert await send(program, conversation, "Hello", id="mine-1") == first
    assert len((await read(program, conversation))["messages"]) == 2


async def test_the_same_id_with_another_text_is_a_conflict(program: httpx.AsyncClient, conversation: str) -> None:
    await send(program, conversation, "Hello", id="mine-1")
    answer = await program.post(f"/api/conversations/{conversation}/messages", json={"content": "Bye", "id": "mine-1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "message_exists")
    assert answer.json()["detail"] == "Message already exists."


async def test_during_a_turn_another_message_is_a_conflict(
    program: httpx.AsyncClient, conversation: str, say: Callable[[str], None], finish: Call, services: Services
) -> None:
    say("Well")
    await send(program, conversation, "Hello")
    answer = await program.post(f"/api/conversations/{conversation}/messages", json={"content": "And?"})
    assert (answer.status_code, answer.json()["code"]) == (409, "response_in_progress")
    assert answer.json()["detail"] == "Response in progress"
    finish()
    await settle(services, conversation)


async def test_a_turn_is_stopped_and_keeps_what_it_said(
    program: httpx.AsyncClient, conversation: str, say: Callable[[str], None], services: Services
) -> None:
    say("Half an ans")
    await send(program, conversation, "Hello")
    await running(services, conversation)
    assert (await read(program, conversation))["status"] == "running"
    assert (await program.post(f"/api/conversations/{conversation}/stop")).status_code == 204
    found = await read(program, conversation)
    assert found["status"] == "idle"
    assert found["messages"][-1]["status"] == "interrupted"
    assert found["messages"][-1]["parts"][0]["text"] == "Half an ans"
    assert (await program.post(f"/api/conversations/{conversation}/stop")).status_code == 204


async def test_messages_wait_are_changed_and_sent(
    program: httpx.AsyncClient, conversation: str, say: Callable[[str], None], services: Services
) -> None:
    path = f"/api/conversations/{conversation}/queue"
    say("Well")
    await send(program, conversation, "Hello")
    await running(services, conversation)
    for name in ("one", "two", "three"):
        await send(program, conversation, f"Message {name}", id=name, mode="queue")
    assert [item["id"] for item in (await program.get(path)).json()["items"]] == ["one", "two", "three"]
    changed = await program.put(path, json={"items": [{"id": "three"}, {"id": "one", "content": "Other"}]})
    assert changed.status_code == 200
    assert [(item["id"], item["parts"][0]["text"]) for item in changed.json()["items"]] == [
        ("three", "Message three"),
        ("one", "Other"),
    ]
    unknown = await program.put(path, json={"items": [{"id": "two"}]})
    assert unknown.status_code == 404
    steered = await program.post(f"{path}/one/send")
    assert (steered.status_code, steered.json()["message_id"]) == (202, "one")
    assert (await program.delete(path)).status_code == 204
    assert (await program.get(path)).json() == {"items": []}
    await program.post(f"/api/conversations/{conversation}/stop")


async def test_clearing_empties_the_branch(program: httpx.AsyncClient, conversation: str, services: Services) -> None:
    await send(program, conversation, "Hello")
    await settle(services, conversation)
    assert (await program.post(f"/api/conversations/{conversation}/clear")).status_code == 204
    assert (await read(program, conversation))["messages"] == []


async def test_an_edit_is_saved_or_answered_on_a_new_branch(
    program: httpx.AsyncClient, conversation: str, services: Services
) -> None:
    await send(program, conversation, "Hello", id="mine-1")
    await settle(services, conversation)
    path = f"/api/conversations/{conversation}/messages/mine-1/edit"
    saved = await program.post(path, json={"action": "save", "content": "Hello!"})
    assert (saved.status_code, saved.content) == (204, b"")
    found = await read(program, conversation)
    assert (found["messages"][0]["parts"][0]["text"], found["messages"][0]["edited"]) == ("Hello!", True)
    resent = await program.post(path, json={"action": "resend", "content": "Good day"})
    assert resent.status_code == 202
    await settle(services, conversation)
    question = (await read(program, conversation))["messages"][0]
    assert question["siblings"] == ["mine-1", resent.json()["message_id"]]
    selected = await program.post(f"/api/conversations/{conversation}/messages/mine-1/select")
    assert selected.status_code == 204
    assert (await read(program, conversation))["messages"][0]["id"] == "mine-1"


async def test_an_answer_is_given_again_as_a_sibling(
    program: httpx.AsyncClient, conversation: str, services: Services
) -> None:
    await send(program, conversation, "Hello")
    await settle(services, conversation)
    first = (await read(program, conversation))["messages"][1]["id"]
    again = await program.post(f"/api/conversations/{conversation}/messages/{first}/regenerate")
    assert again.status_code == 202
    await settle(services, conversation)
    answer = (await read(program, conversation))["messages"][1]
    assert answer["siblings"] == [first, answer["id"]]


async def test_an_error_is_told_and_retried_in_the_same_message(
    program: httpx.AsyncClient,
    conversation: str,
    say: Callable[[str], None],
    fail: Callable[[Failure], None],
    finish: Call,
    services: Services,
) -> None:
    fail(OVERLOADED)
    await send(program, conversation, "Hello")
    await settle(services, conversation)
    failed = (await read(program, conversation))["messages"][1]
    error = failed["parts"][-1]
    assert (failed["status"], error["type"], error["remedy"]) == ("failed", "error", "Ask otherwise.")
    path = f"/api/conversations/{conversation}/messages/{failed['id']}/errors/{error['id']}/retry"
    say("Better")
    finish()
    assert (await program.post(path)).status_code == 202
    await settle(services, conversation)
    answer = (await read(program, conversation))["messages"][1]
    assert (answer["id"], answer["status"]) == (failed["id"], "completed")
    assert (await program.post(path)).status_code == 404


async def test_a_fork_begins_with_the_same_messages(
    program: httpx.AsyncClient, conversation: str, services: Services
) -> None:
    await send(program, conversation, "Hello", id="mine-1")
    await settle(services, conversation)
    forked = await program.post(f"/api/conversations/{conversation}/fork", json={"message_id": "mine-1"})
    assert forked.status_code == 201
    assert forked.json()["id"] != conversation
    assert [message["id"] for message in (await read(program, forked.json()["id"]))["messages"]] == ["mine-1"]


async def test_a_change_is_merged_and_answered(program: httpx.AsyncClient, conversation: str) -> None:
    path = f"/api/conversations/{conversation}"
    changed = await program.patch(path, json={"title": "Other", "pinned": True, "reasoning_effort": "high"})
    assert changed.status_code == 200
    assert (changed.json()["title"], changed.json()["pinned"]) == ("Other", True)
    again = await program.patch(path, json={"mode": "plan", "reasoning_effort": None})
    assert (again.json()["title"], again.json()["mode"], again.json()["reasoning_effort"]) == ("Other", "plan", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "x" * 300}, "title"),
        ({"mode": "yolo"}, "mode"),
        ({"pinned": "perhaps"}, "pinned"),
        ({"pinned": None}, "pinned"),
        ({"workdir": "/etc"}, "workdir"),
        ({"workdir": "project"}, "workdir"),
        ({"workdir": ""}, "workdir"),
        ({"workdir": None}, "workdir"),
        ({"workdir": "/does/not/exist"}, "workdir"),
        ({"workdir": "/etc/passwd"}, "workdir"),
        ({"workdir": "/" + "x" * 300}, "workdir"),
        ({"workdir": "~"}, "workdir"),
        ({"seq": 5}, "seq"),
        ({"deleted": True}, "deleted"),
        ({"title": "a\x00b"}, "title"),
    ],
)
async def test_a_change_that_cannot_be_names_its_field(
    program: httpx.AsyncClient, conversation: str, body: dict[str, object], field: str
) -> None:
    answer = await program.patch(f"/api/conversations/{conversation}", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_conversation_works_where_it_is_told_to(
    program: httpx.AsyncClient, workdir: Path, conversation: str
) -> None:
    (workdir / "part").mkdir()
    created = await program.post("/api/conversations", json={"workdir": str(workdir / "part")})
    assert created.status_code == 201
    assert (await read(program, created.json()["id"]))["workdir"] == str(workdir / "part")
    moved = await program.patch(f"/api/conversations/{conversation}", json={"workdir": str(workdir / "part")})
    assert moved.json()["workdir"] == str(workdir / "part")


async def test_the_data_directory_is_no_work_directory(
    program: httpx.AsyncClient, conversation: str, data: Path, folders: list[Path]
) -> None:
    folders.append(data.parent)
    for path in (data, data.parent):
        answer = await program.patch(f"/api/conversations/{conversation}", json={"workdir": str(path)})
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert error["field"] == "workdir"
        assert "Flowent's own data" in error["message"]


@pytest.mark.parametrize("title", ["", "  ", None])
async def test_an_empty_title_is_none(program: httpx.AsyncClient, conversation: str, title: str | None) -> None:
    changed = await program.patch(f"/api/conversations/{conversation}", json={"title": title})
    assert (changed.status_code, changed.json()["title"]) == (200, None)
    created = await program.post("/api/conversations", json={"title": title})
    assert (await read(program, created.json()["id"]))["title"] is None


async def listed(program: httpx.AsyncClient, conversation: str) -> Any:
    page = (await program.get("/api/conversations")).json()
    return next(item for item in page["items"] if item["id"] == conversation)


async def test_an_answer_is_unread_until_a_client_says_otherwise(
    program: httpx.AsyncClient, conversation: str, services: Services
) -> None:
    new = await listed(program, conversation)
    assert (new["status"], new["outcome"], new["answered_seq"], new["read_seq"]) == ("idle", None, 0, new["seq"])
    await send(program, conversation, "Hello")
    await settle(services, conversation)
    line = await listed(program, conversation)
    assert line["outcome"] == "completed"
    assert line["read_seq"] < line["answered_seq"] == line["seq"]
    path = f"/api/conversations/{conversation}/read"
    assert (await program.post(path, json={"seq": line["answered_seq"]})).status_code == 204
    looked = await listed(program, conversation)
    assert looked == {**line, "read_seq": line["answered_seq"], "list_seq": line["list_seq"] + 1}
    for seq in (0, 2**53 - 1):
        assert (await program.post(path, json={"seq": seq})).status_code == 204
        assert await listed(program, conversation) == looked


async def test_a_failed_turn_shows_in_the_list(
    program: httpx.AsyncClient, conversation: str, fail: Callable[[Failure], None], services: Services
) -> None:
    fail(OVERLOADED)
    await send(program, conversation, "Hello")
    await settle(services, conversation)
    line = await listed(program, conversation)
    assert (line["status"], line["outcome"]) == ("idle", "failed")
    assert line["read_seq"] < line["answered_seq"]


@pytest.mark.parametrize("body", [{}, {"seq": -1}, {"seq": 2**53}, {"seq": "x"}, {"seq": None}])
async def test_a_look_that_is_none_is_refused(
    program: httpx.AsyncClient, conversation: str, body: dict[str, object]
) -> None:
    answer = await program.post(f"/api/conversations/{conversation}/read", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["seq"]


async def test_the_journal_is_paged_as_streams_carry_it(
    program: httpx.AsyncClient, conversation: str, services: Services
) -> None:
    await send(program, conversation, "Grüße")
    await settle(services, conversation)
    streamed: list[Any] = []
    async for frames in services.conversations.watch(conversation, 0):
        streamed += [json.loads(frame.data) for frame in frames]
        if streamed[-1]["type"] == "turn_ended":
            break
    path = f"/api/conversations/{conversation}/events"
    whole = (await program.get(path)).json()
    deltas = {"delta", "thinking_delta", "tool_input_delta"}
    assert whole["items"] == [event for event in streamed if event["type"] not in deltas]
    assert (whole["next"], whole["last"]) == (None, streamed[-1]["seq"])
    paged: list[Any] = []
    after: int | None = 0
    while after is not None:
        page = (await program.get(path, params={"after": after, "limit": 3})).json()
        assert len(page["items"]) <= 3
        paged += page["items"]
        after = page["next"]
    assert paged == whole["items"]
    beyond = await program.get(path, params={"after": 2**53 - 1})
    assert beyond.json() == {"items": [], "next": None, "last": whole["last"]}


async def test_a_page_of_the_journal_is_not_too_large(
    program: httpx.AsyncClient, conversation: str, services: Services
) -> None:
    for number in range(6):
        await send(program, conversation, "x" * 999_000, id=f"q{number}")
        await settle(services, conversation)
    path = f"/api/conversations/{conversation}/events"
    first = await program.get(path, params={"limit": 2000})
    assert 3_000_000 < len(first.content) <= 4 * 1024 * 1024
    second = (await program.get(path, params={"limit": 2000, "after": first.json()["next"]})).json()
    seqs = [event["seq"] for event in [*first.json()["items"], *second["items"]]]
    assert (seqs[0], seqs[-1], second["next"]) == (1, second["last"], None)
    assert seqs == sorted(set(seqs))
    assert sum(event["type"] == "message" for event in [*first.json()["items"], *second["items"]]) == 6


async def test_the_journal_of_a_deleted_conversation_can_be_read(program: httpx.AsyncClient, conversation: str) -> None:
    await program.delete(f"/api/conversations/{conversation}")
    answer = await program.get(f"/api/conversations/{conversation}/events")
    assert answer.status_code == 200
    assert answer.json()["items"][-1]["changed"] == {"deleted": True}


@pytest.mark.parametrize("query", ["after=-1", "limit=0", "limit=2001", "after=x", f"after={2**53}"])
async def test_a_page_of_the_journal_that_cannot_be_is_refused(
    program: httpx.AsyncClient, conversation: str, query: str
) -> None:
    answer = await program.get(f"/api/conversations/{conversation}/events?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [query.partition("=")[0]]


async def test_a_message_that_another_client_queued_is_not_removed_unseen(
    program: httpx.AsyncClient, conversation: str, say: Callable[[str], None], services: Services
) -> None:
    path = f"/api/conversations/{conversation}/queue"
    say("Well")
    await send(program, conversation, "Hello")
    await send(program, conversation, "Message one", id="one", mode="queue")
    seen = (await read(program, conversation))["seq"]
    await send(program, conversation, "Message two", id="two", mode="queue")
    changed = await program.put(path, json={"items": [], "seq": seen})
    assert [item["id"] for item in changed.json()["items"]] == ["two"]
    assert (await program.put(path, json={"items": []})).json() == {"items": []}
    await program.post(f"/api/conversations/{conversation}/stop")


async def test_a_change_of_what_was_sent_meanwhile_is_refused_with_what_to_do(
    program: httpx.AsyncClient,
    conversation: str,
    say: Callable[[str], None],
    finish: Call,
    services: Services,
) -> None:
    path = f"/api/conversations/{conversation}/queue"
    say("Well")
    await send(program, conversation, "Hello")
    for name in ("one", "two"):
        await send(program, conversation, f"Message {name}", id=name, mode="queue")
    finish()
    await until_sent(services, conversation, "one")
    late = await program.put(path, json={"items": [{"id": "two"}, {"id": "one", "content": "Better"}]})
    assert (late.status_code, late.json()["code"]) == (404, "not_found")
    assert "was sent meanwhile" in late.json()["detail"]
    assert "Edit the message in the conversation" in late.json()["remedy"]
    assert [item["id"] for item in (await program.get(path)).json()["items"]] == ["two"]
    again = await program.post(f"{path}/one/send")
    assert (again.status_code, again.json()["message_id"]) == (202, "one")
    await program.post(f"/api/conversations/{conversation}/stop")


async def until_sent(services: Services, conversation: str, message: str) -> None:
    """Wait until a waiting message is in the conversation."""
    async for _ in services.conversations.watch(conversation, 0):
        if message in (await services.conversations.owner(conversation)).log.conversation:
            return


async def test_a_deletion_can_be_taken_back_until_the_purge(program: httpx.AsyncClient, conversation: str) -> None:
    path = f"/api/conversations/{conversation}"
    early = await program.delete(path, params={"purge": "true"})
    assert (early.status_code, early.json()["code"]) == (400, "not_possible")
    assert (await program.delete(path)).status_code == 204
    assert conversation not in str((await program.get("/api/conversations")).json())
    assert conversation in str((await program.get("/api/conversations", params={"deleted": "true"})).json())
    assert (await program.post(f"{path}/restore")).status_code == 204
    assert (await read(program, conversation))["deleted"] is False
    await program.delete(path)
    assert (await program.delete(path, params={"purge": "true"})).status_code == 204
    gone = await program.get(path)
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


async def test_the_list_is_paged_newest_first(program: httpx.AsyncClient) -> None:
    made: list[str] = []
    for number in range(5):
        made.append((await program.post("/api/conversations", json={"title": f"Number {number}"})).json()["id"])
        await asyncio.sleep(0.002)
    found: list[str] = []
    cursor: str | None = None
    while True:
        parameters = {"limit": "2"} | ({} if cursor is None else {"cursor": cursor})
        page = (await program.get("/api/conversations", params=parameters)).json()
        assert len(page["items"]) <= 2
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == made[::-1]


async def test_the_list_is_searched_in_titles(program: httpx.AsyncClient, conversation: str) -> None:
    await program.post("/api/conversations", json={"title": "Something else"})
    page = (await program.get("/api/conversations", params={"search": "a TEST"})).json()
    assert [item["id"] for item in page["items"]] == [conversation]


async def test_a_search_is_good_enough_to_type_ahead(program: httpx.AsyncClient) -> None:
    made: dict[str, str] = {}
    for title in ("Résumé von Zoë", "A new resume", "Something else"):
        created = await program.post("/api/conversations", json={"title": title})
        made[title] = created.json()["id"]
        await asyncio.sleep(0.002)
    await program.patch(f"/api/conversations/{made['Résumé von Zoë']}", json={"pinned": True})
    for search in ("resu", "RÉSU", "Resume"):
        page = (await program.get("/api/conversations", params={"search": search})).json()
        assert [item["title"] for item in page["items"]] == ["Résumé von Zoë", "A new resume"]


@pytest.mark.parametrize("cursor", ["nonsense", "%00", "a" * 500])
async def test_a_cursor_that_is_none_is_refused(program: httpx.AsyncClient, cursor: str) -> None:
    answer = await program.get(f"/api/conversations?cursor={cursor}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "cursor"


async def test_messages_are_paged_backwards(program: httpx.AsyncClient, conversation: str, services: Services) -> None:
    for number in range(3):
        await send(program, conversation, f"Question {number}", id=f"q{number}")
        await settle(services, conversation)
    path = f"/api/conversations/{conversation}"
    newest = (await program.get(path, params={"limit": 2})).json()
    assert [message["author"] for message in newest["messages"]] == ["user", "assistant"]
    older = (await program.get(path, params={"limit": 10, "before": newest["before"]})).json()
    assert [message["id"] for message in older["messages"] if message["author"] == "user"] == ["q0", "q1"]
    assert older["before"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/restore"),
        ("POST", "/messages"),
        ("GET", "/stream"),
        ("GET", "/events"),
        ("POST", "/read"),
        ("POST", "/stop"),
        ("POST", "/clear"),
        ("POST", "/fork"),
        ("GET", "/queue"),
        ("PUT", "/queue"),
        ("DELETE", "/queue"),
        ("POST", "/queue/x/send"),
        ("POST", "/messages/x/edit"),
        ("POST", "/messages/x/regenerate"),
        ("POST", "/messages/x/errors/y/retry"),
        ("POST", "/messages/x/select"),
    ],
)
async def test_an_unknown_conversation_is_not_found(program: httpx.AsyncClient, method: str, path: str) -> None:
    bodies: dict[str, object] = {
        "PATCH ": {"title": "x"},
        "POST /messages": {"content": "x"},
        "POST /fork": {"message_id": "x"},
        "POST /read": {"seq": 1},
        "PUT /queue": {"items": []},
        "POST /messages/x/edit": {"action": "save", "content": "x"},
    }
    answer = await program.request(method, f"/api/conversations/conv_none{path}", json=bodies.get(f"{method} {path}"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["remedy"]


@pytest.mark.parametrize("path", ["edit", "regenerate", "errors/e/retry", "select"])
async def test_an_unknown_message_is_not_found(program: httpx.AsyncClient, conversation: str, path: str) -> None:
    body = {"action": "save", "content": "x"} if path == "edit" else None
    answer = await program.post(f"/api/conversations/{conversation}/messages/none/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"content": ""}, "content"),
        ({"content": 5}, "content"),
        ({"content": "x" * 1_000_001}, "content"),
        ({"content": "x", "id": ""}, "id"),
        ({"content": "x", "id": "a b"}, "id"),
        ({"content": "x", "id": "../x"}, "id"),
        ({"content": "x", "mode": "later"}, "mode"),
        ({"content": "x", "attachments": ["none"]}, "attachments.0"),
        ({"content": "x", "attachments": "none"}, "attachments"),
        ({"content": "x", "attachments": ["a"] * 21}, "attachments"),
        ({"content": "x", "attachements": []}, "attachements"),
        ({"content": "x", "role": "system"}, "role"),
    ],
)
async def test_a_message_that_cannot_be_names_its_field(
    program: httpx.AsyncClient, conversation: str, body: dict[str, object], field: str
) -> None:
    answer = await program.post(f"/api/conversations/{conversation}/messages", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content", "field"), [(rb'{"content": "a \ud800 b"}', "content"), (rb'{"content": "x", "\udfff": 1}', "?")]
)
async def test_a_broken_character_is_refused_not_stored(
    program: httpx.AsyncClient, conversation: str, content: bytes, field: str
) -> None:
    answer = await program.post(
        f"/api/conversations/{conversation}/messages", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"", 422, "invalid_request"),
        (b"[]", 422, "invalid_request"),
        (b"null", 422, "invalid_request"),
        (b"\xff\xff", 400, "bad_request"),
        (b"[" * 100_000, 400, "bad_request"),
        (b'{"content": "x", "content": 5}', 422, "invalid_request"),
    ],
)
async def test_a_body_that_is_no_object_is_refused(
    program: httpx.AsyncClient, conversation: str, content: bytes, status: int, code: str
) -> None:
    answer = await program.post(
        f"/api/conversations/{conversation}/messages", content=content, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
async def test_a_body_must_say_that_it_is_json(program: httpx.AsyncClient, conversation: str, kind: str) -> None:
    answer = await program.post(
        f"/api/conversations/{conversation}/messages", content=b'{"content":"x"}', headers={"Content-Type": kind}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "befor=x", "limit=5&unknown=1", "\udc80=1", "limit=9" + "9" * 100]
)
async def test_a_parameter_that_cannot_be_is_refused(program: httpx.AsyncClient, conversation: str, query: str) -> None:
    url = f"/api/conversations/{conversation}?".encode() + query.encode(errors="surrogateescape")
    answer = await program.get(url.decode("latin-1"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("path", ["/api/nothing", "/api/conversations/", "/api/conversations/a/b/c", "/api/health/"])
async def test_an_unknown_address_is_a_problem(program: httpx.AsyncClient, path: str) -> None:
    answer = await program.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_route")


async def test_a_method_that_is_not_possible_is_a_problem(program: httpx.AsyncClient) -> None:
    answer = await program.put("/api/conversations")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"]


async def test_a_streamed_body_over_the_limit_is_cut_off(program: httpx.AsyncClient, conversation: str) -> None:
    async def endless() -> AsyncGenerator[bytes, None]:
        while True:
            yield b" " * 100_000

    answer = await program.post(
        f"/api/conversations/{conversation}/messages", content=endless(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
