"""What a conversation's owner promises."""

import asyncio
from typing import TypeVar, cast

import pytest

from flowent.conversations.commands import (
    ChangeQueue,
    Clear,
    QueueEntry,
    Regenerate,
    Resend,
    Resume,
    Retry,
    SaveEdit,
    Select,
    SendQueued,
    Stop,
    Suspend,
)
from flowent.conversations.errors import (
    MessageExistsError,
    NotPossibleError,
    ResponseInProgressError,
    UnavailableError,
    UnknownError,
)
from flowent.domain.events import (
    ErrorRaised,
    OutputDone,
    QueueChanged,
    StoredEvent,
    ToolDone,
    ToolFailed,
    TurnEnded,
    TurnStarted,
)
from flowent.domain.failures import Failure
from flowent.domain.parts import TextPart
from flowent.domain.transcript import AssistantEntry, PersonEntry, ResultsEntry
from flowent.domain.usage import Usage
from flowent.engine.limits import Limits
from flowent.models.base import CallPiece, Finished, TextPiece
from flowent.store.base import StorageFullError
from support.memory import finished
from support.workshop import Bench, bench

NETWORK = Failure(kind="network", title="t", message="no connection", remedy="r")
BAD_KEY = Failure(kind="bad_key", title="t", message="bad key", remedy="r")


EventT = TypeVar("EventT", bound=StoredEvent)


def of_type(made: Bench, wanted: type[EventT]) -> list[EventT]:
    return [event for event in made.happened() if isinstance(event, wanted)]


def call(name: str, text: str, part: int = 0) -> CallPiece:
    return CallPiece(part, "same", name, f'{{"text": "{text}"}}')


def text_of(made: Bench, message_id: str) -> str:
    assert made.owner is not None
    parts = made.owner.log.conversation.message(message_id).parts
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def answers(made: Bench) -> list[str]:
    return [event.message_id for event in of_type(made, TurnStarted)]


async def test_a_turn_is_streamed_stored_and_closed() -> None:
    async with bench([TextPiece(0, "Hello"), TextPiece(0, " there"), finished()]) as made:
        accepted = await made.send("Hi")
        await made.ended()
        types = made.types()
        assert types[:4] == ["conversation_changed", "conversation_changed", "message", "start"]
        assert types[-4:] == ["output_done", "usage", "done", "turn_ended"]
        assert made.happened()[accepted.seq - 1].type == "message"
        assert text_of(made, answers(made)[0]) == "Hello there"


async def test_the_title_is_what_was_first_said() -> None:
    async with bench([TextPiece(0, "x"), finished()]) as made:
        await made.send("## Fix the *parser*. Then rest.")
        await made.ended()
        assert made.owner is not None
        assert made.owner.log.conversation.title == "Fix the parser"


async def test_the_same_message_twice_is_one_turn() -> None:
    async with bench([TextPiece(0, "x"), finished()]) as made:
        first = await made.send("Hi", message_id="m1")
        await made.ended()
        assert await made.send("Hi", message_id="m1") == first
        assert made.types().count("turn_ended") == 1


async def test_another_body_under_a_known_id_is_refused() -> None:
    async with bench([TextPiece(0, "x"), finished()]) as made:
        await made.send("Hi", message_id="m1")
        with pytest.raises(MessageExistsError):
            await made.send("Ho", message_id="m1")


async def test_read_only_calls_of_a_step_run_together_and_results_keep_their_order() -> None:
    async with bench(
        [call("echo", "a", 0), call("echo", "b", 1), finished()], [TextPiece(0, "done"), finished()]
    ) as made:
        made.read.gate = asyncio.Event()
        await made.send("go")
        await made.until(lambda: made.types().count("tool_start") == 2)
        made.read.gate.set()
        await made.ended()
        results = next(entry for entry in made.model.requests[1].entries if isinstance(entry, ResultsEntry))
        assert [result.result.model_text for result in results.results] == ["echo: a", "echo: b"]


async def test_a_malformed_call_goes_back_to_the_model_without_a_start() -> None:
    async with bench([CallPiece(0, "", "echo", '{"txt": 1}'), finished()], [TextPiece(0, "ok"), finished()]) as made:
        await made.send("go")
        await made.ended()
        assert "tool_start" not in made.types()
        failed = of_type(made, ToolFailed)
        assert "txt" in failed[0].result.model_text
        assert of_type(made, TurnEnded)[0].status == "completed"


