"""Event streams from a real server: what a reader gets, exactly once, however often it goes and comes back."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from flowent.api.server import Server
from flowent.api.services import Services

Say = Callable[[str], None]
Call = Callable[[], None]


@dataclass(frozen=True)
class Received:
    """One event as a browser sees it."""

    id: str
    type: str
    data: dict[str, Any]


async def events(lines: AsyncIterator[str]) -> AsyncGenerator[Received, None]:
    """Read events the way of the WHATWG rules, as far as this server uses them."""
    fields: dict[str, str] = {}
    async for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        else:
            if "data" in fields:
                yield Received(fields["id"], fields["event"], json.loads(fields["data"]))
            fields = {}


@asynccontextmanager
async def following(
    http: httpx.AsyncClient, path: str, *, last_event_id: str | None = None, **parameters: Any
) -> AsyncGenerator[AsyncGenerator[Received, None], None]:
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    async with http.stream("GET", path, params=parameters, headers=headers) as response:
        if response.status_code != 200:
            await response.aread()
        assert response.status_code == 200, response.text
        yield events(response.aiter_lines())


async def until(stream: AsyncGenerator[Received, None], type_: str) -> list[Received]:
    """Read up to the first event of a type."""
    found: list[Received] = []
    async for event in stream:
        found.append(event)
        if event.type == type_:
            return found
    raise AssertionError(f"the stream ended without {type_}: {[event.type for event in found]}")


async def begin(http: httpx.AsyncClient) -> str:
    name: str = (await http.post("/api/conversations")).json()["id"]
    return name


async def send(http: httpx.AsyncClient, conversation: str, content: str = "Hello") -> None:
    answer = await http.post(f"/api/conversations/{conversation}/messages", json={"content": content})
    assert answer.status_code == 202, answer.text


async def freed(services: Services) -> None:
    """Wait until no stream is open any more."""
    async with asyncio.timeout(5):
        while len(services.streams):  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.005)


async def test_a_stream_gives_every_event_with_its_place(http: httpx.AsyncClient) -> None:
    conversation = await begin(http)
    async with following(http, f"/api/conversations/{conversation}/stream") as stream:
        await send(http, conversation)
        got = await until(stream, "turn_ended")
    types = [event.type for event in got]
    assert types[0] == "conversation_changed"
    assert [
        kind for kind in types if kind in {"message", "start", "output_start", "output_done", "done", "turn_ended"}
    ] == [
        "message",
        "start",
        "output_start",
        "output_done",
        "done",
        "turn_ended",
    ]
    for event in got:
        assert event.data["conversation_id"] == conversation
        assert event.id == str(event.data["seq"])
        assert event.data["type"] == event.type
        assert event.data["at"] > 0
    seqs = [event.data["seq"] for event in got]
    assert seqs == sorted(set(seqs))


async def test_an_answer_is_seen_as_it_grows_by_everybody(http: httpx.AsyncClient, say: Say, finish: Call) -> None:
    conversation = await begin(http)
    path = f"/api/conversations/{conversation}/stream"
    async with following(http, path) as one, following(http, path) as other:
        say("Once ")
        await send(http, conversation)
        for stream in (one, other):
            assert (await until(stream, "delta"))[-1].data["text"] == "Once "
        say("upon")
        finish()
        assert await until(one, "turn_ended") == await until(other, "turn_ended")


@pytest.mark.parametrize("by_header", [False, True], ids=["after", "Last-Event-ID"])
async def test_a_reader_that_comes_back_misses_nothing_and_gets_nothing_twice(
    http: httpx.AsyncClient, say: Say, finish: Call, by_header: bool
) -> None:
    conversation = await begin(http)
    path = f"/api/conversations/{conversation}/stream"
    async with following(http, path) as stream:
        say("Once ")
        await send(http, conversation)
        before = await until(stream, "delta")
    last = before[-1].id
    say("upon")
    finish()
    again = following(http, path, last_event_id=last, after=0) if by_header else following(http, path, after=last)
    async with again as stream:
        after = await until(stream, "turn_ended")
    seqs = [int(event.id) for event in [*before, *after]]
    assert seqs == sorted(set(seqs))
    assert after[-2].type == "done"


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "99999999999999999999", "²"])
async def test_a_place_that_is_none_is_refused(http: httpx.AsyncClient, given: str) -> None:
    conversation = await begin(http)
    path = f"/api/conversations/{conversation}/stream"
    assert (await http.get(path, params={"after": given})).status_code == 422
    answer = await http.get(path, headers=[(b"Last-Event-ID", given.encode())])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Last-Event-ID")


async def test_a_late_reader_of_a_long_answer_gets_one_snapshot(
    http: httpx.AsyncClient, say: Say, services: Services
) -> None:
    conversation = await begin(http)
    path = f"/api/conversations/{conversation}/stream"
    async with following(http, path) as stream:
        say("x" * 4096)
        await send(http, conversation)
        await until(stream, "delta")
        for _ in range(100):
            say("y" * 4096)
            await until(stream, "delta")
    async with following(http, path) as stream:
        event = await anext(stream)
    assert event.type == "snapshot"
    assert event.id == str(event.data["state"]["seq"])
    assert len(event.data["messages"][-1]["parts"][0]["text"]) == 101 * 4096
    await http.post(f"/api/conversations/{conversation}/stop")


async def test_a_reader_that_leaves_is_forgotten_at_once(http: httpx.AsyncClient, services: Services) -> None:
    conversation = await begin(http)
    async with following(http, f"/api/conversations/{conversation}/stream") as stream:
        await anext(stream)
        assert len(services.streams) == 1
        log = (await services.conversations.owner(conversation)).log
        assert log.feed.watchers == 1
    await freed(services)
    assert log.feed.watchers == 0


async def test_a_logout_ends_the_browsers_streams(
    server: tuple[Server, str], http: httpx.AsyncClient, token: str, services: Services
) -> None:
    conversation = await begin(http)
    own = {"Origin": server[1]}
    async with httpx.AsyncClient(base_url=server[1], timeout=10) as browser:
        await browser.post("/api/login", json={"token": token})
        async with following(browser, f"/api/conversations/{conversation}/stream") as stream:
            await anext(stream)
            assert (await browser.post("/api/logout", headers=own)).status_code == 204
            assert [event async for event in stream] == []
        assert (await browser.get(f"/api/conversations/{conversation}/stream")).status_code == 401
    await freed(services)


async def test_a_stop_ends_streams_in_order_and_soon(server: tuple[Server, str], http: httpx.AsyncClient) -> None:
    conversation = await begin(http)
    async with following(http, f"/api/conversations/{conversation}/stream") as stream:
        await anext(stream)
        server[0].should_exit = True
        async with asyncio.timeout(4):
            assert [event async for event in stream] == []


async def test_a_purged_conversation_ends_its_streams(http: httpx.AsyncClient, services: Services) -> None:
    conversation = await begin(http)
    path = f"/api/conversations/{conversation}"
    async with following(http, f"{path}/stream") as stream:
        await anext(stream)
        await http.delete(path)
        assert (await http.delete(path, params={"purge": "true"})).status_code == 204
        async with asyncio.timeout(2):
            assert [event.type async for event in stream] == ["conversation_changed"]
    assert (await http.get(f"{path}/stream")).status_code == 404


async def test_one_stream_follows_several_conversations_and_the_list(http: httpx.AsyncClient) -> None:
    first, second = await begin(http), await begin(http)
    watch = [f"{first}:0", f"{second}:0"]
    async with following(http, "/api/stream", watch=watch, list=0) as stream:
        await send(http, first)
        await send(http, second)
        ended: set[str] = set()
        listed: dict[str, str] = {}
        seqs: dict[str, list[int]] = {first: [], second: []}
        async for event in stream:
            if event.type == "conversation_listed":
                listed[event.data["id"]] = event.data["status"]
            else:
                seqs[event.data["conversation_id"]].append(event.data["seq"])
            if event.type == "turn_ended":
                ended.add(event.data["conversation_id"])
            if ended == {first, second} and listed == {first: "idle", second: "idle"}:
                break
    for found in seqs.values():
        assert found == sorted(set(found))


async def test_every_tab_hears_that_somebody_has_looked(http: httpx.AsyncClient) -> None:
    conversation = await begin(http)
    await send(http, conversation)

    async def first_line(stream: AsyncGenerator[Received, None], name: str, value: object) -> dict[str, Any]:
        """Read the list's changes up to one that shows that."""
        async for event in stream:
            if event.data[name] == value:
                return event.data
        raise AssertionError(f"the stream ended without {name} {value}")

    async with following(http, "/api/stream", list=0) as tab, following(http, "/api/stream", list=0) as phone:
        line = await first_line(tab, "outcome", "completed")
        answered = line["answered_seq"]
        assert line["read_seq"] < answered
        looked = await http.post(f"/api/conversations/{conversation}/read", json={"seq": answered})
        assert looked.status_code == 204
        assert await first_line(phone, "read_seq", answered) == await first_line(tab, "read_seq", answered)


