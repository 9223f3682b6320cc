"""Takes known secrets out of text: logs, errors, dumps, and a model's words while they arrive.

A secret of at least `SHORTEST` characters is found as it is and in the forms in which it usually travels:

- as the inside of a JSON string (both with and without ``\\uXXXX`` for what is not ASCII);
- percent-encoded for a URL, in either case of the hexadecimal digits, with ``+`` or ``%20`` for a space;
- in Base64, standard or URL-safe, alone or anywhere within a longer encoded text (``user:secret``, for example).

Not covered: shorter secrets, a secret that was cut or re-spelled (other escapes, hexadecimal, compression), and what
is left of a secret where two different ones overlap.

Text is read from the left; where several forms begin at one place, the longest counts. `SecretRedactor.held_back`
follows the same reading, so letting out ``redact`` of all but the held-back end, and keeping that end for the next
piece, gives exactly what ``redact`` gives for the whole.
"""

import base64
import json
import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, quote_plus

SHORTEST = 12
"""Characters that a secret needs to be redacted: shorter ones would take ordinary words out of text."""

REPLACEMENT = "[redacted]"


class SecretRedactor:
    """Knows the secrets of one process. May be used from any thread: what is known is replaced as one object."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._counts: Counter[str] = Counter()
        self._known = _Known.of(())

    def register(self, secret: str) -> bool:
        """Redact that secret from now on; False if it is too short to be redacted.

        One that is registered twice must be unregistered twice.
        """
        if len(secret) < SHORTEST:
            return False
        self._counts[secret] += 1
        if self._counts[secret] == 1:
            self._known = _Known.of(self._counts)
        return True

    def unregister(self, secret: str) -> None:
        """Undo one registration; a secret that is not known is ignored."""
        if secret not in self._counts:
            return
        self._counts[secret] -= 1
        if not self._counts[secret]:
            del self._counts[secret]
            self._known = _Known.of(self._counts)

    def redact(self, text: str) -> str:
        """Give the text with every known secret replaced."""
        return self._known.redact(text)

    def redact_value(self, value: object) -> object:
        """Give a JSON value of the same shape with all text redacted; what JSON does not know becomes its repr."""
        match value:
            case None | bool():
                return value
            case int() | float():
                # A number's digits may be a secret, too.
                redacted = self.redact(str(value))
                return value if redacted == str(value) and math.isfinite(value) else redacted
            case Mapping():
                items = cast("Mapping[object, object]", value).items()
                return {self.redact(str(key)): self.redact_value(item) for key, item in items}
            case list() | tuple() | set() | frozenset():
                return [self.redact_value(item) for item in cast("Iterable[object]", value)]
            case _:
                return self.redact(value if isinstance(value, str) else repr(value))

    def held_back(self, text: str) -> int:
        """Give how many characters at the end of the text may be the beginning of a secret."""
        return self._known.held_back(text)


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything to look for. ``forms`` are sorted; ``pairs`` are their first two characters."""

    forms: tuple[str, ...]
    pattern: re.Pattern[str]
    alphabet: str
    pairs: frozenset[str]
    longest: int

    @classmethod
    def of(cls, secrets: Iterable[str]) -> "_Known":
        forms = sorted({form for secret in secrets for form in _forms(secret)})
        by_length = sorted(forms, key=len, reverse=True)
        return cls(
            forms=tuple(forms),
            pattern=re.compile("|".join(map(re.escape, by_length))),
            alphabet="".join(sorted({character for form in forms for character in form})),
            pairs=frozenset(form[:2] for form in forms),
            longest=max(map(len, forms), default=0),
        )

    def redact(self, text: str) -> str:
        return self.pattern.sub(REPLACEMENT, text) if self._occurs_in(text) else text

    def held_back(self, text: str) -> int:
        if not text or text[-1] not in self.alphabet:
            return 0
        # A beginning holds only characters that some form has: mostly, that is at most the last word.
        tail = len(text.rstrip(self.alphabet))
        begin = max(tail, len(text) - self.longest + 1)
        starts = [start for start in range(begin, len(text)) if self._begins_a_form(text, start)]
        if starts and self._occurs_in(text[max(0, starts[0] - self.longest + 1) :]):
            # What a whole secret before it uses up is replaced with that, and begins nothing.
            used = {place for match in self.pattern.finditer(text) for place in range(match.start() + 1, match.end())}
            starts = [start for start in starts if start not in used]
        return len(text) - starts[0] if starts else 0

    def _occurs_in(self, text: str) -> bool:
        # Searching for each form is 15 times faster than the pattern, which stops at every character.
        return any(map(text.__contains__, self.forms))

    def _begins_a_form(self, text: str, start: int) -> bool:
        """Whether the text from there on is the beginning, but not the whole, of a form."""
        ahead = text[start : start + 2]
        if len(ahead) == 2 and ahead not in self.pairs:
            return False
        rest = text[start:]
        place = bisect_left(self.forms, rest)
        if place < len(self.forms) and self.forms[place] == rest:
            place += 1
        return place < len(self.forms) and self.forms[place].startswith(rest)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    for encode in (quote, quote_plus):
        encoded = encode(secret, safe="", errors="surrogatepass")
        yield encoded
        yield re.sub("%..", lambda escape: escape[0].lower(), encoded)
    yield from _base64_forms(secret.encode("utf-8", "surrogatepass"))


def _base64_forms(secret: bytes) -> Iterator[str]:
    """Give the characters of each alignment that depend on the secret alone.

    Base64 turns three bytes into four characters (RFC 4648, section 4), so what precedes the secret shifts it by
    none, one or two bytes, and the characters at either end that also hold bits of a neighbour are left out.
    """
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret)
        first = (shift * 8 + 5) // 6
        last = (shift + len(secret)) * 8 // 6
        form = encoded[first:last].decode("ascii")
        yield form
        yield form.translate({ord("+"): "-", ord("/"): "_"})
