"""The hosted services whose keys may be found in the environment.

Variables and addresses are those of each service's own documentation and library. ``families`` are models to begin
with (`flowent.settings.suggestions`): capable of long work with tools, and not the service's dearest.
"""

from dataclasses import dataclass

from flowent.models.base import Format


@dataclass(frozen=True, slots=True)
class Service:
    """A service; of ``key_variables`` the first that is set counts."""

    provider_id: str
    name: str
    format: Format
    base_url: str
    key_variables: tuple[str, ...]
    families: tuple[str, ...]
    base_url_variable: str | None = None
    elsewhere: Format | None = None
    """The format where the base URL was changed, if another: few compatible servers speak the service's newest one."""


SERVICES = (
    Service(
        "anthropic",
        "Anthropic",
        "anthropic",
        "https://api.anthropic.com",
        ("ANTHROPIC_API_KEY",),
        ("claude-sonnet-{v}",),
        base_url_variable="ANTHROPIC_BASE_URL",
    ),
    Service(
        "openai",
        "OpenAI",
        "openai_responses",
        "https://api.openai.com/v1",
        ("OPENAI_API_KEY",),
        ("gpt-{v}-sol", "gpt-{v}"),
        base_url_variable="OPENAI_BASE_URL",
        elsewhere="openai",
    ),
    Service(
        "gemini",
        "Google Gemini",
        "gemini",
        "https://generativelanguage.googleapis.com",
        # Google's library prefers the second, which may just as well be a key for maps.
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        ("gemini-{v}-flash", "gemini-{v}-pro"),
        base_url_variable="GOOGLE_GEMINI_BASE_URL",
    ),
    Service(
        "openrouter",
        "OpenRouter",
        "openai",
        "https://openrouter.ai/api/v1",
        ("OPENROUTER_API_KEY",),
        ("anthropic/claude-sonnet-{v}", "openai/gpt-{v}-sol"),
    ),
    Service(
        "deepseek",
        "DeepSeek",
        "openai",
        "https://api.deepseek.com/v1",
        ("DEEPSEEK_API_KEY",),
        ("deepseek-v{v}-pro", "deepseek-chat"),
    ),
    Service(
        "mistral",
        "Mistral",
        "openai",
        "https://api.mistral.ai/v1",
        ("MISTRAL_API_KEY",),
        ("mistral-medium-latest", "mistral-large-latest"),
    ),
    Service(
        "groq",
        "Groq",
        "openai",
        "https://api.groq.com/openai/v1",
        ("GROQ_API_KEY",),
        ("openai/gpt-oss-120b", "llama-{v}-70b-versatile"),
    ),
    Service("xai", "xAI", "openai", "https://api.x.ai/v1", ("XAI_API_KEY",), ("grok-{v}",)),
)
