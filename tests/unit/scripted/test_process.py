"""The provider as a process: steering, the report, what counts as a failure, and the exit status."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from flowent.scripted.formats import FormatName
from flowent.scripted.process import ScriptedProvider
from flowent.scripted.script import ScriptError
from flowent.scripted.server import ADDRESS_LINE, run
from unit.scripted.requests_of import FORMATS, HEADERS, body, post, url


@pytest.mark.parametrize("name", FORMATS)
async def test_a_request_without_a_step_is_refused_so_that_nobody_retries(
    provider: ScriptedProvider, name: FormatName
) -> None:
    await provider.load({})
    response = await post(provider, name)
    assert response.status_code == 400
    assert "scripted_unexpected_request: No step is left" in response.text
    with pytest.raises(AssertionError, match="No step is left in steps"):
        await provider.assert_finished()


async def test_a_failed_expectation_is_refused_and_recorded(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"text": "a", "expect": {"contains": ["blue"]}}]})
    response = await post(provider, "chat", text="red")
    assert response.json()["error"]["code"] == "scripted_unexpected_request"
    report = await provider.report()
    assert report.unused == []
    assert len(report.failures) == 1
    assert "no text contains 'blue'" in report.failures[0]


async def test_an_unused_step_is_a_problem(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"text": "a"}, {"text": "b", "match": "blue"}]})
    await post(provider, "chat")
    with pytest.raises(AssertionError, match=r"Step not used: steps.1, for requests with 'blue'"):
        await provider.assert_finished()


async def test_an_illegal_history_is_refused_without_using_a_step(provider: ScriptedProvider) -> None:
    illegal = {"model": "m", "messages": [{"role": "tool", "tool_call_id": "a", "content": "x"}]}
    script: dict[str, object] = {"steps": [{"text": "a"}]}
    for strict, status in ((True, 400), (False, 200)):
        await provider.load({**script, "strict": strict})
        async with httpx.AsyncClient() as client:
            response = await client.post(url(provider, "chat"), json=illegal)
        assert response.status_code == status
        report = await provider.report()
        assert (len(report.unused), len(report.failures)) == ((1, 1) if strict else (0, 0))


async def test_an_unknown_path_and_a_body_without_json_are_failures(provider: ScriptedProvider) -> None:
    await provider.load({})
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{provider.address}/v1/nothing")).status_code == 404
        assert (await client.post(url(provider, "chat"), content=b"{")).status_code == 400
    report = await provider.report()
    assert len(report.failures) == 2
    assert report.requests[1].body == "{"


async def test_keys_are_masked_in_the_report(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"text": "a", "repeat": 4}]})
    for name in FORMATS:
        await post(provider, name)
    async with httpx.AsyncClient() as client:
        await client.get(f"{provider.address}/v1beta/models?key=secret&pageSize=5")
    report = await provider.report()
    assert "secret" not in report.model_dump_json()
    assert report.requests[-1].path == "/v1beta/models?key=***&pageSize=5"
    assert [request.format for request in report.requests] == [*FORMATS, "gemini"]


async def test_the_report_keeps_the_latest_requests_only(provider: ScriptedProvider) -> None:
    await provider.load({"max_recorded": 2, "steps": [{"text": "a", "repeat": 3}]})
    for _ in range(3):
        await post(provider, "chat")
    report = await provider.report()
    assert [request.number for request in report.requests] == [2, 3]
    assert report.request_count == 3


async def test_a_wrong_key_is_refused(provider: ScriptedProvider) -> None:
    await provider.load({"api_key": "other", "steps": [{"text": "a", "optional": True}]})
    assert [(await post(provider, name)).status_code for name in FORMATS] == [401, 401, 401, 400]
    await provider.load({"api_key": "secret", "steps": [{"text": "a", "repeat": 4}]})
    assert [(await post(provider, name)).status_code for name in FORMATS] == [200, 200, 200, 200]


async def test_parallel_conversations_keep_their_lanes(provider: ScriptedProvider) -> None:
    lanes = {name: [{"text": f"{name} {number}"} for number in range(5)] for name in ("one", "two", "three")}
    await provider.load({"lanes": lanes})

    async def converse(client: httpx.AsyncClient, model: str) -> list[str]:
        answers: list[str] = []
        for _ in range(5):
            request = {**body("chat", stream=False), "model": model}
            response = await client.post(url(provider, "chat"), json=request)
            answers.append(response.json()["choices"][0]["message"]["content"])
        return answers

    async with httpx.AsyncClient() as client:
        conversations = await asyncio.gather(*(converse(client, name) for name in lanes))
    assert conversations == [[step["text"] for step in steps] for steps in lanes.values()]
    await provider.assert_finished()


async def test_reset_begins_the_script_again(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"text": "a"}]})
    await post(provider, "chat")
    await provider.reset()
    assert (await provider.report()).request_count == 0
    assert (await post(provider, "chat")).status_code == 200


async def test_a_script_that_cannot_be_used_keeps_the_old_one(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"text": "a"}]})
    with pytest.raises(ScriptError, match="unknown field"):
        await provider.load({"steps": [{"txt": "a"}]})
    async with httpx.AsyncClient() as client:
        refused = await client.post(f"{provider.address}/__scripted__/script", json={"step": []})
    assert (refused.status_code, "step: unknown field" in refused.text) == (400, True)
    assert (await post(provider, "chat")).status_code == 200


async def test_any_prefix_is_accepted(provider: ScriptedProvider) -> None:
    await provider.load({"steps": [{"text": "a", "repeat": 3}]})
    async with httpx.AsyncClient() as client:
        for prefix in ("", "/v1", "/some/proxy/v1"):
            response = await client.post(f"{provider.address}{prefix}/chat/completions", json=body("chat"))
            assert response.status_code == 200
        response = await client.get(f"{provider.address}/models", headers=HEADERS["anthropic"])
        assert response.json()["data"][0]["type"] == "model"


def started(tmp_path: Path, script: object, *options: str) -> tuple[subprocess.Popen[str], str]:
    file = tmp_path / "script.json"
    file.write_text(json.dumps(script))
    command = [sys.executable, "-m", "flowent.scripted", "--script", str(file), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith(ADDRESS_LINE)
    return process, line.removeprefix(ADDRESS_LINE).strip()


@pytest.mark.parametrize(("number", "options", "status"), [("SIGTERM", [], 1), ("SIGINT", ["--relaxed"], 0)])
def test_unused_steps_decide_the_exit_status(tmp_path: Path, number: str, options: list[str], status: int) -> None:
    process, _ = started(tmp_path, {"steps": [{"text": "a"}]}, *options)
    process.send_signal(signal.Signals[number])
    output, _ = process.communicate(timeout=10)
    assert process.returncode == status
    if status:
        assert json.loads(output)["problems"] == ["Step not used: steps.0."]


def test_a_hanging_answer_does_not_keep_the_process(tmp_path: Path) -> None:
    process, address = started(tmp_path, {"steps": [{"tokens": 5, "hang_after": 0}]})
    with httpx.stream("POST", f"{address}/v1/chat/completions", json=body("chat")) as response:
        assert response.status_code == 200
        process.terminate()
        process.communicate(timeout=10)
    assert process.returncode == 0


def test_an_attached_process_ends_with_its_input(tmp_path: Path) -> None:
    process, _ = started(tmp_path, {}, "--attached")
    process.communicate(timeout=10)
    assert process.returncode == 0


def test_only_loopback_is_served(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(None, host="0.0.0.0") == 2
    assert "loopback addresses only" in capsys.readouterr().err


def test_a_script_with_a_fault_does_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "script.json"
    file.write_text('{"steps": [{"txt": "a"}]}')
    assert run(file) == 2
    assert "steps.0.txt: unknown field" in capsys.readouterr().err


def test_importing_the_provider_loads_no_provider_library() -> None:
    check = (
        "import sys, flowent.scripted.process, flowent.scripted.server; "
        "print([name for name in ('pydantic_ai', 'openai', 'anthropic', 'google', 'fastapi') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
