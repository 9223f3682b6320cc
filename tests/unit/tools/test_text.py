"""Small rules for text that models and people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowent.tools.text import clean, cut_middle, display_name, one_line, plural, size_text


@given(text=st.text(st.characters(exclude_categories=["Cs"])), limit=st.integers(100, 400))
def test_a_cut_text_keeps_its_ends_and_its_limit(text: str, limit: int) -> None:
    text = text * 20

    shown, cut = cut_middle(text, limit)

    assert cut == (len(text.encode()) > limit)
    assert len(shown.encode()) <= limit
    if not cut:
        assert shown == text
        return
    head, _, rest = shown.partition("\n[… ")
    note, _, tail = rest.rpartition(" left out here …]\n")
    assert text.startswith(head)
    assert text.endswith(tail)
    left_out, total = (int(number.replace(",", "")) for number in note.removesuffix(" bytes").split(" of "))
    assert total == len(text.encode())
    assert left_out == total - len(head.encode()) - len(tail.encode())


@pytest.mark.parametrize(
    ("text", "cleaned"), [("fine €", "fine €"), ("a\0b", "a␀b"), ("a\udcffb", "a?b"), ("\ud83d\ude00\0", "??␀")]
)
def test_what_cannot_be_stored_is_replaced(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a b.txt", "a b.txt"),
        ("grün", "grün"),
        ("a\nb", '"a\\nb"'),
        ("a\u202eb", '"a\\u202eb"'),
        ("\x1b[2J", '"\\u001b[2J"'),
    ],
)
def test_names_cannot_confuse(name: str, shown: str) -> None:
    assert display_name(name) == shown


@pytest.mark.parametrize(
    ("text", "line"),
    [(" a\n\tb  c ", "a b c"), ("x" * 20, "x" * 9 + "…"), ("a\x07b\u202ec", "abc"), ("x" * 10, "x" * 10)],
)
def test_a_title_is_one_line(text: str, line: str) -> None:
    assert one_line(text, 10) == line


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1_023, "1023 B"),
        (1_024, "1.0 KB"),
        (1_536, "1.5 KB"),
        (5 * 1024**3, "5.0 GB"),
        (3 * 1024**4, "3.0 TB"),
    ],
)
def test_sizes_are_readable(size: int, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(
    ("count", "noun", "text"), [(1, "line", "1 line"), (0, "line", "0 lines"), (2_000, "entry", "2,000 entries")]
)
def test_counts_have_their_noun(count: int, noun: str, text: str) -> None:
    assert plural(count, noun) == text
