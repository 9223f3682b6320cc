"""A conversation's line in the list follows its events, and only those that change it."""

from functools import reduce

import pytest

from flowent.domain.events import (
    ConversationChanged,
    ConversationFields,
    HeadMoved,
    MessageEdited,
    StoredEvent,
    TurnEnded,
    TurnStarted,
)
from flowent.domain.values import TurnStatus
from flowent.journal.listing import NEW, listed
from flowent.store.base import Listing

START = TurnStarted(turn_id="t", message_id="a", parent_id="m", cause="message")
SELECT = HeadMoved(head="m", cause="select")
CLEAR = HeadMoved(head=None, cause="clear")


def ended(status: TurnStatus) -> TurnEnded:
    return TurnEnded(turn_id="t", message_id="a", status=status)


def line(*events: StoredEvent) -> Listing:
    """Fold events that are numbered from 1."""
    return reduce(lambda found, each: listed(found, each[1], each[0]) or found, enumerate(events, 1), NEW)


@pytest.mark.parametrize(
    ("events", "outcome", "answered_seq"),
    [
        ([], None, 0),
        ([START], None, 0),
        ([START, ended("completed")], "completed", 2),
        ([START, ended("failed")], "failed", 2),
        ([START, ended("stopped")], "stopped", 0),
        ([START, ended("discarded")], None, 0),
        ([START, ended("completed"), START], "completed", 2),
        ([START, ended("failed"), START, ended("completed")], "completed", 4),
        ([START, ended("failed"), START, ended("stopped")], "stopped", 2),
        ([START, ended("failed"), START, ended("discarded")], None, 2),
        ([START, ended("failed"), SELECT], "failed", 2),
        ([START, ended("failed"), CLEAR], None, 2),
    ],
)
def test_only_a_turn_that_ended_by_itself_is_news(
    events: list[StoredEvent], outcome: str | None, answered_seq: int
) -> None:
    found = line(*events)
    assert (found.outcome, found.answered_seq) == (outcome, answered_seq)


def test_a_turn_runs_from_its_start_to_its_end() -> None:
    assert line(START).status == "running"
    assert line(START, ended("stopped")).status == "idle"


def test_a_change_sets_what_it_names() -> None:
    first = ConversationChanged(changed=ConversationFields(title="A", workdir="/w", pinned=True))
    second = ConversationChanged(changed=ConversationFields(title=None, archived=True, mode="plan"))
    assert line(first, second) == Listing(
        title=None, workdir="/w", pinned=True, archived=True, deleted=False, status="idle"
    )


@pytest.mark.parametrize("event", [SELECT, MessageEdited(message_id="m", parts=())])
def test_other_events_leave_the_line_alone(event: StoredEvent) -> None:
    assert listed(NEW, event, 1) is None
