"""The events that close a turn, whatever state it is in: every output closed, every call answered."""

from typing import Literal

from flowent.domain.events import AnswerDone, ErrorRaised, OutputDone, StoredEvent, TurnEnded
from flowent.domain.failures import Failure
from flowent.domain.parts import ErrorPart, OutputPart
from flowent.domain.progress import CloseOutput, Progress, RunCalls
from flowent.domain.values import TurnStatus
from flowent.engine.calls import NOT_RUN, UNKNOWN_OUTCOME, failed


def closing(
    progress: Progress,
    status: TurnStatus,
    *,
    partial: tuple[OutputPart, ...] = (),
    error: ErrorPart | None = None,
) -> list[StoredEvent]:
    """Close the open turn; ``partial`` is what has arrived of a step that was cut. Nothing if none is open."""
    turn = progress.turn
    if turn is None:
        return []
    events: list[StoredEvent] = []
    action = progress.next_action()
    if isinstance(action, CloseOutput):
        reason: Literal["discarded", "stopped", "failed"]
        match status:
            case "discarded":
                reason, partial = "discarded", ()
            case "failed":
                reason = "failed"
            case _:
                reason = "stopped"
        events.append(
            OutputDone(
                turn_id=turn.turn_id,
                message_id=turn.message_id,
                index=action.index,
                attempt=action.attempt,
                reason=reason,
                parts=partial,
            )
        )
    elif isinstance(action, RunCalls):
        for call in action.calls:
            result = UNKNOWN_OUTCOME if call.id in action.started else NOT_RUN
            events.append(failed(turn, call, result, "interrupted"))
    if error is not None:
        events.append(ErrorRaised(turn_id=turn.turn_id, message_id=turn.message_id, part=error))
    ended: dict[TurnStatus, Literal["completed", "interrupted", "failed"]] = {
        "completed": "completed",
        "stopped": "interrupted",
        "failed": "failed",
    }
    if status in ended:
        events.append(
            AnswerDone(
                turn_id=turn.turn_id,
                message_id=turn.message_id,
                status=ended[status],
                usage=progress.answer_usage,
            )
        )
    events.append(TurnEnded(turn_id=turn.turn_id, message_id=turn.message_id, status=status))
    return events


def error_part(part_id: str, failure: Failure) -> ErrorPart:
    """Show a failure in a message."""
    return ErrorPart(
        id=part_id,
        kind=failure.kind,
        title=failure.title,
        message=failure.message,
        remedy=failure.remedy,
        detail=failure.detail,
    )
