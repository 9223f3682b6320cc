"""Redaction: which forms of a secret are found, and that streaming gives what the whole would."""

import base64
import json
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flowent.observability.redaction import REPLACEMENT, SHORTEST, SecretRedactor

AWKWARD = 'pass "word"/é\n\\+& ünd=mehr'


def knowing(*secrets: str) -> SecretRedactor:
    redactor = SecretRedactor()
    for secret in secrets:
        redactor.register(secret)
    return redactor


def streamed(redactor: SecretRedactor, deltas: list[str]) -> str:
    """Let text out as the stream does: all but the held-back end, and everything at last."""
    out: list[str] = []
    kept = ""
    for delta in deltas:
        kept += delta
        free = len(kept) - redactor.held_back(kept)
        out.append(redactor.redact(kept[:free]))
        kept = kept[free:]
    out.append(redactor.redact(kept))
    return "".join(out)


class TestForms:
    @pytest.mark.parametrize(
        "form",
        [
            AWKWARD,
            json.dumps(AWKWARD)[1:-1],
            json.dumps(AWKWARD, ensure_ascii=False)[1:-1],
            quote(AWKWARD, safe=""),
            quote(AWKWARD, safe="").replace("%C3%A9", "%c3%a9").replace("%2F", "%2f").replace("%5C", "%5c").lower(),
            quote_plus(AWKWARD, safe=""),
        ],
    )
    def test_an_awkward_secret_is_found_in_every_spelling(self, form: str) -> None:
        assert knowing(AWKWARD).redact(f"before {form} after") == f"before {REPLACEMENT} after"

    @pytest.mark.parametrize("prefix", ["", "u", "us", "use", "user:"])
    @pytest.mark.parametrize("suffix", ["", "x", "xy", "xyz"])
    @pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
    def test_base64_around_it_does_not_hide_it(
        self, prefix: str, suffix: str, encode: Callable[[bytes], bytes]
    ) -> None:
        secret = "\u00ff\u00fe?>key-0123456789"
        encoded = encode(f"{prefix}{secret}{suffix}".encode()).decode()
        redacted = knowing(secret).redact(encoded)
        assert REPLACEMENT in redacted
        # What is left at either end are characters that a neighbour shares.
        assert len(redacted.replace(REPLACEMENT, "").strip("=")) <= 4 * (len(prefix) + len(suffix)) / 3 + 4

    def test_the_longest_of_two_that_begin_together_counts(self) -> None:
        redactor = knowing("key-0123456789", "key-0123456789-and-more")
        assert redactor.redact("key-0123456789-and-more key-0123456789.") == f"{REPLACEMENT} {REPLACEMENT}."

    def test_ordinary_text_is_the_same_object(self) -> None:
        text = "nothing to see here, whatever the text says"
        assert knowing("key-0123456789").redact(text) is text


class TestRegistration:
    def test_a_short_one_is_refused(self) -> None:
        redactor = SecretRedactor()
        short = "a" * (SHORTEST - 1)
        assert redactor.register(short) is False
        assert redactor.redact(f"{short}!") == f"{short}!"

    def test_one_registered_twice_is_known_until_it_is_unregistered_twice(self) -> None:
        redactor = knowing("key-0123456789", "key-0123456789")
        redactor.unregister("key-0123456789")
        assert redactor.redact("key-0123456789") == REPLACEMENT
        redactor.unregister("key-0123456789")
        redactor.unregister("key-0123456789")
        assert redactor.redact("key-0123456789") == "key-0123456789"

    def test_without_secrets_nothing_is_held_back(self) -> None:
        assert SecretRedactor().held_back("whatever") == 0


class TestHoldingBack:
    @pytest.mark.parametrize(
        ("text", "held"),
        [
            ("the key", 3),
            ("the key-01234567", 12),
            ("the key-0123456789", 0),
            ("the key-0123456789k", 1),
            ("the kex", 0),
            ("the key ", 0),
            ("", 0),
        ],
    )
    def test_the_longest_possible_beginning_is_held(self, text: str, held: int) -> None:
        assert knowing("key-0123456789").held_back(text) == held

    def test_a_secret_that_may_go_on_is_held_whole(self) -> None:
        redactor = knowing("key-0123456789", "key-0123456789-and-more")
        assert redactor.held_back("a key-0123456789") == len("key-0123456789")

    def test_a_beginning_within_a_whole_secret_is_not_held(self) -> None:
        assert knowing("key-0123456789", "456789-another").held_back("a key-0123456789") == 0


letters = st.text(alphabet="ab", min_size=SHORTEST, max_size=SHORTEST + 6)


@st.composite
def secrets_and_deltas(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Give secrets that overlap each other, and a text made of them and of their pieces, split anywhere."""
    secrets = draw(st.lists(letters, min_size=1, max_size=4))
    longest = max(secrets, key=len)
    secrets.append(longest[3:] + draw(st.text(alphabet="ab", min_size=3, max_size=8)))
    piece = st.sampled_from(secrets).flatmap(lambda secret: st.integers(0, len(secret)).map(lambda cut: secret[:cut]))
    text = "".join(draw(st.lists(st.one_of(piece, st.sampled_from(secrets), st.text("abc ", max_size=4)), max_size=8)))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    return secrets, [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]


@given(secrets_and_deltas())
@example((["aaaaaaaaaaaab", "aaaaaaaaaaaaabbbbbb"], list("aaaaaaaaaaaaabbbbb")))
def test_streaming_gives_what_the_whole_would(case: tuple[list[str], list[str]]) -> None:
    secrets, deltas = case
    redactor = knowing(*secrets)
    out = streamed(redactor, deltas)
    assert out == redactor.redact("".join(deltas))
    assert not any(secret in out for secret in secrets)


@given(secret=st.text(min_size=SHORTEST, max_size=30), before=st.text(max_size=6), after=st.text(max_size=6))
def test_no_text_around_a_secret_keeps_it_in(secret: str, before: str, after: str) -> None:
    redactor = knowing(secret)
    spelled = json.dumps({"text": before + secret + after})
    assert REPLACEMENT in redactor.redact(before + secret + after)
    assert REPLACEMENT in redactor.redact(spelled)
