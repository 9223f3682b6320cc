"""What a step's output is made of."""

from flowent.domain.parts import OutputPart, ThinkingPart
from flowent.engine.collector import Collector
from flowent.models.base import Finished, Piece, TextPiece, ThinkingPiece
from flowent.observability.redaction import SecretRedactor


def collected(*pieces: tuple[float, Piece]) -> tuple[OutputPart, ...]:
    """Give the parts of an output whose pieces came at those seconds."""
    now = 0.0
    collector = Collector("msg_1", 1, 1, SecretRedactor(), lambda: now)
    for at, piece in pieces:
        now = at
        collector.add(piece)
    collector.take(last=True)
    return collector.parts()


def durations(parts: tuple[OutputPart, ...]) -> list[int | None]:
    return [part.duration_ms for part in parts if isinstance(part, ThinkingPart)]


def test_reasoning_lasts_until_the_next_part_begins() -> None:
    thinking, more, text = ThinkingPiece(0, "Hm"), ThinkingPiece(0, "m."), TextPiece(1, "So.")
    parts = collected((10, thinking), (11, more), (12.5, text), (20, Finished("complete")))
    assert durations(parts) == [2500]


def test_reasoning_without_an_answer_lasts_until_the_end() -> None:
    assert durations(collected((10, ThinkingPiece(0, "Hm.")), (13, Finished("length")))) == [3000]


def test_reasoning_that_was_cut_lasts_until_it_was_cut() -> None:
    assert durations(collected((10, ThinkingPiece(0, "Hm")), (12, ThinkingPiece(0, "m")))) == [2000]
