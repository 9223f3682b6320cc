"""How well a path fits what a person typed: the rules by which `@` finds files.

The characters of each word must occur in the path in their order, not necessarily side by side; several words must all
occur. Better are runs of characters, starts of path segments and of words (after a separator, or a capital), and
matches in the last segment rather than in the directories above. Case counts where the person typed a capital.

Of all ways to place a word's characters the best is found in one pass over where they occur: the score of a place
needs only the place right before it and the best of all earlier ones.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

_CHARACTER: Final = 16
_RUN: Final = 10
_SEGMENT_START: Final = 10
_WORD_START: Final = 8
_HUMP: Final = 7
_IN_NAME: Final = 4
_WHOLE_NAME: Final = 24
_GAP: Final = 3
_GAP_MOST: Final = 18
_NOWHERE: Final = -1_000_000


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed: its words, folded unless one of them has a capital (``cased``)."""

    words: tuple[str, ...]
    cased: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split what was typed at white space."""
        cased = any(character.isupper() for character in text)
        return cls(tuple((text if cased else fold(text)).split()), cased)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a path fits (more is better), and the matched characters' places in it, in order."""

    score: int
    places: tuple[int, ...]


def fold(text: str) -> str:
    """Give text in lower case, character by character: places in it are places in the original."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def fit(query: Query, path: str, folded: str) -> Fit | None:
    """Place every word in a path; None where one does not occur. ``folded`` is the path's own `fold`."""
    text = path if query.cased else folded
    name_start = text.rfind("/") + 1
    score = 0
    places: set[int] = set()
    for word in query.words:
        placed = _place(word, text, path, name_start)
        if placed is None:
            return None
        score += placed.score
        places.update(placed.places)
        name = text[name_start:]
        if word in (name, name.partition(".")[0]):
            score += _WHOLE_NAME
    return Fit(score, tuple(sorted(places)))


def _place(word: str, text: str, path: str, name_start: int) -> Fit | None:
    """Find the best places for a word's characters."""
    rows: list[_Row] = []
    first = 0
    for character in word:
        found = _occurrences(character, text, first)
        if not found:
            return None
        rows.append(_first_row(found, path, name_start) if not rows else _next_row(rows[-1], found, path, name_start))
        first = found[0] + 1
    last = rows[-1]
    best = max(last.scores)
    at = last.scores.index(best)
    places: list[int] = []
    for row in reversed(rows):
        places.append(row.places[at])
        at = row.before[at]
    return Fit(best, tuple(reversed(places)))


@dataclass(slots=True)
class _Row:
    """Where one character of the word can be; for each place the best score so far and which place came before."""

    places: Sequence[int]
    scores: list[int]
    before: list[int]


def _first_row(found: Sequence[int], path: str, name_start: int) -> _Row:
    # Where a match begins counts twice: people type beginnings.
    scores = [_CHARACTER + 2 * _bonus(path, place) + (_IN_NAME if place >= name_start else 0) for place in found]
    return _Row(found, scores, [0] * len(found))


def _next_row(row: _Row, found: Sequence[int], path: str, name_start: int) -> _Row:
    """Go on from every place of the character before."""
    scores: list[int] = []
    before: list[int] = []
    # The best of the places passed, where the distance costs (near) and where it costs no more than the most (far).
    near = far = _NOWHERE
    near_at = far_at = passed = 0
    count = len(row.places)
    for place in found:
        while passed < count and row.places[passed] < place - 1:
            score = row.scores[passed]
            if score + row.places[passed] >= near:
                near, near_at = score + row.places[passed], passed
            if score >= far:
                far, far_at = score, passed
            passed += 1
        bonus = _bonus(path, place)
        jump, jump_at = near - place - _GAP, near_at
        if far - _GAP_MOST > jump:
            jump, jump_at = far - _GAP_MOST, far_at
        best, best_at = jump + bonus, jump_at
        if passed < count and row.places[passed] == place - 1:
            run = row.scores[passed] + max(bonus, _RUN)
            if run >= best:
                best, best_at = run, passed
        scores.append(best + _CHARACTER + (_IN_NAME if place >= name_start else 0))
        before.append(best_at)
    return _Row(found, scores, before)


def _occurrences(character: str, text: str, first: int) -> list[int]:
    found: list[int] = []
    place = text.find(character, first)
    while place >= 0:
        found.append(place)
        place = text.find(character, place + 1)
    return found


def _bonus(path: str, place: int) -> int:
    """Give what a place is worth as a beginning."""
    if place == 0:
        return _SEGMENT_START
    before, here = path[place - 1], path[place]
    if before == "/":
        return _SEGMENT_START
    if not before.isalnum():
        return _WORD_START if here.isalnum() else 0
    if (here.isupper() and not before.isupper()) or (here.isdigit() and not before.isdigit()):
        return _HUMP
    return 0


def initials(segment: str) -> str:
    """Give the first characters of a segment's words, folded: ``open_hit.py`` and ``openHit.py`` give ``ohp``."""
    return fold("".join(here for place, here in enumerate(segment) if here.isalnum() and _bonus(segment, place)))


def letters(text: Iterable[str]) -> int:
    """Give the set of a text's characters as bits of a number. Two characters may share one, so it only rules out."""
    bits = 0
    for character in text:
        bits |= 1 << (ord(character) & 63)
    return bits