async def test_a_tab_that_comes_back_goes_on_exactly(http: httpx.AsyncClient, say: Say, finish: Call) -> None:
    first, second = await begin(http), await begin(http)
    parameters = {"watch": [f"{first}:0", f"{second}:0"], "list": 0}
    seen: list[tuple[str, int]] = []
    last: str | None = None
    say("Once ")
    await send(http, first)

    def note(event: Received) -> None:
        place = event.data.get("conversation_id", "list")
        seen.append((place, event.data["list_seq"] if place == "list" else event.data["seq"]))

    # Every connection reads one event only: the worst that a network can do.
    for round_ in range(200):
        async with following(http, "/api/stream", last_event_id=last, **parameters) as stream:
            event = await anext(stream)
        last = event.id
        note(event)
        if round_ == 3:
            say("upon")
            finish()
        if event.type == "turn_ended":
            break
    assert event.type == "turn_ended"  # pyright: ignore[reportPossiblyUnboundVariable]
    assert len(seen) == len(set(seen))
    async with following(http, f"/api/conversations/{first}/stream") as stream:
        whole = [event.data["seq"] for event in await until(stream, "turn_ended") if event.type != "delta"]
    assert set(whole) <= {seq for place, seq in seen if place == first}


async def test_a_tabs_stream_names_what_it_cannot_follow(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/stream")).json()["errors"][0]["field"] == "watch"
    assert (await http.get("/api/stream", params={"watch": "nonsense"})).status_code == 422
    assert (await http.get("/api/stream", params={"watch": "conv_none:0"})).status_code == 404
    many = [f"conv_{number}:0" for number in range(40)]
    assert (await http.get("/api/stream", params={"watch": many})).status_code == 422


async def test_a_cursor_of_another_stream_is_refused(http: httpx.AsyncClient) -> None:
    conversation = await begin(http)
    answer = await http.get("/api/stream", params={"list": 0}, headers={"Last-Event-ID": "1.2.3"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Last-Event-ID")
    async with following(http, "/api/stream", watch=[f"{conversation}:0"]) as stream:
        cursor = (await anext(stream)).id
    assert (await http.get("/api/stream", params={"list": 0}, headers={"Last-Event-ID": cursor})).status_code == 422
