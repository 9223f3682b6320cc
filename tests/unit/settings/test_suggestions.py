"""Which model to begin with: the newest of a family, whatever its maker calls it this month."""

import pytest

from flowent.settings.services import SERVICES
from flowent.settings.suggestions import chat_models, suggest

LISTED = {
    "anthropic": [
        "claude-opus-5-5",
        "claude-sonnet-4-20250514",
        "claude-sonnet-4-5",
        "claude-sonnet-5-5",
        "claude-sonnet-5",
    ],
    "openai": ["gpt-4.1", "gpt-6-sol", "gpt-6.1-sol", "gpt-6.1-terra", "gpt-image-2", "whisper-1"],
    "gemini": ["gemini-2.5-flash", "gemini-3.8-flash", "gemini-3.8-flash-tts", "gemini-3.8-live"],
    "openrouter": ["anthropic/claude-sonnet-5:batch", "anthropic/claude-sonnet-4.5", "openai/gpt-6-sol"],
    "deepseek": ["deepseek-chat", "deepseek-v4-flash", "deepseek-v4-pro"],
    "mistral": ["mistral-large-latest", "mistral-medium-latest"],
    "groq": ["llama-3.3-70b-versatile", "whisper-large-v3"],
    "xai": ["grok-4.20", "grok-4.7", "grok-4.3", "grok-voice-latest"],
}


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("anthropic", "claude-sonnet-5-5"),
        ("openai", "gpt-6.1-sol"),
        ("gemini", "gemini-3.8-flash"),
        ("openrouter", "anthropic/claude-sonnet-4.5"),
        ("deepseek", "deepseek-v4-pro"),
        ("mistral", "mistral-medium-latest"),
        ("groq", "llama-3.3-70b-versatile"),
        ("xai", "grok-4.7"),
    ],
)
def test_each_service_has_a_beginning(service: str, expected: str) -> None:
    families = next(each.families for each in SERVICES if each.provider_id == service)
    assert suggest(LISTED[service], families) == expected
    assert suggest(LISTED[service][::-1], families) == expected


def test_a_name_without_date_is_preferred_to_one_of_its_dates() -> None:
    models = ["claude-sonnet-5-20260101", "claude-sonnet-5", "claude-sonnet-5-20260301"]
    assert suggest(models, ["claude-sonnet-{v}"]) == "claude-sonnet-5"


def test_the_latest_date_is_taken() -> None:
    models = ["gpt-6-2026-01-01", "gpt-6-2026-03-01", "gpt-6-2026-02-01"]
    assert suggest(models, ["gpt-{v}"]) == "gpt-6-2026-03-01"


def test_nothing_is_suggested_where_no_family_fits() -> None:
    assert suggest(["other-1"], ["gpt-{v}", "o{v}"]) is None


def test_models_for_something_else_are_left_out() -> None:
    others = [
        "text-embedding-3-small",
        "nomic-embed-text:latest",
        "bge-m3",
        "gpt-4o-transcribe",
        "gpt-4o-mini-tts",
        "omni-moderation-latest",
        "gpt-image-1",
        "dall-e-3",
        "whisper-1",
        "meta-llama/llama-guard-4-12b",
        "gpt-realtime",
        "all-minilm:33m",
    ]
    chatting = ["qwen3:8b", "gpt-6-sol", "olive-7b", "deliverance-imagery-70b"]
    assert chat_models([*others, *chatting]) == ["qwen3:8b", "gpt-6-sol", "olive-7b"]
