"""Reads the token counts of chat completions, whose details every server places elsewhere."""

from pydantic import JsonValue

from flowent.domain.usage import Usage


def read_usage(usage: JsonValue) -> Usage | None:
    """Give the counts; None where there are none, or all are zero (some servers fill in zeros).

    Cached tokens stand in `prompt_tokens_details` (OpenAI, OpenRouter, vLLM), `prompt_cache_hit_tokens` (DeepSeek) or
    beside the counts (Moonshot). xAI leaves reasoning out of the completion's count; its total tells.
    """
    if not isinstance(usage, dict):
        return None
    sent = _count(usage.get("prompt_tokens"))
    written = _count(usage.get("completion_tokens"))
    if not sent and not written:
        return None
    prompt = usage.get("prompt_tokens_details")
    completion = usage.get("completion_tokens_details")
    prompt = prompt if isinstance(prompt, dict) else {}
    completion = completion if isinstance(completion, dict) else {}
    reasoning = _count(completion.get("reasoning_tokens"))
    if reasoning and _count(usage.get("total_tokens")) == sent + written + reasoning:
        written += reasoning
    cached = (
        _count(prompt.get("cached_tokens"))
        or _count(usage.get("prompt_cache_hit_tokens"))
        or _count(usage.get("cached_tokens"))
    )
    return Usage(
        input=sent,
        cached=min(cached, sent),
        cache_written=_count(prompt.get("cache_write_tokens")),
        output=written,
        reasoning=min(reasoning, written),
    )


def _count(value: JsonValue) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < 1e12 else 0  # JSON's Infinity is a float
