"""One open stream: what it writes, and every way in which it ends."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from starlette.types import Message

from flowent.api.auth import Logins, Principal
from flowent.api.limits import Limits
from flowent.api.open_streams import OpenStreams
from flowent.api.problems import ApiError
from flowent.api.streams import EventStream, Feed, Outlet, render
from flowent.conversations.errors import UnknownError

PROGRAM = Principal("program")
QUICK = Limits(heartbeat=0.02, session_check=0.02, stalled_reader=0.05, streams=2, streams_per_session=1)


async def quiet(outlet: Outlet) -> None:
    """A feed that never has anything to say."""
    await asyncio.Event().wait()


async def hello(outlet: Outlet) -> None:
    await outlet.write(lambda: b"hello")


@dataclass
class Reader:
    """The other end: takes what is written while it reads, and can leave."""

    reads: bool = True
    sent: list[Message] = field(default_factory=list[Message])
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if not self.reads:
            await asyncio.Event().wait()
        async with self.arrived:
            self.sent.append(message)
            self.arrived.notify_all()

    @property
    def text(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def complete(self) -> bool:
        return bool(self.sent) and self.sent[-1].get("more_body") is False

    async def until(self, condition: Callable[[], bool]) -> None:
        async with self.arrived:
            await self.arrived.wait_for(condition)


@pytest.fixture
def streams() -> OpenStreams:
    return OpenStreams(QUICK)


def open_stream(
    feed: Feed,
    reader: Reader,
    streams: OpenStreams,
    logins: Logins,
    *,
    principal: Principal = PROGRAM,
    limits: Limits = QUICK,
) -> asyncio.Task[None]:
    stream = EventStream(feed, principal, streams=streams, logins=logins, limits=limits)
    return asyncio.create_task(stream({"type": "http"}, reader.receive, reader.send))


@pytest.fixture
async def browser(logins: Logins, token: str) -> Principal:
    principal = await logins.browser((await logins.login_by_token(token, "127.0.0.1")).cookie)
    assert principal is not None
    return principal


def test_an_event_is_three_lines_and_an_empty_one() -> None:
    assert render(b"7", b"delta", b'{"text":"a\\nb"}') == b'id: 7\nevent: delta\ndata: {"text":"a\\nb"}\n\n'


async def test_a_stream_begins_with_when_to_come_back(streams: OpenStreams, logins: Logins) -> None:
    reader = Reader()
    await open_stream(hello, reader, streams, logins)
    headers = dict(reader.sent[0]["headers"])
    assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert headers[b"cache-control"] == b"no-store, no-cache"
    assert headers[b"x-accel-buffering"] == b"no"
    assert reader.text == b"retry: 1000\n\nhello"


async def test_a_feed_that_ends_ends_the_stream_in_order(streams: OpenStreams, logins: Logins) -> None:
    reader = Reader()
    await open_stream(hello, reader, streams, logins)
    assert reader.complete
    assert len(streams) == 0


async def test_a_reader_that_leaves_frees_everything_at_once(streams: OpenStreams, logins: Logins) -> None:
    closed: list[str] = []

    async def feed(outlet: Outlet) -> None:
        try:
            await quiet(outlet)
        finally:
            closed.append("feed")

    reader = Reader()
    task = open_stream(feed, reader, streams, logins)
    await reader.until(lambda: len(reader.sent) >= 2)
    assert len(streams) == 1
    reader.left.set()
    await task
    assert closed == ["feed"]
    assert len(streams) == 0


async def test_a_quiet_stream_carries_a_heartbeat(streams: OpenStreams, logins: Logins) -> None:
    reader = Reader()
    task = open_stream(quiet, reader, streams, logins)
    await reader.until(lambda: reader.text.count(b": \n\n") >= 2)
    reader.left.set()
    await task


async def test_a_busy_stream_carries_none(streams: OpenStreams, logins: Logins) -> None:
    async def busy(outlet: Outlet) -> None:
        for _ in range(20):
            await outlet.write(lambda: b"x")
            await asyncio.sleep(0.005)

    reader = Reader()
    await open_stream(busy, reader, streams, logins, limits=Limits(heartbeat=5.0))
    assert reader.text == b"retry: 1000\n\n" + b"x" * 20


async def test_logging_out_ends_the_streams_of_that_session(
    streams: OpenStreams, logins: Logins, browser: Principal
) -> None:
    logins.on_session_end(streams.end_session)
    mine, other = Reader(), Reader()
    task = open_stream(quiet, mine, streams, logins, principal=browser)
    another = open_stream(quiet, other, streams, logins)
    await mine.until(lambda: len(mine.sent) >= 2)
    await logins.logout(browser)
    await task
    assert mine.complete
    assert not another.done()
    other.left.set()
    await another


async def test_a_session_that_runs_out_ends_its_stream(
    streams: OpenStreams, logins: Logins, browser: Principal, advance: Callable[[float], None]
) -> None:
    reader = Reader()
    task = open_stream(quiet, reader, streams, logins, principal=browser)
    await reader.until(lambda: len(reader.sent) >= 2)
    advance(31 * 24 * 3600)
    await task
    assert reader.complete


async def test_a_session_that_ended_before_the_stream_began_ends_it(
    streams: OpenStreams, logins: Logins, browser: Principal
) -> None:
    await logins.logout(browser)
    reader = Reader()
    await open_stream(quiet, reader, streams, logins, principal=browser)
    assert reader.complete


async def test_a_stop_ends_every_stream_and_opens_none(streams: OpenStreams, logins: Logins) -> None:
    reader = Reader()
    task = open_stream(quiet, reader, streams, logins)
    await reader.until(lambda: len(reader.sent) >= 2)
    streams.end_all()
    await task
    assert reader.complete
    with pytest.raises(ApiError) as refused:
        await open_stream(quiet, Reader(), streams, logins)
    assert refused.value.problem.code == "shutting_down"


async def test_streams_are_capped_in_all(streams: OpenStreams, logins: Logins) -> None:
    readers = [Reader(), Reader()]
    tasks = [open_stream(quiet, reader, streams, logins) for reader in readers]
    for reader in readers:
        await reader.until(lambda reader=reader: len(reader.sent) >= 2)
    with pytest.raises(ApiError) as refused:
        await open_stream(quiet, Reader(), streams, logins)
    assert (refused.value.problem.status, refused.value.problem.code) == (503, "too_many_streams")
    for reader in readers:
        reader.left.set()
    await asyncio.gather(*tasks)


async def test_streams_are_capped_for_a_session(streams: OpenStreams, logins: Logins, browser: Principal) -> None:
    reader = Reader()
    task = open_stream(quiet, reader, streams, logins, principal=browser)
    await reader.until(lambda: len(reader.sent) >= 2)
    with pytest.raises(ApiError) as refused:
        await open_stream(quiet, Reader(), streams, logins, principal=browser)
    assert (refused.value.problem.status, refused.value.problem.code) == (429, "too_many_streams")
    reader.left.set()
    await task
    again = Reader()
    await open_stream(hello, again, streams, logins, principal=browser)
    assert again.complete


async def test_a_reader_that_takes_nothing_is_let_go(streams: OpenStreams, logins: Logins) -> None:
    reader = Reader()

    async def feed(outlet: Outlet) -> None:
        await outlet.write(lambda: b"x")
        reader.reads = False
        await outlet.write(lambda: b"y")

    await open_stream(feed, reader, streams, logins)
    assert reader.text == b"retry: 1000\n\nx"
    assert len(streams) == 0


@pytest.mark.parametrize("error", [UnknownError("gone"), RuntimeError("a bug")])
async def test_a_feed_that_fails_ends_its_stream_so_that_the_reader_comes_back(
    streams: OpenStreams, logins: Logins, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def feed(outlet: Outlet) -> None:
        await outlet.write(lambda: b"x")
        raise error

    reader = Reader()
    await open_stream(feed, reader, streams, logins)
    assert reader.complete
    logged = [record.levelname for record in caplog.records if record.levelname == "ERROR"]
    assert logged == (["ERROR"] if isinstance(error, RuntimeError) else [])


async def test_writes_keep_the_order_in_which_their_bytes_were_made(streams: OpenStreams, logins: Logins) -> None:
    made: list[int] = []

    async def feed(outlet: Outlet) -> None:
        def make(number: int) -> bytes:
            made.append(number)
            return b"%d " % number

        async def writer(number: int) -> None:
            await outlet.write(lambda: make(number))

        await asyncio.gather(*(writer(number) for number in range(50)))

    reader = Reader()
    await open_stream(feed, reader, streams, logins)
    assert reader.text.removeprefix(b"retry: 1000\n\n").split() == [b"%d" % number for number in made]


async def test_a_stream_ends_however_close_to_a_heartbeat(logins: Logins) -> None:
    busy = Limits(heartbeat=0.0, session_check=60.0, stalled_reader=60.0)
    streams = OpenStreams(busy)

    async def feed(outlet: Outlet) -> None:
        # The heartbeat's write and the feed's end fall into the same round of the loop.
        await outlet.write(lambda: b"x")
        await asyncio.sleep(0.01)

    tasks = [open_stream(feed, Reader(), streams, logins, limits=busy) for _ in range(300)]
    async with asyncio.timeout(20):
        await asyncio.gather(*tasks)
    assert len(streams) == 0
