"""One model for each provider, and what they share."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flowent.models.base import Endpoint, Format, Timeouts
from flowent.models.library import LibraryModel
from flowent.models.openai_chat import OpenAIChatModel
from flowent.models.registry import KEPT, Models
from flowent.observability.dumps import RequestDumps
from flowent.observability.redaction import SecretRedactor
from flowent.scripted.process import ScriptedProvider
from support.models import KEY, ask, asking, endpoint

CHAT = Endpoint("p", "openai", "https://api.example.com/v1", KEY)


async def test_the_format_decides_who_speaks_it() -> None:
    models = Models()

    assert isinstance(models.get(CHAT), OpenAIChatModel)
    formats: tuple[Format, ...] = ("openai_responses", "anthropic", "gemini")
    for wire_format in formats:
        assert isinstance(models.get(replace(CHAT, provider_id=wire_format, format=wire_format)), LibraryModel)
    await models.aclose()


async def test_the_same_endpoint_is_the_same_model() -> None:
    models = Models()

    assert models.get(CHAT) is models.get(replace(CHAT, headers={}))
    await models.aclose()


@pytest.mark.parametrize(
    "changed",
    [
        {"api_key": "sk-other"},
        {"base_url": "https://other.example.com"},
        {"headers": {"x-team": "blue"}},
        {"timeouts": Timeouts(first_chunk=1)},
        {"format": "anthropic"},
    ],
)
async def test_a_changed_endpoint_is_another_model_at_once(changed: dict[str, object]) -> None:
    models = Models()
    before = models.get(CHAT)

    after = models.get(replace(CHAT, **changed))

    assert after is not before
    await models.aclose()


async def test_no_more_models_are_kept_than_providers_are_used() -> None:
    models = Models()
    first = models.get(CHAT)
    for number in range(KEPT):
        models.get(replace(CHAT, provider_id=f"p{number}"))

    assert models.get(CHAT) is not first
    await models.aclose()


async def test_an_address_that_cannot_be_called_is_refused_with_its_field() -> None:
    models = Models()
    formats: tuple[Format, ...] = ("openai", "anthropic")

    for wire_format in formats:
        with pytest.raises(ValueError, match="base_url"):
            models.get(Endpoint("p", wire_format, "example.com", None))
    await models.aclose()


def test_nothing_of_the_libraries_is_imported_before_it_is_needed() -> None:
    program = (
        "import sys, asyncio\n"
        "from flowent.models.registry import Models\n"
        "from flowent.models.base import Endpoint\n"
        "async def main():\n"
        "    models = Models()\n"
        "    models.get(Endpoint('p', 'anthropic', 'https://api.example.com', 'k'))\n"
        "    await models.warm(frozenset({'openai'}))\n"
        "    await models.aclose()\n"
        "asyncio.run(main())\n"
        "names = {'pydantic_ai', 'anthropic', 'openai', 'google.genai', 'genai_prices'}\n"
        "print(sorted(names & set(sys.modules)))\n"
    )

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


@pytest.mark.parametrize(("wire_format", "name"), [("openai", "chat"), ("anthropic", "anthropic")])
async def test_requests_are_written_down_where_a_person_asked_for_it(
    wire_format: Format, name: str, tmp_path: Path
) -> None:
    redactor = SecretRedactor()
    redactor.register(KEY)
    models = Models(RequestDumps(tmp_path / "dumps", redactor))
    async with ScriptedProvider({"steps": [{"text": "Yes."}]}).start() as provider:
        base_url = provider.base_url("chat" if name == "chat" else "anthropic")

        answer = await ask(models.get(endpoint(wire_format, base_url)), asking(wire_format))

        await models.aclose()
    written = [path.read_text() for path in sorted((tmp_path / "dumps").iterdir())]
    assert answer.text == "Yes."
    assert len(written) == 1
    assert "Hello?" in written[0]
    assert KEY not in written[0]