async def test_a_passing_failure_is_asked_again_visibly() -> None:
    async with bench([TextPiece(0, "par"), NETWORK], [TextPiece(0, "whole"), finished()]) as made:
        await made.send("go")
        await made.ended()
        done = of_type(made, OutputDone)
        assert [(event.attempt, event.reason, event.parts == ()) for event in done] == [
            (1, "superseded", True),
            (2, "complete", False),
        ]
        assert made.types().count("retrying") == 1
        assert text_of(made, answers(made)[0]) == "whole"


async def test_a_lasting_failure_ends_the_turn_with_an_error_that_can_be_retried() -> None:
    async with bench(
        [call("echo", "a"), finished()], [TextPiece(0, "par"), BAD_KEY], [TextPiece(0, "tial"), finished()]
    ) as made:
        await made.send("go")
        await made.ended()
        error = of_type(made, ErrorRaised)[0]
        await made.do(Retry(error.message_id, error.part.id))
        await made.ended(2)
        assert text_of(made, error.message_id) == "partial"
        entries = made.model.requests[2].entries
        kinds = [type(entry) for entry in entries]
        assert kinds == [PersonEntry, AssistantEntry, ResultsEntry, AssistantEntry, PersonEntry]
        starts = of_type(made, TurnStarted)
        assert starts[0].turn_id == starts[1].turn_id
        assert [event.index for event in of_type(made, OutputDone)] == [1, 2, 3]


async def test_five_retries_and_no_more() -> None:
    async with bench(*[[NETWORK]] * 6) as made:
        await made.send("go")
        await made.ended()
        assert len(made.model.requests) == 6
        assert of_type(made, TurnEnded)[0].status == "failed"


async def test_stop_keeps_what_was_said_and_answers_every_call() -> None:
    async with bench([TextPiece(0, "look"), call("act", "a", 1), call("act", "b", 2), finished()]) as made:
        made.act.gate = asyncio.Event()
        await made.send("go")
        await made.until(lambda: "tool_start" in made.types())
        await made.do(Stop())
        assert [event.status for event in of_type(made, ToolFailed)] == ["interrupted", "interrupted"]
        assert of_type(made, TurnEnded)[0].status == "stopped"
        assert text_of(made, answers(made)[0]) == "look"


async def test_stop_in_mid_stream_keeps_the_partial_text() -> None:
    async with bench([TextPiece(0, "half "), asyncio.Event()]) as made:
        await made.send("go")
        await made.until(lambda: "delta" in made.types())
        await made.do(Stop())
        assert text_of(made, answers(made)[0]) == "half "
        assert of_type(made, OutputDone)[0].reason == "stopped"


async def test_while_a_turn_runs_a_message_is_refused_queued_or_steered() -> None:
    hold = asyncio.Event()
    async with bench(
        [call("echo", "a"), hold, finished()],
        [TextPiece(0, "steered"), finished()],
        [TextPiece(0, "queued"), finished()],
    ) as made:
        first = await made.send("go")
        await made.model.asked.wait()
        with pytest.raises(ResponseInProgressError):
            await made.send("no mode")
        queued = await made.send("later", mode="queue")
        steered = await made.send("now", mode="steer")
        assert steered.turn_id == first.turn_id != queued.turn_id
        hold.set()
        await made.ended(2)
        assert [text_of(made, message) for message in answers(made)] == ["", "steered", "queued"]
        said = [entry for entry in made.model.requests[1].entries if isinstance(entry, PersonEntry)]
        assert [cast("TextPart", entry.parts[0]).text for entry in said] == ["go", "now"]


async def test_steering_during_the_last_step_continues_the_turn() -> None:
    hold = asyncio.Event()
    async with bench([TextPiece(0, "one"), hold, finished()], [TextPiece(0, "two"), finished()]) as made:
        await made.send("go")
        await made.model.asked.wait()
        await made.send("more", mode="steer")
        hold.set()
        await made.ended()
        assert [text_of(made, message) for message in answers(made)] == ["one", "two"]
        assert made.types().count("turn_ended") == 1


