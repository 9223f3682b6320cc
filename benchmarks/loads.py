"""What the scripted provider answers: one lane for each load, chosen by the model's name."""

from collections.abc import Mapping
from dataclasses import dataclass

from flowent.scripted.formats import FormatName

FORMATS: Mapping[str, FormatName] = {
    "openai": "chat",
    "openai_responses": "responses",
    "anthropic": "anthropic",
    "gemini": "gemini",
}
"""The workspace's name of each format, and the provider's."""

LIBRARY_FORMATS = ("openai_responses", "anthropic", "gemini")


@dataclass(frozen=True, slots=True)
class Load:
    """An answer of so many tokens, at a rate (tokens a second) or as fast as possible.

    ``at_once`` tokens are written to the network together; None leaves it to the provider (one with a rate, else 16).
    ``hangs_after`` leaves the answer open after that many tokens.
    """

    tokens: int
    rate: int | None = None
    at_once: int | None = None
    hangs_after: int | None = None

    @property
    def model(self) -> str:
        """The name of the model that answers so."""
        return f"load-{self.tokens}-{self.rate or 'full'}-{self.at_once or 'usual'}-{self.hangs_after or 'whole'}"

    @property
    def pace(self) -> str:
        """The rate in words."""
        if self.rate is not None:
            return f"{self.rate} tokens/s"
        return "full speed" if self.at_once is None else f"full speed, {self.at_once} token a write"

    @property
    def step(self) -> dict[str, object]:
        """The provider's step."""
        step: dict[str, object] = {"tokens": self.tokens, "repeat": "always", "optional": True}
        if self.rate is not None:
            step["tokens_per_second"] = self.rate
        if self.at_once is not None:
            step["coalesce"] = self.at_once
        if self.hangs_after is not None:
            step["hang_after"] = self.hangs_after
        return step


def script(*loads: Load, record_times: bool = False) -> dict[str, object]:
    """Write the script of some loads. Not strict: checking a long history is the provider's work, not ours."""
    return {
        "lanes": {load.model: [load.step] for load in loads},
        "record_times": record_times,
        "strict": False,
        "max_recorded": 200,
    }
