"""What must be true of a conversation whatever happened to the processes that served it.

Each law takes what was observed from outside (the database file, what a client saw, what the model was sent, the marks
of the acting tool) and fails with what contradicts it.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flowent.domain.events import DELTA_TYPES
from flowent.journal.feed import frame
from flowent.scripted.report import RecordedRequest, Report
from flowent.store.base import StoredEventRow
from recovery.script import UNKNOWN
from recovery.watching import Seen
from recovery.workspace import parsed

Json = dict[str, Any]
GOES_ON = ("resumed", "recovered")


def hold(conversation_id: str, rows: Sequence[StoredEventRow], seen: Sequence[Seen]) -> list[str]:
    """Check what holds for every conversation whose turns have all ended; gives the causes of its starts."""
    journal_is_in_order(rows)
    outputs_are_closed(rows)
    calls_are_answered(rows)
    nothing_seen_is_lost(conversation_id, rows, seen)
    everything_was_seen(rows, seen)
    return turns_end_once(rows)


def journal_is_in_order(rows: Sequence[StoredEventRow]) -> None:
    """Numbers rise and time never runs backwards."""
    assert [row.seq for row in rows] == sorted({row.seq for row in rows})
    assert [row.at for row in rows] == sorted(row.at for row in rows)


def outputs_are_closed(rows: Sequence[StoredEventRow]) -> None:
    """Every step that began is closed once, by the same attempt; attempts count from 1 and only the last is kept."""
    opened: tuple[object, ...] | None = None
    attempts: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for row in rows:
        event = parsed(row)
        if row.type == "output_start":
            assert opened is None, f"output_start {row.seq} within another step"
            opened = (event["turn_id"], event["index"], event["attempt"])
        elif row.type == "output_done":
            assert opened == (event["turn_id"], event["index"], event["attempt"]), f"output_done {row.seq} closes none"
            opened = None
            step = attempts.setdefault((event["turn_id"], event["index"]), [])
            step.append((event["attempt"], event["reason"]))
    assert opened is None, "a step was left open"
    for tried in attempts.values():
        assert [attempt for attempt, _ in tried] == list(range(1, len(tried) + 1))
        assert [reason for _, reason in tried] == ["superseded"] * (len(tried) - 1) + ["complete"]


def calls_are_answered(rows: Sequence[StoredEventRow]) -> None:
    """Every call has exactly one result, and started at most once, before it."""
    asked: list[str] = []
    started: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for row in rows:
        event = parsed(row)
        match row.type:
            case "output_done":
                asked += [part["id"] for part in event["parts"] if part["type"] == "tool"]
            case "tool_start":
                started[event["tool"]["id"]] += 1
                assert event["tool"]["id"] not in answered, f"{row.seq} starts a call that has a result"
            case "tool_done" | "tool_error":
                answered[event["tool_id"]] += 1
            case _:
                pass
    assert answered == Counter(asked)
    assert started == Counter(asked)


def turns_end_once(rows: Sequence[StoredEventRow]) -> list[str]:
    """Each turn opens with a cause that begins one, goes on with one that does not, and ends; gives all causes."""
    open_turn: str | None = None
    ended: list[str] = []
    found: list[str] = []
    for row in rows:
        event = parsed(row)
        if row.type == "start":
            found.append(event["cause"])
            if open_turn is None:
                assert event["cause"] == "message", f"{row.seq} opens a turn as {event['cause']}"
                assert event["turn_id"] not in ended, f"{row.seq} opens an ended turn again"
                open_turn = event["turn_id"]
            else:
                assert event["cause"] in GOES_ON, f"{row.seq} begins a turn within a turn"
                assert event["turn_id"] == open_turn, f"{row.seq} goes on with another turn"
        elif row.type == "turn_ended":
            assert event["turn_id"] == open_turn, f"{row.seq} ends a turn that is not open"
            ended.append(event["turn_id"])
            open_turn = None
    assert open_turn is None, "a turn was left open"
    return found


def nothing_seen_is_lost(conversation_id: str, rows: Sequence[StoredEventRow], seen: Sequence[Seen]) -> None:
    """What a client saw is in the database, byte for byte; a delta may be pruned, but only by its step's end."""
    stored = {row.seq: frame(conversation_id, row.seq, row.at, row.type, row.data).data.decode() for row in rows}
    closed = {
        (event["message_id"], event["index"], event["attempt"]): row.seq
        for row in rows
        if row.type == "output_done" and (event := parsed(row))
    }
    last = 0
    for event in seen:
        assert event.seq > last, f"event {event.seq} came after {last}"
        last = event.seq
        if event.seq in stored:
            assert stored[event.seq] == event.text, f"event {event.seq} is another one in the database"
            continue
        assert event.type in DELTA_TYPES, f"the client saw {event.type} {event.seq}, which is not in the database"
        data = event.data
        end = closed.get((data["message_id"], data["index"], data["attempt"]), 0)
        assert end > event.seq, f"delta {event.seq} is gone though nothing replaced it"


