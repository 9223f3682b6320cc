"""Events over bytes, however they are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowent.models.sse import EventSplitter


def events_of(*reads: bytes, limit: int = 1_000) -> list[bytes]:
    splitter = EventSplitter(limit)
    return [event for read in reads for event in splitter.feed(read)] + splitter.close()


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a\n\n", [b" a"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        (b": comment\n\ndata: a\n\n", [b"a"]),
        (b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: a\n\n", [b"a"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"event: x\nid: 1\nretry: 5\ndata: a\n\n", [b"a"]),
        (b"data\n\n", []),
        (b"data: \n\n", [b""]),
        (b"\n\n\ndata: a\n\n\n\n", [b"a"]),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (b"data: a\n\ndata: torn", [b"a", b"torn"]),
        (b"data: a\n\ndata: torn\n", [b"a", b"torn"]),
        (b'data: a\n\n{"error": 1}\n\n', [b"a", b'{"error": 1}']),
        (b'  {\n "a": 1\n}\n', [b'{\n "a": 1\n}\n']),
        (b"", []),
        (b"\r\n", []),
    ],
)
def test_the_rules_of_server_sent_events_are_kept(stream: bytes, events: list[bytes]) -> None:
    assert events_of(stream) == events


STREAMS = st.lists(
    st.sampled_from(
        [b"data: ", b"data:", b"\n", b"\r\n", b"\r", b": x", b"{", b"}", b"event: y", "ü🙂".encode(), b"[DONE]"]
    ),
    max_size=30,
).map(b"".join)


@given(STREAMS, st.lists(st.integers(0, 200), max_size=20))
def test_any_cutting_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    ends = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    assert events_of(*(stream[start:end] for start, end in pairwise(ends))) == events_of(stream)


def test_a_carriage_return_at_the_end_of_a_read_ends_its_line() -> None:
    assert events_of(b"data: a\r", b"\rdata: b\r", b"\r", b": x\r", b"\n\r\n") == [b"a", b"b"]


@pytest.mark.parametrize(
    "stream",
    [b"data: " + b"x" * 200, b"data: xxxxxxxxx\n" * 20, b"data: " + b"x" * 200 + b"\n\n", b"{" + b"x" * 200],
)
@pytest.mark.parametrize("size", [7, 1_000])
def test_an_event_that_is_too_long_ends_it(stream: bytes, size: int) -> None:
    splitter = EventSplitter(limit=100)
    reads = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert [event for read in reads for event in splitter.feed(read)] == []
    assert splitter.overflowed
    assert splitter.close() == []


def test_events_before_one_that_is_too_long_are_given() -> None:
    splitter = EventSplitter(limit=100)
    assert splitter.feed(b"data: a\n\ndata: " + b"x" * 200 + b"\n\ndata: b\n\n") == [b"a"]
    assert splitter.overflowed
