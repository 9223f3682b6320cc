"""The folds' laws, over random conversations."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flowent.domain.conversation import Conversation
from flowent.domain.events import (
    DELTA_TYPES,
    HeadMoved,
    MessageEdited,
    OutputDone,
    OutputStarted,
    Recorded,
    Snapshot,
    TurnStarted,
    decode,
    encode,
)
from flowent.domain.history import History
from flowent.domain.parts import ToolPart
from flowent.domain.progress import Progress
from flowent.domain.transcript import AssistantEntry, Entry, PersonEntry, ResultsEntry
from support.sequences import conversations


def folded(events: list[Recorded]) -> Conversation:
    conversation = Conversation()
    for recorded in events:
        conversation.apply(recorded)
    return conversation


def everything(conversation: Conversation) -> Snapshot:
    whole = conversation.snapshot()
    by_id = tuple(sorted(whole.messages, key=lambda message: message.id))
    return whole.model_copy(update={"messages": by_id})


def pruned(events: list[Recorded]) -> list[Recorded]:
    kept: list[Recorded] = []
    opened = 0
    for recorded in events:
        if isinstance(recorded.event, OutputStarted):
            opened = len(kept)
        if isinstance(recorded.event, OutputDone):
            kept[opened:] = [other for other in kept[opened:] if other.event.type not in DELTA_TYPES]
        kept.append(recorded)
    return kept


@given(conversations(), st.data())
@settings(max_examples=150, deadline=None)
def test_a_snapshot_and_the_rest_give_what_all_events_give(events: list[Recorded], data: st.DataObject) -> None:
    seen = data.draw(st.integers(0, len(events)))
    now = data.draw(st.integers(seen, len(events)))
    watcher = folded(events[:seen])
    server = folded(events[:now])
    text = server.snapshot(after=seen).model_dump_json()
    watcher.catch_up(Snapshot.model_validate_json(text))
    assert everything(watcher) == everything(server)
    for recorded in events[now:]:
        watcher.apply(recorded)
    assert everything(watcher) == everything(folded(events))


@given(conversations())
@settings(max_examples=100, deadline=None)
def test_pruned_deltas_change_nothing(events: list[Recorded]) -> None:
    assert everything(folded(pruned(events))) == everything(folded(events))


@given(conversations())
@settings(max_examples=50, deadline=None)
def test_events_survive_their_json(events: list[Recorded]) -> None:
    for recorded in events:
        assert decode(encode(recorded.event)) == recorded.event


def assert_legal(entries: list[Entry]) -> None:
    assert isinstance(entries[0], PersonEntry)
    assert not isinstance(entries[-1], AssistantEntry)
    for before, entry in zip([None, *entries], entries, strict=False):
        calls = (
            [part for part in before.parts if isinstance(part, ToolPart)] if isinstance(before, AssistantEntry) else []
        )
        if calls or isinstance(entry, ResultsEntry):
            assert isinstance(entry, ResultsEntry)
            assert [call.id for call in calls] == [result.part_id for result in entry.results]
        if isinstance(entry, PersonEntry):
            assert entry.parts
        if isinstance(entry, AssistantEntry):
            assert entry.parts
            assert not isinstance(before, AssistantEntry)


@given(conversations())
@settings(max_examples=150, deadline=None)
def test_every_request_is_a_legal_transcript(events: list[Recorded]) -> None:
    history = History()
    for recorded in events:
        history.apply(recorded)
        assert_legal(history.entries())


@given(conversations())
@settings(max_examples=150, deadline=None)
def test_a_request_begins_with_the_one_before_it(events: list[Recorded]) -> None:
    history = History()
    before: list[Entry] | None = None
    for recorded in events:
        event = recorded.event
        rewrites = isinstance(event, MessageEdited | HeadMoved) or (
            isinstance(event, TurnStarted) and event.cause in ("retry", "regenerate")
        )
        if rewrites:
            before = None
        history.apply(recorded)
        if not isinstance(event, OutputStarted):
            continue
        entries = history.entries()
        if before is not None:
            assert all(old is new for old, new in zip(before, entries, strict=False))
            assert len(entries) >= len(before)
        before = entries


@given(conversations())
@settings(max_examples=50, deadline=None)
def test_a_turn_is_open_exactly_between_its_start_and_its_end(events: list[Recorded]) -> None:
    progress, conversation = Progress(), Conversation()
    for recorded in events:
        progress.apply(recorded)
        conversation.apply(recorded)
        assert (progress.turn is not None) == (conversation.turn_id is not None)
    assert progress.turn is None
