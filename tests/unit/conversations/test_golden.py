"""Golden logs: whole conversations with the state that a person sees at their end.

Every reducer of the stream, in whatever language, must give the stored state for the stored events.
``UPDATE_GOLDEN=1`` writes them again after a change that was meant.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from flowent.conversations.commands import (
    ChangeQueue,
    Clear,
    QueueEntry,
    Regenerate,
    Resume,
    Retry,
    Select,
    Stop,
    Suspend,
)
from flowent.domain.conversation import Conversation
from flowent.domain.events import ErrorRaised, Recorded, TurnStarted, decode
from flowent.domain.failures import Failure
from flowent.domain.parts import ProviderPayload
from flowent.domain.usage import Usage
from flowent.models.base import CallPiece, PayloadPiece, TextPiece, ThinkingPiece
from support.memory import finished
from support.workshop import CONVERSATION, Bench, bench

GOLDEN = Path(__file__).parents[2] / "golden"
BAD_KEY = Failure(kind="bad_key", title="Bad key", message="The key was refused.", remedy="Check it.")
NETWORK = Failure(kind="network", title="No connection", message="Nobody answers.", remedy="Check the network.")


def call(name: str, text: str, part: int = 0) -> CallPiece:
    return CallPiece(part, f"call_{part}", name, json.dumps({"text": text}))


def answers(made: Bench) -> list[str]:
    return [event.message_id for event in made.happened() if isinstance(event, TurnStarted)]


async def tools_and_thinking() -> Bench:
    payload = ProviderPayload(adapter="saying", model="saying-1", data={"signature": "s"})
    async with bench(
        [
            ThinkingPiece(0, "hm"),
            PayloadPiece(0, payload),
            TextPiece(1, "Let me look."),
            call("echo", "a", 2),
            call("echo", "fail", 3),
            call("missing", "x", 4),
            finished(Usage(input=20, cached=10, output=9, reasoning=3)),
        ],
        [TextPiece(0, "It says *a*."), finished()],
    ) as made:
        await made.send("What does it say?")
        await made.ended()
        return made


async def failures_and_retries() -> Bench:
    async with bench(
        [TextPiece(0, "lost"), NETWORK], [TextPiece(0, "Kept"), BAD_KEY], [TextPiece(0, " and on."), finished()]
    ) as made:
        await made.send("Begin")
        await made.ended()
        error = next(event for event in made.happened() if isinstance(event, ErrorRaised))
        await made.do(Retry(error.message_id, error.part.id))
        await made.ended(2)
        return made


async def branches() -> Bench:
    async with bench(*[[TextPiece(0, f"Answer {n}."), finished()] for n in range(4)]) as made:
        await made.send("One", message_id="one")
        await made.ended()
        await made.do(Regenerate(answers(made)[0]))
        await made.ended(2)
        await made.do(Select(answers(made)[0]))
        await made.send("Two")
        await made.ended(3)
        await made.do(Clear())
        await made.send("Afresh")
        await made.ended(4)
        return made


async def queue_steer_and_stop() -> Bench:
    hold = asyncio.Event()
    async with bench(
        [call("echo", "a"), hold, finished()],
        [TextPiece(0, "Steered."), finished()],
        [TextPiece(0, "Half"), asyncio.Event()],
    ) as made:
        await made.send("Go")
        await made.model.asked.wait()
        await made.send("Later", mode="queue", message_id="later")
        await made.send("Never", mode="queue", message_id="never")
        await made.send("Now", mode="steer")
        await made.do(ChangeQueue((QueueEntry("later", text="Later!"), *(QueueEntry(item) for item in steering(made)))))
        hold.set()
        await made.until(lambda: made.types()[-1] == "delta")
        await made.do(Stop())
        return made


def steering(made: Bench) -> list[str]:
    assert made.owner is not None
    return [item.id for item in made.owner.log.conversation.queue if item.mode == "steer"]


async def crash_and_recovery() -> Bench:
    async with bench(
        [TextPiece(0, "ha"), asyncio.Event()], [call("act", "once"), finished()], [TextPiece(0, "Done."), finished()]
    ) as made:
        made.act.gate = asyncio.Event()
        await made.send("Go")
        await made.until(lambda: made.types()[-1] == "delta")
        await made.do(Suspend())
        await made.open()
        await made.do(Resume("resumed"))
        await made.act.running.wait()
        await made.do(Suspend())
        await made.open()
        await made.do(Resume("recovered"))
        await made.ended()
        return made


SCENARIOS = (tools_and_thinking, failures_and_retries, branches, queue_steer_and_stop, crash_and_recovery)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: str(scenario.__name__))
async def test_golden_log(scenario: Callable[[], Awaitable[Bench]]) -> None:
    path = GOLDEN / f"{scenario.__name__}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        made = await scenario()
        rows = made.events.rows[CONVERSATION]
        text = json.dumps(
            {
                "events": [{"seq": row.seq, "at": row.at, **json.loads(row.data)} for row in rows],
                "state": json.loads(state([Recorded(seq=row.seq, at=row.at, event=decode(row.data)) for row in rows])),
            },
            indent=1,
            ensure_ascii=False,
        )
        await asyncio.to_thread(path.write_text, text + "\n", encoding="utf-8")
    golden = json.loads(await asyncio.to_thread(path.read_text, encoding="utf-8"))
    events = [
        Recorded(seq=event.pop("seq"), at=event.pop("at"), event=decode(json.dumps(event)))
        for event in golden["events"]
    ]
    assert json.loads(state(events)) == golden["state"]


def state(events: list[Recorded]) -> str:
    conversation = Conversation()
    for recorded in events:
        conversation.apply(recorded)
    return conversation.snapshot().model_dump_json()
