"""The cursor of a browser tab's stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowent.api.multiplex import MAX_SEQ, Positions, parse_positions
from flowent.api.problems import ApiError


def fields(error: pytest.ExceptionInfo[ApiError]) -> list[str]:
    return [item.field for item in error.value.problem.errors or ()]


def test_what_is_followed_is_read_from_the_parameters() -> None:
    positions = parse_positions(["conv_a:5", "conv_b:0"], 7)
    assert (positions.conversations, positions.seqs, positions.list_seq) == (("conv_a", "conv_b"), [5, 0], 7)


def test_the_list_alone_can_be_followed() -> None:
    assert parse_positions([], 0).list_seq == 0


@pytest.mark.parametrize(
    "watch",
    [
        ["conv_a"],
        ["conv_a:"],
        [":5"],
        ["conv_a:-1"],
        ["conv_a:x"],
        ["conv_a:5:6"],
        ["conv a:5"],
        ["conv_a:²"],
        [f"conv_a:{MAX_SEQ + 1}"],
        ["conv_a:5", "conv_a:6"],
        [""],
        [],
    ],
)
def test_what_cannot_be_followed_is_refused(watch: list[str]) -> None:
    with pytest.raises(ApiError) as error:
        parse_positions(watch, None)
    assert fields(error) == ["watch"]


SEQ = st.integers(min_value=0, max_value=MAX_SEQ)


@given(st.lists(SEQ, min_size=1, max_size=32), st.none() | SEQ)
def test_a_cursor_brings_every_position_back(seqs: list[int], list_seq: int | None) -> None:
    names = tuple(f"conv_{number}" for number in range(len(seqs)))
    cursor = Positions(names, list_seq, list(seqs)).cursor()
    again = Positions(names, None if list_seq is None else 0, [0] * len(seqs))
    again.resume(cursor.decode())
    assert (again.seqs, again.list_seq) == (seqs, list_seq)


@pytest.mark.parametrize(
    "cursor",
    ["", "5", "x", "1.2", "-1.5", "1..2", "1.2.3.4", "٣.1.2", f"0.{MAX_SEQ + 1}.1", "9" * 400],
)
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(ApiError) as error:
        Positions(("conv_a",), 0, [0]).resume(cursor)
    assert fields(error) == ["Last-Event-ID"]


@pytest.mark.parametrize(
    "other",
    [
        Positions(("conv_b",), 0, [0]),
        Positions(("conv_a",), None, [0]),
        Positions(("conv_a", "conv_b"), None, [0, 0]),
        Positions(("conv_b", "conv_a"), 0, [0, 0]),
    ],
    ids=["another conversation", "no list", "another in place of the list", "another order"],
)
def test_a_cursor_of_another_stream_is_refused(other: Positions) -> None:
    with pytest.raises(ApiError):
        Positions(("conv_a",), 0, [3]).resume(other.cursor().decode())
