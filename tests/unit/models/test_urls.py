"""Base URLs as persons type them."""

import pytest

from flowent.models.base import Format
from flowent.models.urls import parse_base_url


@pytest.mark.parametrize(
    ("text", "format", "full"),
    [
        ("https://api.openai.com", "openai", "https://api.openai.com/v1"),
        ("https://api.openai.com/", "openai_responses", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1", "openai", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/", "openai", "https://api.openai.com/v1"),
        (" http://localhost:11434 ", "openai", "http://localhost:11434/v1"),
        ("http://[::1]:8080", "openai", "http://[::1]:8080/v1"),
        ("https://openrouter.ai/api/v1", "openai", "https://openrouter.ai/api/v1"),
        ("https://openrouter.ai/api", "openai", "https://openrouter.ai/api/v1"),
        ("https://api.z.ai/api/paas/v4", "openai", "https://api.z.ai/api/paas/v4"),
        (
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "openai",
            "https://generativelanguage.googleapis.com/v1beta/openai",
        ),
        ("https://acme.openai.azure.com/openai/v1", "openai", "https://acme.openai.azure.com/openai/v1"),
        ("https://api.openai.com/v1/chat/completions", "openai", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/responses", "openai_responses", "https://api.openai.com/v1"),
        ("https://api.anthropic.com", "anthropic", "https://api.anthropic.com/v1"),
        ("https://api.deepseek.com/anthropic", "anthropic", "https://api.deepseek.com/anthropic/v1"),
        ("https://generativelanguage.googleapis.com", "gemini", "https://generativelanguage.googleapis.com/v1beta"),
        ("https://generativelanguage.googleapis.com/v1", "gemini", "https://generativelanguage.googleapis.com/v1"),
        ("https://api.perplexity.ai#", "openai", "https://api.perplexity.ai"),
        ("https://models.github.ai/inference/#", "openai", "https://models.github.ai/inference"),
        ("https://gateway.example/v1/chat/completions#", "openai", "https://gateway.example/v1/chat/completions"),
        ("https://gateway.example/version1", "openai", "https://gateway.example/version1/v1"),
    ],
)
def test_the_version_is_added_unless_there_is_one(text: str, format: Format, full: str) -> None:
    assert parse_base_url(text, format).full == full


def test_the_version_is_told_apart_for_libraries_that_add_it() -> None:
    base = parse_base_url("https://api.anthropic.com/v1/messages", "anthropic")
    assert (base.root, base.version) == ("https://api.anthropic.com", "v1")


def test_a_url_that_is_used_as_it_is_has_no_version_to_tell_apart() -> None:
    base = parse_base_url("https://gateway.example/v1#", "openai")
    assert (base.root, base.version) == ("https://gateway.example/v1", "")


def test_the_host_is_in_lower_case() -> None:
    assert parse_base_url("https://API.OpenAI.com:443/v1", "openai").host == "api.openai.com"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("#", "is empty"),
        ("api.openai.com/v1", "neither http:// nor https://"),
        ("localhost:11434", "neither http:// nor https://"),
        ("ftp://example.org", "neither http:// nor https://"),
        ("file:///etc/passwd", "neither http:// nor https://"),
        ("http:/example.org", "neither http:// nor https://"),
        ("https://", "no usable host"),
        ("https://:8080", "no usable host"),
        ("http://host:0", "no usable host"),
        ("http://host:99999", "malformed"),
        ("http://host:port", "malformed"),
        ("http://[::1", "malformed"),
        ("https://exa mple.org", "space"),
        ("https://example.org/\nv1", "space or a control character"),
        ("https://anna:secret@example.org", "user or password"),
        ("https://example.org/v1?key=secret", "query"),
        ("https://example.org/v1?", "query"),
        ("https://example.org/#/v1", "query or fragment"),
    ],
)
def test_what_cannot_be_called_is_refused_with_the_field_and_without_the_url(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="base_url: ") as caught:
        parse_base_url(text, "openai")
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)
