"""Which of a provider's models to begin with, where a person has not said: a guess that they can change.

Lists of hosted models hold hundreds, for speech, pictures and vectors too, and their names change every month. So no
model is named here, only families; of a family the newest is taken.
"""

import re
from collections.abc import Iterable, Sequence

_NO_CHAT = re.compile(
    r"(?:^|[-_/:.])(?:all-minilm|audio|babbage|bge|dall-e|davinci|embed|guard|image|live|moderation|ocr|orpheus|realtime|"
    r"rerank|robotics|safeguard|speech|transcribe|tts|veo|voice|whisper)",
    re.IGNORECASE,
)

_VERSION = r"(?P<version>\d{1,2}(?:[.-]\d{1,2})?)"
_DATE = r"(?:-\d{4}-?\d{2}-?\d{2})?"


def chat_models(models: Iterable[str]) -> list[str]:
    """Leave out what by its name does something else than answering in text."""
    return [model for model in models if not _NO_CHAT.search(model)]


def suggest(models: Sequence[str], families: Sequence[str]) -> str | None:
    """Give the newest model of the first family that has one.

    A family is a model's id in which ``{v}`` stands for the version; a date may follow it.
    """
    for family in families:
        before, marked, after = family.partition("{v}")
        pattern = re.compile(re.escape(before) + (_VERSION if marked else "") + re.escape(after) + _DATE)
        found = [match for model in models if (match := pattern.fullmatch(model))]
        if found:
            return max(found, key=_age).string
    return None


def _age(match: re.Match[str]) -> tuple[float, int, str]:
    """Order by version as a decimal number (makers release 4.20 before 4.3), then undated before dated, then date."""
    version = match.groupdict().get("version") or "0"
    return float(version.replace("-", ".")), -len(match.string), match.string