async def test_the_queue_is_edited_reordered_and_held_after_a_stop() -> None:
    async with bench([asyncio.Event()], [TextPiece(0, "b"), finished()], [TextPiece(0, "a"), finished()]) as made:
        await made.send("go")
        await made.model.asked.wait()
        await made.send("a", mode="queue", message_id="a")
        await made.send("b", mode="queue", message_id="b")
        await made.do(ChangeQueue((QueueEntry("b", text="b!"), QueueEntry("a"))))
        await made.do(Stop())
        assert made.owner is not None
        assert [item.id for item in made.owner.log.conversation.queue] == ["b", "a"]
        await made.do(SendQueued("b"))
        await made.ended(3)
        assert text_of(made, "b") == "b!"
        assert [text_of(made, message) for message in answers(made)][1:] == ["b", "a"]
        with pytest.raises(UnknownError):
            await made.do(ChangeQueue((QueueEntry("b"),)))


def waiting(made: Bench) -> list[str]:
    assert made.owner is not None
    return [item.id for item in made.owner.log.conversation.queue]


def seq_of(made: Bench) -> int:
    assert made.owner is not None
    return made.owner.log.conversation.seq


async def queued(made: Bench, *names: str) -> None:
    """Have a turn run and these messages wait for its end."""
    await made.send("go")
    await made.model.asked.wait()
    for name in names:
        await made.send(name, mode="queue", message_id=name)


async def test_a_queue_changed_by_somebody_who_has_not_seen_all_keeps_the_rest_at_its_end() -> None:
    async with bench([asyncio.Event()]) as made:
        await queued(made, "a", "b")
        seen = seq_of(made)
        await made.send("c", mode="queue", message_id="c")
        await made.do(ChangeQueue((QueueEntry("b"),), seen))
        assert waiting(made) == ["b", "c"]
        await made.do(ChangeQueue((), seen))
        assert waiting(made) == ["c"]
        await made.do(ChangeQueue((), seq_of(made)))
        assert waiting(made) == []


async def test_an_edit_of_a_message_does_not_make_it_unseen() -> None:
    async with bench([asyncio.Event()]) as made:
        await queued(made, "a")
        seen = seq_of(made)
        await made.do(ChangeQueue((QueueEntry("a", text="other"),)))
        await made.do(ChangeQueue((), seen))
        assert waiting(made) == []


async def test_a_message_that_was_sent_meanwhile_never_waits_again() -> None:
    async with bench([asyncio.Event()], [asyncio.Event()]) as made:
        await queued(made, "a", "b", "c")
        seen = seq_of(made)
        await made.do(Stop())
        await made.do(SendQueued("a"))
        before = of_type(made, QueueChanged), answers(made)
        with pytest.raises(UnknownError, match="was sent meanwhile") as refused:
            await made.do(ChangeQueue((QueueEntry("c"), QueueEntry("a", text="a, better")), seen))
        assert "Nothing was changed" in refused.value.remedy
        assert waiting(made) == ["b", "c"]
        assert (of_type(made, QueueChanged), answers(made)) == before


async def test_a_message_that_was_removed_meanwhile_never_waits_again() -> None:
    async with bench([asyncio.Event()]) as made:
        await queued(made, "a", "b")
        await made.do(ChangeQueue((QueueEntry("b"),)))
        with pytest.raises(UnknownError, match="Nothing with the id a waits"):
            await made.do(ChangeQueue((QueueEntry("a"), QueueEntry("b"))))
        assert waiting(made) == ["b"]


async def test_sending_what_was_just_sent_gives_the_same_answer() -> None:
    async with bench([asyncio.Event()], [asyncio.Event()]) as made:
        await queued(made, "a")
        await made.do(Stop())
        first = await made.do(SendQueued("a"))
        before = of_type(made, QueueChanged), answers(made)
        assert await made.do(SendQueued("a")) == first
        assert (of_type(made, QueueChanged), answers(made)) == before


async def test_sending_what_was_removed_is_refused() -> None:
    async with bench([asyncio.Event()]) as made:
        await queued(made, "a")
        await made.do(ChangeQueue(()))
        with pytest.raises(UnknownError, match="Nothing with the id a waits"):
            await made.do(SendQueued("a"))


