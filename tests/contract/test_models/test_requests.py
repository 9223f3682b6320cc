"""What every model adapter promises (`flowent.models.base`), over all four formats: what is sent.

The other side is the scripted provider, a real HTTP server that is as strict about histories as the providers are.
"""

from dataclasses import replace
from hashlib import sha256

import pytest

from flowent.domain.parts import AttachmentPart, TextPart, ToolPart, ToolResult
from flowent.domain.transcript import AssistantEntry, CallResult, PersonEntry, ResultsEntry
from flowent.models.base import Endpoint, Format, Model, ModelRequest
from flowent.models.registry import Models
from flowent.scripted.process import ScriptedProvider
from support.models import (
    KEY,
    NAMES,
    READ,
    SCRIPTED,
    ask,
    asking,
    body,
    effort_sent,
    endpoint,
    every_format,
    no_blobs,
    said,
)

pytestmark = pytest.mark.asyncio(loop_scope="package")


@every_format
async def test_instructions_tools_and_the_key_are_sent(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    expect = {"contains": ["You are tested.", "Be brief."], "tools": ["read_file"], "last_contains": ["Hello?"]}
    await provider.load({"api_key": KEY, "steps": [{"text": "Yes.", "expect": expect}]})
    request = replace(asking(wire_format, tools=[READ]), instructions=("You are tested.", "Be brief."))

    answer = await ask(model, request)

    assert answer.text == "Yes.", answer.failure
    await provider.assert_finished()


@every_format
async def test_a_tools_schema_is_sent_as_it_is(wire_format: Format, provider: ScriptedProvider, model: Model) -> None:
    tool = replace(READ, parameters={**READ.parameters, "additionalProperties": True})
    await provider.load({"steps": [{"text": "Yes."}]})

    await ask(model, asking(wire_format, tools=[tool]))

    sent = await body(provider)
    match wire_format:
        case "openai":
            schema = sent["tools"][0]["function"]["parameters"]
        case "openai_responses":
            schema = sent["tools"][0]["parameters"]
            assert sent["tools"][0]["strict"] is False
        case "anthropic":
            schema = sent["tools"][0]["input_schema"]
        case "gemini":
            schema = sent["tools"][0]["functionDeclarations"][0]["parameters_json_schema"]
    assert schema["properties"].keys() == READ.parameters["properties"].keys()  # type: ignore[union-attr]
    assert schema["required"] == ["path"]
    assert schema.get("additionalProperties", True) is True


@every_format
async def test_files_are_sent_as_images_documents_and_text(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    blobs = {sha256(data).hexdigest(): data for data in (b"\x89PNG image", b"%PDF document", b"hello = 1\n")}
    digests = list(blobs)

    async def read_blob(digest: str) -> bytes:
        return blobs[digest]

    kinds = (("image/png", "shot.png"), ("application/pdf", "paper.pdf"), ("text/x-python", "code.py"))
    files = tuple(
        AttachmentPart(id=f"f{n}", attachment_id=f"a{n}", name=name, media_type=kind, size=9, sha256=digests[n])
        for n, (kind, name) in enumerate(kinds)
    )
    gone = files[0].model_copy(update={"id": "f3", "name": "lost.png", "sha256": "0" * 64})
    entry = PersonEntry((TextPart(id="t", text="What is this?"), *files, gone))
    expect = {"last_contains": ["What is this?", "code.py", "hello = 1", "lost.png"]}
    await provider.load({"steps": [{"text": "I see.", "expect": expect}]})

    answer = await ask(model, replace(asking(wire_format, entry), read_blob=read_blob))

    assert answer.text == "I see.", answer.failure
    sent = str(await body(provider))
    assert "image/png" in sent
    assert "iVBORyBpbWFnZQ" in sent.replace("iVBORyBpbWFnZQ==", "iVBORyBpbWFnZQ")
    assert "JVBERiBkb2N1bWVudA" in sent
    await provider.assert_finished()


@every_format
async def test_the_default_effort_sends_nothing_and_a_chosen_one_is_sent(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    await provider.load({"steps": [{"text": "Yes.", "repeat": "always"}]})

    await ask(model, asking(wire_format))
    default = await body(provider)
    await ask(model, replace(asking(wire_format), reasoning_effort="high"))
    high = await body(provider)
    await ask(model, replace(asking(wire_format), reasoning_effort="xhigh"))

    assert effort_sent(wire_format, default) is None
    assert effort_sent(wire_format, high) is not None


@every_format
async def test_every_effort_is_taken(wire_format: Format, provider: ScriptedProvider, model: Model) -> None:
    await provider.load({"steps": [{"text": "Yes.", "repeat": "always"}]})

    for level in ("none", "minimal", "low", "medium", "high", "xhigh"):
        answer = await ask(model, replace(asking(wire_format), reasoning_effort=level))
        assert answer.text == "Yes.", (level, answer.failure)


@every_format
async def test_a_limit_of_output_is_sent(wire_format: Format, provider: ScriptedProvider, model: Model) -> None:
    await provider.load({"steps": [{"text": "Yes."}]})

    await ask(model, replace(asking(wire_format), max_output_tokens=1_234))

    assert "1234" in str(await body(provider))


@every_format
@pytest.mark.parametrize(("added", "version"), [("", True), ("/proxy#", False)])
async def test_the_address_is_called_as_it_was_typed(
    wire_format: Format, added: str, version: bool, provider: ScriptedProvider, models: Models
) -> None:
    await provider.load({"steps": [{"text": "Yes."}]})
    model = models.get(endpoint(wire_format, provider.address + added, name="typed"))

    answer = await ask(model, asking(wire_format))

    assert answer.text == "Yes.", answer.failure
    path = (await provider.report()).requests[-1].path
    expected = ("/v1beta/" if wire_format == "gemini" else "/v1/") if version else "/proxy/"
    assert path.startswith(expected)
    assert ("/v1" in path) is version


@every_format
async def test_extra_headers_are_sent_and_the_environment_is_not(
    wire_format: Format, provider: ScriptedProvider, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "GOOGLE_API_KEY", "OPENAI_ORG_ID"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "x-other: from-the-environment")
    await provider.load({"steps": [{"text": "Yes."}]})
    base_url = provider.base_url(SCRIPTED[wire_format])
    model = models.get(Endpoint(f"{wire_format}-h", wire_format, base_url, None, headers={"X-Team": "blue"}))

    answer = await ask(model, asking(wire_format))

    assert answer.text == "Yes.", answer.failure
    headers = (await provider.report()).requests[-1].headers
    assert headers["x-team"] == "blue"
    assert "from-the-environment" not in str(headers)
    assert not [name for name in headers if name.startswith("x-stainless")]


@every_format
async def test_models_are_listed_with_what_is_known(
    wire_format: Format, provider: ScriptedProvider, model: Model
) -> None:
    await provider.load({"models": {"ids": [NAMES[wire_format], "unheard-of"]}})

    listed = await model.list_models()

    assert [facts.id for facts in listed] == [NAMES[wire_format], "unheard-of"]
    if wire_format in {"anthropic", "gemini"}:
        assert listed[1].context_window is not None


async def test_a_changed_key_makes_another_model_and_the_same_one_does_not(
    provider: ScriptedProvider, models: Models
) -> None:
    first = endpoint("anthropic", provider.base_url("anthropic"), name="changing")

    model = models.get(first)

    assert models.get(replace(first, headers={})) is model
    assert models.get(replace(first, api_key="sk-another")) is not model


async def test_the_prefix_that_does_not_change_is_marked_for_anthropics_cache(
    provider: ScriptedProvider, models: Models
) -> None:
    await provider.load({"steps": [{"text": "Yes."}]})
    model = models.get(endpoint("anthropic", provider.base_url("anthropic")))

    await ask(model, asking("anthropic", tools=[READ]))

    sent = await body(provider)
    marked = {"type": "ephemeral", "ttl": "5m"}
    assert sent["system"][-1]["cache_control"] == marked
    assert sent["tools"][-1]["cache_control"] == marked
    assert sent["messages"][-1]["content"][-1]["cache_control"] == marked


async def test_a_claude_with_a_budget_does_not_think_about_calls_that_came_without_reasoning(
    provider: ScriptedProvider, models: Models
) -> None:
    call = ToolPart(id="part_1", call_id="call_1", name="read_file", input="{}")
    result = CallResult("part_1", "call_1", "read_file", ToolResult(model_text="Content."), failed=False)
    history = (said("Hello?"), AssistantEntry((call,)), ResultsEntry((result,)))
    await provider.load({"steps": [{"text": "Yes.", "repeat": 2}]})
    model = models.get(endpoint("anthropic", provider.base_url("anthropic")))
    request = replace(asking("anthropic", *history), model="claude-haiku-4-5", reasoning_effort="high")

    await ask(model, request)
    going_on = await body(provider)
    await ask(model, replace(request, entries=(*history, said("And now?", name="q"))))
    spoken_to = await body(provider)

    assert "thinking" not in going_on
    assert spoken_to["thinking"]["type"] == "enabled"


async def test_nothing_is_stored_at_openai_and_reasoning_comes_encrypted(
    provider: ScriptedProvider, models: Models
) -> None:
    await provider.load({"steps": [{"text": "Yes."}]})
    model = models.get(endpoint("openai_responses", provider.base_url("responses")))

    await ask(model, ModelRequest("local-model", (), (said("Hello?"),), (), no_blobs))

    sent = await body(provider)
    assert sent["store"] is False
    assert sent["include"] == ["reasoning.encrypted_content"]