def everything_was_seen(rows: Sequence[StoredEventRow], seen: Sequence[Seen]) -> None:
    """The client has missed nothing that is in the database."""
    missed = {row.seq for row in rows} - {event.seq for event in seen}
    assert not missed, f"the client never saw {sorted(missed)}"


def effects_are_honest(
    view: Json, effects: Mapping[str, int], names: Sequence[str], requests: Sequence[RecordedRequest]
) -> list[str]:
    """No effect happened twice; each result says what is known, to the person and to the model.

    ``requests`` are what was asked in this conversation. Gives the effects whose outcome is unknown.
    """
    interrupted: list[str] = []
    calls = [part for message in view["messages"] for part in message["parts"] if part["type"] == "tool"]
    acting = {json.loads(part["input"])["name"]: part for part in calls if part["name"] == "count_effect"}
    assert list(acting) == list(names)
    for name, part in acting.items():
        happened = effects.get(name, 0)
        assert happened <= 1, f"{name} happened {happened} times"
        match part["status"]:
            case "completed":
                assert happened == 1, f"{name} is said to be done and was not"
                assert part["result"]["model_text"] == f"did {name}"
            case "interrupted":
                assert UNKNOWN in part["result"]["model_text"]
                assert "unknown" in part["result"]["content"]
                interrupted.append(name)
            case status:
                raise AssertionError(f"{name} is {status}")
    told = json.dumps(requests[-1].body).count(UNKNOWN)
    assert told == len(interrupted), "the model was told otherwise than the person"
    return interrupted


def the_provider_was_asked_properly(report: Report) -> None:
    """The strict provider refused nothing: no request that the script does not know, no illegal history."""
    assert report.problems == []
    assert report.request_count == len(report.requests)


def transcript(view: Json) -> Json:
    """Give a conversation as a person reads it, without ids and times, and without marks of interruptions."""
    return {
        "title": view["title"],
        "status": view["status"],
        "queue": view["queue"],
        "usage": view["usage"],
        "messages": [_message(message) for message in view["messages"]],
    }


def same_transcript(found: Json, undisturbed: Json, interrupted: Sequence[str]) -> None:
    """Nothing but the results of interrupted calls differs from the undisturbed run."""
    expected = json.loads(json.dumps(undisturbed))
    for message in expected["messages"]:
        for part in message["parts"]:
            if part["type"] == "tool" and json.loads(part["input"]).get("name") in interrupted:
                part["outcome"] = "interrupted"
    assert found == expected


def _message(message: Json) -> Json:
    kept = ("author", "status", "edited", "model", "usage", "cost", "retrying")
    parts = [_part(part) for part in message["parts"] if part["type"] != "marker"]
    return {**{name: message[name] for name in kept}, "siblings": len(message["siblings"]), "parts": parts}


def _part(part: Json) -> Json:
    match part["type"]:
        case "tool":
            kept = {name: part[name] for name in ("type", "name", "input", "arguments")}
            done = {name: part[name] for name in ("status", "title", "result")}
            return {**kept, "outcome": "interrupted" if part["status"] == "interrupted" else done}
        case _:
            return {name: value for name, value in part.items() if name not in ("id", "payload", "duration_ms")}