async def test_steering_that_is_put_back_into_the_queue_gets_a_turn_of_its_own() -> None:
    async with bench([asyncio.Event()], [TextPiece(0, "x"), finished()]) as made:
        first = await made.send("go")
        await made.model.asked.wait()
        await made.send("a", mode="steer", message_id="a")
        await made.do(ChangeQueue((QueueEntry("a", mode="queue"),)))
        await made.do(Stop())
        accepted = await made.do(SendQueued("a"))
        assert accepted is not None
        assert accepted.turn_id != first.turn_id
        await made.ended(2)


async def test_a_waiting_message_that_becomes_steering_joins_the_running_turn() -> None:
    hold = asyncio.Event()
    async with bench([TextPiece(0, "one"), hold, finished()], [TextPiece(0, "two"), finished()]) as made:
        first = await made.send("go")
        await made.model.asked.wait()
        await made.send("a", mode="queue", message_id="a")
        await made.do(ChangeQueue((QueueEntry("a", mode="steer"),)))
        assert made.owner is not None
        assert [item.turn_id for item in made.owner.log.conversation.queue] == [first.turn_id]
        hold.set()
        await made.ended()
        assert made.types().count("turn_ended") == 1
        assert text_of(made, answers(made)[-1]) == "two"


async def test_edit_saves_or_answers_on_a_new_branch() -> None:
    async with bench([TextPiece(0, "one"), finished()], [TextPiece(0, "two"), finished()]) as made:
        await made.send("first", message_id="m1")
        await made.ended()
        await made.do(SaveEdit("m1", (TextPart(id="t", text="saved"),)))
        assert text_of(made, "m1") == "saved"
        await made.do(Resend("m1", "m2", (TextPart(id="t2", text="other"),)))
        await made.ended(2)
        assert made.owner is not None
        conversation = made.owner.log.conversation
        assert conversation.message("m2").siblings == ("m1", "m2")
        await made.do(Select("m1"))
        assert conversation.branch() == ["m1", answers(made)[0]]
        with pytest.raises(NotPossibleError):
            await made.do(SaveEdit(answers(made)[0], ()))


async def test_regenerate_makes_a_sibling_answer() -> None:
    async with bench([TextPiece(0, "one"), finished()], [TextPiece(0, "two"), finished()]) as made:
        await made.send("go")
        await made.ended()
        await made.do(Regenerate(answers(made)[0]))
        await made.ended(2)
        first, second = answers(made)
        assert made.owner is not None
        assert made.owner.log.conversation.message(second).siblings == (first, second)
        assert len(made.model.requests[1].entries) == 1


async def test_clear_ends_a_running_turn_silently() -> None:
    async with bench([TextPiece(0, "half"), asyncio.Event()], [TextPiece(0, "fresh"), finished()]) as made:
        await made.send("go")
        await made.model.asked.wait()
        await made.send("waiting", mode="queue")
        await made.until(lambda: "delta" in made.types())
        await made.do(Clear())
        assert made.owner is not None
        conversation = made.owner.log.conversation
        assert (conversation.branch(), conversation.queue) == ([], ())
        assert of_type(made, TurnEnded)[0].status == "discarded"
        assert "done" not in made.types()
        await made.send("again")
        await made.ended(2)
        assert len(made.model.requests[1].entries) == 1


async def test_a_suspended_turn_goes_on_and_a_started_act_is_never_repeated() -> None:
    async with bench(
        [call("echo", "r", 0), call("act", "a", 1), finished()], [TextPiece(0, "end"), finished()]
    ) as made:
        made.act.gate = asyncio.Event()
        await made.send("go")
        await made.act.running.wait()
        await made.do(Suspend())
        assert made.types()[-1] == "tool_start"
        await made.open()
        await made.do(Resume("recovered"))
        await made.ended()
        assert made.act.runs == ["a"]
        interrupted = of_type(made, ToolFailed)
        assert [event.status for event in interrupted] == ["interrupted"]
        assert "unknown" in interrupted[0].result.model_text
        assert len(of_type(made, ToolDone)) == 1


