"""How servers of the chat completions format differ, and how a refusal teaches it.

Where a host is known to differ, the dialect says so from the start. Gateways hide what is behind them, so a server
that refuses a field in words is asked again without it, once for each lesson, and the lesson is kept.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server wants to be sent."""

    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """OpenAI's newer models refuse the old name; few others know the new one."""
    include_usage: bool = True
    """Whether `stream_options` may ask for usage at the end."""
    short_call_ids: bool = False
    """Mistral takes nothing but nine letters and digits as the id of a call."""
    send_reasoning: bool = True
    """Whether reasoning goes back in the fields in which the server gave it."""
    fill_reasoning: bool = False
    """Whether an answer without reasoning gets a placeholder: DeepSeek and Moonshot refuse a history that lacks it,
    as after a change of model, and Moonshot takes an empty text for none."""


def dialect_of(host: str) -> Dialect:
    """Give what is known of a host."""
    if _is_at(host, "openai.com", "azure.com"):
        return Dialect(limit_field="max_completion_tokens")
    if _is_at(host, "mistral.ai"):
        return Dialect(include_usage=False, short_call_ids=True)  # it always counts, and refuses to be asked to
    return Dialect()


_REFUSED = r"(not supported|unsupported|not permitted|unexpected|unknown|unrecogni[sz]ed|additional propert|extra)"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.I | re.S)


_LESSONS: tuple[tuple[re.Pattern[str], Callable[[Dialect], Dialect]], ...] = (
    (_pattern(r"stream_options"), lambda dialect: replace(dialect, include_usage=False)),
    (
        _pattern(r"use 'max_completion_tokens'|'max_tokens' is not supported"),
        lambda dialect: replace(dialect, limit_field="max_completion_tokens"),
    ),
    (
        _pattern(rf"max_completion_tokens.{{0,80}}{_REFUSED}|{_REFUSED}.{{0,80}}max_completion_tokens"),
        lambda dialect: replace(dialect, limit_field="max_tokens"),
    ),
    (
        _pattern(r"reasoning_content.{0,60}(is missing|must be passed back)"),
        lambda dialect: replace(dialect, fill_reasoning=True),
    ),
    (
        _pattern(
            rf"\breasoning(_content|_details)?\b.{{0,60}}{_REFUSED}|{_REFUSED}.{{0,60}}\breasoning_(content|detail)"
        ),
        lambda dialect: replace(dialect, send_reasoning=False),
    ),
)
"""What a refusal says, and what follows from it."""


def learn(dialect: Dialect, refusal: str) -> Dialect | None:
    """Give the dialect that a refusal asks for; None where it teaches nothing new."""
    for pattern, lesson in _LESSONS:
        if pattern.search(refusal) and (learnt := lesson(dialect)) != dialect:
            return learnt
    return None


def _is_at(host: str, *domains: str) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
