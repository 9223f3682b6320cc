"""A conversation's first title, made of what was first said."""

import re

LONGEST = 60
"""Characters of a title made by itself."""

_MARKS = re.compile(r"[#*_`>~\[\]]+")


def title_of(text: str) -> str | None:
    """Give the beginning of the first sentence that has words, without Markdown's marks; None where there is none."""
    for line in text.splitlines():
        words = _MARKS.sub("", line).split()
        if not words:
            continue
        sentence = re.split(r"(?<=[.!?])\s", " ".join(words), maxsplit=1)[0]
        if len(sentence) <= LONGEST:
            return sentence.rstrip(".")
        return sentence[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
    return None