async def test_a_step_cut_by_the_end_of_the_process_is_asked_again() -> None:
    async with bench([TextPiece(0, "half"), asyncio.Event()], [TextPiece(0, "whole"), finished()]) as made:
        await made.send("go")
        await made.until(lambda: "delta" in made.types())
        await made.do(Suspend())
        await made.open()
        await made.do(Resume("resumed"))
        await made.ended()
        assert [(event.attempt, event.reason) for event in of_type(made, OutputDone)] == [
            (1, "superseded"),
            (2, "complete"),
        ]
        assert text_of(made, answers(made)[0]) == "whole"


async def test_three_crashes_in_a_row_end_the_turn() -> None:
    async with bench([asyncio.Event()], [asyncio.Event()], [asyncio.Event()], [TextPiece(0, "ok"), finished()]) as made:
        await made.send("go")
        for _ in range(3):
            await made.model.asked.wait()
            made.model.asked.clear()
            await made.do(Suspend())
            await made.open()
            await made.do(Resume("recovered"))
        assert of_type(made, TurnEnded)[0].status == "failed"
        error = of_type(made, ErrorRaised)[0]
        assert error.part.kind == "crash_loop"
        await made.do(Retry(error.message_id, error.part.id))
        await made.ended(2)
        assert of_type(made, TurnEnded)[1].status == "completed"


@pytest.mark.parametrize(
    ("limits", "kind"),
    [(Limits(steps=2), "step_limit"), (Limits(identical_calls=3), "repeated_calls")],
)
async def test_a_limit_ends_the_turn_and_a_retry_goes_on(limits: Limits, kind: str) -> None:
    answers_given = [[call("echo", "again" if kind == "repeated_calls" else str(n)), finished()] for n in range(3)]
    async with bench(*answers_given) as made:
        made.limits = limits
        await made.send("go")
        await made.ended()
        error = of_type(made, ErrorRaised)[0]
        assert error.part.kind == kind
        made.model.answers = [[TextPiece(0, "on"), finished()]]
        await made.do(Retry(error.message_id, error.part.id))
        await made.ended(2)
        assert of_type(made, TurnEnded)[1].status == "completed"


async def test_without_a_model_the_message_stays_and_the_error_says_what_to_do() -> None:
    async with bench() as made:
        made.failure = Failure(kind="no_model", title="No model", message="none", remedy="Add one.")
        await made.send("go", message_id="m1")
        await made.ended()
        assert of_type(made, ErrorRaised)[0].part.remedy == "Add one."
        assert text_of(made, "m1") == "go"


async def test_a_broken_journal_sends_the_owner_away_with_the_stores_words() -> None:
    async with bench() as made:
        made.events.fail_with = StorageFullError("The disk is full.")
        with pytest.raises(UnavailableError, match="The disk is full") as refused:
            await made.send("go")
        assert refused.value.code == "storage_full"
        assert made.owner is not None
        await made.owner.release()
        assert len(made.gone) == 1
        made.events.fail_with = None
        made.model.answers = [[TextPiece(0, "ok"), finished()]]
        await made.open()
        await made.send("go")
        await made.ended()


async def test_usage_counts_the_conversation_and_is_estimated_where_nobody_counts() -> None:
    async with bench(
        [TextPiece(0, "x" * 40), Finished("complete")], [TextPiece(0, "y"), finished(Usage(input=7, output=3))]
    ) as made:
        await made.send("go")
        await made.ended()
        await made.send("go")
        await made.ended(2)
        assert made.owner is not None
        usage = made.owner.log.conversation.usage
        assert usage.estimated
        assert usage.output == 13


async def test_an_empty_answer_is_a_failure() -> None:
    async with bench(*[[finished()]] * 6) as made:
        await made.send("go")
        await made.ended()
        assert of_type(made, ErrorRaised)[0].part.kind == "empty_answer"


async def test_a_request_rebuilt_after_a_restart_begins_with_the_same_bytes() -> None:
    async with bench([TextPiece(0, "one"), finished()], [TextPiece(0, "two"), finished()]) as made:
        await made.send("go")
        await made.ended()
        await made.do(Suspend())
        await made.open()
        await made.send("more")
        await made.ended(2)
        first, second = made.model.requests
        assert (first.instructions, first.tools) == (second.instructions, second.tools)
        assert made.types().count("context_set") == 1
