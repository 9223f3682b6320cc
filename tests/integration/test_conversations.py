"""The conversations' service over a real database, with a prepared model."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flowent.conversations.commands import Clear, QueueEntry, Stop
from flowent.conversations.errors import InvalidError, NotPossibleError, UnavailableError, UnknownError
from flowent.conversations.service import Conversations
from flowent.conversations.workplaces import Workplaces
from flowent.domain.conversation import Conversation
from flowent.domain.events import ConversationFields, Recorded, Snapshot, decode, event_adapter
from flowent.domain.parts import TextPart
from flowent.journal.feed import Frame
from flowent.models.base import CallPiece, TextPiece
from flowent.store.base import Append, ConversationRow, StorageFullError, Store
from flowent.store.database import SqlStore, open_sqlite
from support.memory import Answer, SayingModel, finished
from support.workshop import Bench

SAY_ONE: Answer = [TextPiece(0, "one"), finished()]


@dataclass
class World:
    """A service, and what it stands on."""

    conversations: Conversations
    bench: Bench
    store: SqlStore
    workdir: Path
    path: Path

    def restarted(self) -> Conversations:
        """Make another service over the same database, as the next process would."""
        return make(self.store, self.bench, self.workdir)

    async def until_idle(self, conversation_id: str) -> None:
        async for _ in self.conversations.watch(conversation_id, 0):
            if (await self.conversations.view(conversation_id)).state.status == "idle":
                return


class Censor:
    """A redactor that knows one word."""

    def redact(self, text: str) -> str:
        return text.replace("secret", "***")

    def held_back(self, text: str) -> int:
        return 0


def make(store: Store, bench: Bench, workdir: Path) -> Conversations:
    async def folders() -> tuple[Path, ...]:
        return ()

    workplaces = Workplaces(workdir, workdir / "data", Path("/nonexistent-home"), folders)
    return Conversations(store, bench.workshop(), workplaces)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    workdir = tmp_path / "work"
    (workdir / "project").mkdir(parents=True)
    (workdir / "data").mkdir()
    store = await open_sqlite(tmp_path / "flowent.db")

    bench = Bench(SayingModel())
    made = World(make(store, bench, workdir), bench, store, workdir, tmp_path)
    yield made
    await made.conversations.suspend()
    await store.close(orderly=True)


async def begin(world: World, *answers: Answer) -> str:
    world.bench.model.answers = list(answers)
    conversation_id = await world.conversations.create()
    await world.conversations.send(conversation_id, "hello")
    await world.until_idle(conversation_id)
    return conversation_id


async def test_one_turn_gives_its_final_text(world: World) -> None:
    world.bench.model.answers = [SAY_ONE]
    conversation_id = await world.conversations.create()
    answer = await world.conversations.run_turn(conversation_id, "hello")
    assert (answer.status, answer.text) == ("completed", "one")


async def test_a_work_directory_must_be_a_project_of_its_own(world: World) -> None:
    project = await world.conversations.create(workdir=str(world.workdir / "project"))
    assert (await world.conversations.view(project)).state.workdir == str(world.workdir / "project")
    (world.workdir / "file").touch()
    (world.workdir / "loop").symlink_to("loop")
    for refused, why in (
        ("project", "no absolute path"),
        ("", "no absolute path"),
        (str(world.workdir / "missing"), "There is no directory"),
        (str(world.workdir / "file"), "is a file"),
        (str(world.workdir / "loop"), "loop"),
        (str(world.workdir / ("x" * 300)), "too long"),
        ("~nobody-of-that-name/project", "cannot be used"),
        ("/", "holds, the home directory"),
        (str(world.path), "Flowent's own data"),
        (str(world.workdir / "data"), "Flowent's own data"),
        ("/usr", "is not beneath"),
    ):
        with pytest.raises(InvalidError, match=why) as error:
            await world.conversations.change(project, ConversationFields(workdir=refused))
        assert error.value.field == "workdir"
        assert error.value.remedy


async def test_a_fork_has_the_same_past_and_its_own_future(world: World) -> None:
    conversation_id = await begin(world, SAY_ONE)
    view = await world.conversations.view(conversation_id)
    answer = view.messages[-1].id
    world.bench.model.answers = [[TextPiece(0, "two"), finished()], [TextPiece(0, "three"), finished()]]
    await world.conversations.run_turn(conversation_id, "more")
    fork = await world.conversations.fork(conversation_id, answer)
    forked = await world.conversations.view(fork)
    assert forked.messages == view.messages
    assert forked.state.workdir == view.state.workdir
    await world.conversations.run_turn(fork, "other")
    assert len((await world.conversations.view(fork)).messages) == 4
    assert len((await world.conversations.view(conversation_id)).messages) == 4
    first, second = world.bench.model.requests[0], world.bench.model.requests[-1]
    assert first.instructions == second.instructions


async def test_a_running_message_cannot_be_forked(world: World) -> None:
    world.bench.model.answers = [[TextPiece(0, "half"), asyncio.Event()]]
    conversation_id = await world.conversations.create()
    await world.conversations.send(conversation_id, "hello")
    await world.bench.model.asked.wait()
    running = (await world.conversations.view(conversation_id)).messages[-1].id
    with pytest.raises(NotPossibleError):
        await world.conversations.fork(conversation_id, running)


async def test_messages_are_paged_from_the_newest(world: World) -> None:
    world.bench.model.answers = [[TextPiece(0, str(n)), finished()] for n in range(3)]
    conversation_id = await world.conversations.create()
    for n in range(3):
        await world.conversations.run_turn(conversation_id, f"say {n}")
    newest = await world.conversations.view(conversation_id, limit=4)
    older = await world.conversations.view(conversation_id, limit=4, before=newest.before)
    assert (len(newest.messages), len(older.messages), older.before) == (4, 2, None)
    assert older.messages[-1].id == newest.messages[0].parent_id


async def test_a_page_leads_to_a_message_of_another_branch(world: World) -> None:
    world.bench.model.answers = [[TextPiece(0, str(n)), finished()] for n in range(3)]
    conversation_id = await world.conversations.create()
    for n in range(2):
        await world.conversations.run_turn(conversation_id, f"say {n}")
    first, answer, second, last = (await world.conversations.view(conversation_id)).messages
    await world.conversations.edit(conversation_id, second.id, "other", resend=True)
    await world.until_idle(conversation_id)
    older = await world.conversations.view(conversation_id, before=last.id)
    assert [message.id for message in older.messages] == [first.id, answer.id, second.id]
    assert (await world.conversations.view(conversation_id, before=first.id)).messages == ()


async def test_whoever_loads_a_conversation_goes_on_with_its_events(world: World) -> None:
    hold = asyncio.Event()
    call = [TextPiece(0, "first"), CallPiece(1, "c", "echo", '{"text": "a"}'), finished()]
    world.bench.model.answers = [call, [TextPiece(0, "half "), hold, TextPiece(0, "and half"), finished()]]
    conversation_id = await world.conversations.create()
    await world.conversations.send(conversation_id, "hello")
    owner = await world.conversations.owner(conversation_id)
    async with asyncio.timeout(5):
        while not (owner.log.progress.steps and owner.log.conversation.open_parts()):
            await owner.log.feed.wait(owner.log.feed.seq)
    view = await world.conversations.view(conversation_id)
    answer = view.messages[-1]
    texts = {part.id: part.text for part in answer.parts if isinstance(part, TextPart)}
    assert [texts[part] for part in view.open_parts] == ["half "]
    loaded = Conversation()
    loaded.catch_up(Snapshot(state=view.state, messages=view.messages, open_parts=view.open_parts))
    hold.set()
    await world.until_idle(conversation_id)
    await watched(world, conversation_id, loaded, view.state.seq, owner.log.conversation.seq)
    assert loaded.message(answer.id) == owner.log.conversation.message(answer.id)
    assert loaded.open_parts() == ()


async def row_of(world: World, conversation_id: str) -> ConversationRow:
    row = await world.store.get_conversation(conversation_id)
    assert row is not None
    return row


async def test_an_answer_is_unread_until_somebody_has_looked(world: World) -> None:
    conversation_id = await begin(world, SAY_ONE)
    row = await row_of(world, conversation_id)
    assert row.listing.outcome == "completed"
    assert row.read_seq < row.listing.answered_seq == row.seq
    changes = world.conversations.watch_list(row.list_seq)
    waiting = asyncio.create_task(anext(changes))
    await asyncio.sleep(0)
    await world.conversations.mark_read(conversation_id, row.seq)
    (changed,) = await waiting
    assert changed == replace(row, read_seq=row.seq, list_seq=row.list_seq + 1)
    await changes.aclose()
    assert (await world.conversations.view(conversation_id)).state.seq == row.seq


async def test_looking_again_tells_nobody(world: World) -> None:
    conversation_id = await begin(world, SAY_ONE)
    await world.conversations.mark_read(conversation_id, 1000)
    changes = world.conversations.watch_list((await row_of(world, conversation_id)).list_seq)
    waiting = asyncio.create_task(anext(changes))
    await asyncio.sleep(0)
    await world.conversations.mark_read(conversation_id, 1000)
    other = await world.conversations.create()
    assert [row.id for row in await waiting] == [other]
    await changes.aclose()


async def test_whoever_asks_has_read_what_was_said(world: World) -> None:
    conversation_id = await begin(world, SAY_ONE)
    answered = (await row_of(world, conversation_id)).listing.answered_seq
    world.bench.model.answers = [[TextPiece(0, "half"), asyncio.Event()]]
    await world.conversations.send(conversation_id, "more")
    assert (await row_of(world, conversation_id)).read_seq > answered
    await world.conversations.do(conversation_id, Stop())


async def test_whoever_queues_has_read_what_was_said(world: World) -> None:
    hold = asyncio.Event()
    world.bench.model.answers = [[TextPiece(0, "a"), hold, finished()], [TextPiece(0, "b"), asyncio.Event()]]
    conversation_id = await world.conversations.create()
    await world.conversations.send(conversation_id, "hello")
    await world.conversations.send(conversation_id, "then", mode="queue")
    changes = world.conversations.watch_list((await row_of(world, conversation_id)).list_seq)
    waiting = asyncio.create_task(anext(changes))
    hold.set()
    (row,) = await waiting
    await changes.aclose()
    assert (row.listing.status, row.listing.outcome) == ("running", "completed")
    assert row.read_seq < row.listing.answered_seq < row.seq
    await world.conversations.send(conversation_id, "and then", mode="queue")
    assert (await row_of(world, conversation_id)).read_seq > row.listing.answered_seq
    await world.conversations.do(conversation_id, Stop())


async def test_what_a_channel_sends_is_not_read_here(world: World) -> None:
    conversation_id = await world.conversations.create()
    before = (await row_of(world, conversation_id)).read_seq
    world.bench.model.answers = [SAY_ONE]
    await world.conversations.run_turn(conversation_id, "hello")
    row = await row_of(world, conversation_id)
    assert row.read_seq == before < row.listing.answered_seq


async def test_whoever_stops_or_clears_has_nothing_to_hear(world: World) -> None:
    world.bench.model.answers = [[TextPiece(0, "half"), asyncio.Event()]]
    conversation_id = await world.conversations.create()
    await world.conversations.send(conversation_id, "hello")
    await world.conversations.do(conversation_id, Stop())
    row = await row_of(world, conversation_id)
    assert (row.listing.outcome, row.listing.answered_seq, row.listing.status) == ("stopped", 0, "idle")
    await world.conversations.do(conversation_id, Clear())
    row = await row_of(world, conversation_id)
    assert (row.listing.outcome, row.listing.answered_seq) == (None, 0)


async def test_a_fork_ended_as_its_past_did_and_is_read(world: World) -> None:
    conversation_id = await begin(world, SAY_ONE)
    answer = (await world.conversations.view(conversation_id)).messages[-1].id
    fork = await row_of(world, await world.conversations.fork(conversation_id, answer))
    assert (fork.listing.outcome, fork.listing.answered_seq) == ("completed", fork.seq)
    assert fork.read_seq == fork.seq


async def test_the_list_is_the_same_after_a_restart(world: World) -> None:
    conversation_id = await begin(world, SAY_ONE)
    await world.conversations.mark_read(conversation_id, 1000)
    before = await row_of(world, conversation_id)
    await world.conversations.suspend()
    again = world.restarted()
    assert await again.start() == 0
    await again.change(conversation_id, ConversationFields(pinned=True))
    row = await row_of(world, conversation_id)
    assert row.listing == replace(before.listing, pinned=True)
    assert row.read_seq == before.read_seq
    await again.suspend()


async def test_a_secret_in_an_edited_message_of_the_queue_is_not_stored(world: World) -> None:
    world.bench.redactor = Censor()
    conversations = make(world.store, world.bench, world.workdir)
    conversation_id = await conversations.create()
    world.bench.model.answers = [[asyncio.Event()]]
    await conversations.send(conversation_id, "hello")
    await conversations.send(conversation_id, "then", mode="queue", message_id="a")
    await conversations.change_queue(conversation_id, [QueueEntry("a", text="the secret")])
    (item,) = (await conversations.view(conversation_id)).state.queue
    assert [part.text for part in item.parts if isinstance(part, TextPart)] == ["the ***"]
    await conversations.suspend()


async def test_an_unknown_conversation_is_said_to_be_unknown(world: World) -> None:
    with pytest.raises(UnknownError):
        await world.conversations.view("conv_none")


async def test_deleting_can_be_undone_until_it_is_purged(world: World) -> None:
    conversation_id = await begin(world, SAY_ONE)
    await world.conversations.change(conversation_id, ConversationFields(deleted=True))
    assert (await world.conversations.page(limit=10)).rows == []
    await world.conversations.change(conversation_id, ConversationFields(deleted=False))
    assert len((await world.conversations.page(limit=10)).rows) == 1
    with pytest.raises(NotPossibleError):
        await world.conversations.purge(conversation_id)
    await world.conversations.change(conversation_id, ConversationFields(deleted=True))
    await world.conversations.purge(conversation_id)
    with pytest.raises(UnknownError):
        await world.conversations.view(conversation_id)


async def test_deleting_stops_a_running_turn(world: World) -> None:
    world.bench.model.answers = [[TextPiece(0, "half"), asyncio.Event()]]
    conversation_id = await world.conversations.create()
    await world.conversations.send(conversation_id, "hello")
    await world.bench.model.asked.wait()
    await world.conversations.change(conversation_id, ConversationFields(deleted=True))
    assert (await world.conversations.view(conversation_id)).state.status == "idle"


async def test_the_list_tells_what_changed(world: World) -> None:
    changes = world.conversations.watch_list(0)
    conversation_id = await world.conversations.create(title="First")
    rows = await anext(changes)
    assert [(row.id, row.listing.title) for row in rows] == [(conversation_id, "First")]
    waiting = asyncio.create_task(anext(changes))
    await asyncio.sleep(0)
    await world.conversations.change(conversation_id, ConversationFields(pinned=True))
    assert [row.listing.pinned for row in await waiting] == [True]
    await changes.aclose()


def fold(conversation: Conversation, frames: list[Frame]) -> None:
    for frame in frames:
        data = frame.data.decode()
        body = "{" + data.split(",", 3)[3]
        if frame.type == "snapshot":
            conversation.catch_up(Snapshot.model_validate_json(body))
        else:
            conversation.apply(Recorded(seq=frame.seq, at=0, event=event_adapter.validate_json(body)))


async def watched(world: World, conversation_id: str, conversation: Conversation, after: int, until: int) -> None:
    async for frames in world.conversations.watch(conversation_id, after):
        fold(conversation, frames)
        if conversation.seq >= until:
            return


async def test_a_watcher_that_comes_late_sees_what_an_early_one_saw(world: World) -> None:
    long = [TextPiece(0, f"{n} " * 40) for n in range(2000)]
    world.bench.model.answers = [SAY_ONE, [*long, asyncio.Event()]]
    conversation_id = await world.conversations.create()
    await world.conversations.run_turn(conversation_id, "hello")
    await world.conversations.send(conversation_id, "long")
    owner = await world.conversations.owner(conversation_id)
    async with asyncio.timeout(20):
        while len(owner.log.conversation.message(owner.log.conversation.head or "").model_dump_json()) < 150_000:
            await owner.log.feed.wait(owner.log.feed.seq)
    now = owner.log.conversation.seq
    for after in (0, 5, 12, now - 1):
        late = Conversation()
        rows = await world.store.read_events(conversation_id, 0, 10_000)
        for row in rows:
            if row.seq <= after:
                late.apply(Recorded(seq=row.seq, at=0, event=decode(row.data)))
        await watched(world, conversation_id, late, after, now)
        assert late.message(late.head or "").parts == owner.log.conversation.message(late.head or "").parts
        assert late.branch() == owner.log.conversation.branch()
    await world.conversations.do(conversation_id, Stop())


async def test_the_next_process_goes_on_with_an_open_turn(world: World) -> None:
    world.bench.model.answers = [[TextPiece(0, "half"), asyncio.Event()], [TextPiece(0, "whole"), finished()]]
    conversation_id = await world.conversations.create()
    await world.conversations.send(conversation_id, "hello")
    await world.bench.model.asked.wait()
    await world.conversations.suspend()
    world.conversations = world.restarted()
    assert await world.conversations.start() == 1
    await world.until_idle(conversation_id)
    message = (await world.conversations.view(conversation_id)).messages[-1]
    assert [part.text for part in message.parts if isinstance(part, TextPart)] == ["whole"]


async def test_a_turn_goes_on_by_itself_once_the_disk_has_space_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = asyncio.Event()
    world.bench.model.answers = [[TextPiece(0, "half"), hold, finished()], [TextPiece(0, "whole"), finished()]]
    conversation_id = await world.conversations.create()
    await world.conversations.send(conversation_id, "hello")
    await world.bench.model.asked.wait()
    append = world.store.append

    def full(_: Append) -> asyncio.Future[None]:
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        failed.set_exception(StorageFullError("The disk is full."))
        return failed

    monkeypatch.setattr(world.store, "append", full)
    hold.set()
    with pytest.raises(UnavailableError, match="disk is full"):
        while True:
            await world.conversations.change(conversation_id, ConversationFields(title=world.bench.ids.new("title")))
    monkeypatch.setattr(world.store, "append", append)
    await world.until_idle(conversation_id)
    message = (await world.conversations.view(conversation_id)).messages[-1]
    assert message.status == "completed"
    assert [part.text for part in message.parts if isinstance(part, TextPart)] == ["whole"]


async def test_idle_conversations_are_unloaded(world: World) -> None:
    world.bench.model.answers = [SAY_ONE for _ in range(40)]
    for _ in range(40):
        await world.conversations.run_turn(await world.conversations.create(), "hello")
    assert world.conversations.loaded <= 34
