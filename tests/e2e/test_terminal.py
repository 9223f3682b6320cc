"""The terminal as a person uses it: the real command, a real workspace, a scripted provider."""

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flowent.scripted.process import ScriptedProvider
from support.server import Server

READS = [
    {
        "text": "I look.",
        "tool_calls": [
            {"name": "read_file", "arguments": {"path": "notes.txt"}},
            {"name": "grep_files", "arguments": {"pattern": "needle"}},
        ],
    },
    {"expect": {"contains": ["the needle is here"]}, "text": "Found the needle."},
]


@dataclass
class Terminal:
    """Commands over one data directory."""

    server: Server
    provider: ScriptedProvider

    async def run(self, *arguments: str, given: str | None = None, **environment: str) -> tuple[int, str, str]:
        """Run a command to its end; gives status, output and errors."""
        process = await self.begin(*arguments, piped=given is not None, **environment)
        async with asyncio.timeout(40):
            out, err = await process.communicate(given.encode() if given is not None else None)
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def begin(self, *arguments: str, piped: bool = False, **environment: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "flowent",
            *arguments,
            stdin=asyncio.subprocess.PIPE if piped else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self.server.environment(), **environment},
            cwd=self.server.workdir,
        )


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncGenerator[Terminal]:
    server = Server(tmp_path)
    async with ScriptedProvider().start() as provider:
        await server.start()
        await server.add_provider(provider.base_url("chat"))
        (server.workdir / "notes.txt").write_text("one\nthe needle is here\n")
        yield Terminal(server, provider)
        await server.stop()


async def test_ask_uses_the_running_workspace_and_shows_what_the_agent_does(terminal: Terminal) -> None:
    await terminal.provider.load({"steps": READS})
    status, out, err = await terminal.run("ask", "Where is the needle?")
    assert (status, out) == (0, "I look.\n\nFound the needle.\n")
    assert "Read notes.txt" in err
    conversations = (await terminal.server.ask("GET", "/api/conversations"))["items"]
    assert [row["title"] for row in conversations] == ["Where is the needle?"]
    await terminal.provider.assert_finished()


async def test_ask_works_without_a_running_workspace(terminal: Terminal) -> None:
    await terminal.provider.load({"steps": READS})
    await terminal.server.stop()
    status, out, _ = await terminal.run("ask", "Where is the needle?")
    assert (status, out) == (0, "I look.\n\nFound the needle.\n")


async def test_a_prompt_from_a_pipe_is_added(terminal: Terminal) -> None:
    await terminal.provider.load({"steps": [{"match": "Sum it up\n\nline one\nline two", "text": "Two lines."}]})
    status, out, _ = await terminal.run("ask", "Sum it up", given="line one\nline two\n")
    assert (status, out) == (0, "Two lines.\n")


async def test_json_prints_the_events(terminal: Terminal) -> None:
    await terminal.provider.load({"steps": [{"text": "Yes."}]})
    _, out, _ = await terminal.run("ask", "--json", "Well?")
    events = [json.loads(line) for line in out.splitlines()]
    assert events[0]["type"] == "start"
    assert events[-1]["type"] == "turn_ended"


async def test_continue_goes_on_in_the_last_conversation(terminal: Terminal) -> None:
    await terminal.provider.load(
        {"steps": [{"text": "First."}, {"expect": {"contains": ["Begin", "First."]}, "text": "Second."}]}
    )
    await terminal.run("ask", "Begin")
    status, out, _ = await terminal.run("ask", "--continue", "Go on")
    assert (status, out) == (0, "Second.\n")


async def test_a_failed_turn_says_what_to_do_and_exits_1(terminal: Terminal) -> None:
    await terminal.provider.load({"steps": [{"status": 401}]})
    status, out, err = await terminal.run("ask", "Hello")
    assert (status, out) == (1, "")
    assert "Check the provider's key" in err
    assert "Traceback" not in err


async def test_ctrl_c_stops_the_turn_and_exits_130(terminal: Terminal) -> None:
    await terminal.provider.load({"steps": [{"text": "so far, so good", "chunk_size": 20, "hang_after": 1}]})
    process = await terminal.begin("ask", "Hello")
    assert process.stdout is not None
    async with asyncio.timeout(20):
        assert await process.stdout.readexactly(6) == b"so far"
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 130
    conversation = (await terminal.server.ask("GET", "/api/conversations"))["items"][0]
    view = await terminal.server.ask("GET", f"/api/conversations/{conversation['id']}")
    assert view["messages"][-1]["status"] == "interrupted"
    assert view["messages"][-1]["parts"][0]["text"] == "so far, so good"


async def test_the_readmes_tour_reads_and_searches_this_repository(terminal: Terminal, root: Path) -> None:
    await terminal.provider.load(json.loads((root / "examples" / "tour.json").read_text()))
    shutil.rmtree(terminal.server.workdir)
    shutil.copytree(root / "docs", terminal.server.workdir / "docs")
    shutil.copy(root / "README.md", terminal.server.workdir)
    status, out, err = await terminal.run("ask", "Give me a tour.")
    assert status == 0, err
    assert "Found it: `docs/architecture.md`" in out
    assert "Read README.md" in err


async def test_setup_offers_the_key_in_the_environment(terminal: Terminal) -> None:
    await terminal.provider.load({"models": {"ids": ["gpt-5"]}, "steps": []})
    await terminal.server.stop()
    key = {"OPENAI_API_KEY": "sk-0123456789abcdef", "OPENAI_BASE_URL": terminal.provider.base_url("chat")}
    status, out, _ = await terminal.run("setup", **key)
    assert status == 0
    assert "…cdef in OPENAI_API_KEY" in out
    status, out, err = await terminal.run("setup", "key:OPENAI_API_KEY", **key)
    assert (status, err) == (0, "")
    status, _, err = await terminal.run("setup", "key:NOTHING")
    assert status == 1
    assert "Look again" in err


async def test_an_unknown_provider_is_said_plainly(terminal: Terminal) -> None:
    status, _, err = await terminal.run("ask", "--provider", "nonsense", "Hello")
    assert (status, err) == (1, "flowent: There is no provider nonsense. Name one that is set up, or add it.\n")


async def test_nothing_to_ask_is_said_plainly(terminal: Terminal) -> None:
    status, _, err = await terminal.run("ask")
    assert status == 1
    assert "nothing to ask" in err


async def test_text_from_a_model_cannot_steer_the_terminal(terminal: Terminal) -> None:
    await terminal.provider.load({"steps": [{"text": "a\x1b]0;title\x07b\u202ec\x9bd"}]})
    _, out, _ = await terminal.run("ask", "Hello")
    assert out == "a]0;titlebcd\n"


async def test_a_first_start_says_how_to_set_up_a_provider(terminal: Terminal) -> None:
    assert "`flowent setup` shows what was found" in terminal.server.output()


async def test_link_prints_a_login_that_works_once(terminal: Terminal) -> None:
    status, out, _ = await terminal.run("link")
    assert status == 0
    async with terminal.server.client() as client:
        client.headers.pop("Authorization")
        first = await client.get(out.strip())
        assert first.status_code == 303
        assert "flowent_session" in first.headers["set-cookie"]
        client.cookies.clear()
        again = await client.get(out.strip())
        assert again.headers["location"] == "/login?refused=link"
        assert "set-cookie" not in again.headers


async def test_doctor_reports_on_a_running_workspace(terminal: Terminal) -> None:
    await terminal.provider.load({"steps": [{"text": "ok", "optional": True, "repeat": "always"}]})
    status, out, err = await terminal.run("doctor")
    assert status == 0, out + err
    assert terminal.server.url in out
    assert "Scripted" in out


async def test_doctor_without_a_workspace_asks_the_providers_itself(terminal: Terminal) -> None:
    await terminal.provider.load({"models": {"status": 401}, "steps": []})
    await terminal.server.stop()
    status, out, _ = await terminal.run("doctor")
    assert status == 0
    assert "does not accept the API key" in out


async def test_a_second_workspace_on_the_same_data_is_refused(terminal: Terminal) -> None:
    status, _, err = await terminal.run("serve", "--port", "0")
    assert status == 1
    assert "in use by process" in err
    assert "Traceback" not in err


async def test_a_taken_port_is_said_plainly(terminal: Terminal, tmp_path: Path) -> None:
    status, _, err = await terminal.run("serve", FLOWENT_DATA_DIR=str(tmp_path / "other"))
    assert status == 1
    assert f"Port {terminal.server.port} is taken" in err


async def test_a_data_directory_that_cannot_be_made_is_said_plainly(terminal: Terminal) -> None:
    blocked = terminal.server.directory / "file"
    blocked.write_text("")
    status, _, err = await terminal.run("serve", "--port", "0", "--data-dir", str(blocked / "data"))
    assert status == 1
    assert str(blocked) in err
    assert "Traceback" not in err


async def test_the_version_is_printed(terminal: Terminal) -> None:
    status, out, _ = await terminal.run("--version")
    assert status == 0
    assert out.startswith("flowent ")


async def test_beyond_loopback_it_refuses_to_start_without_protection(terminal: Terminal) -> None:
    status, _, err = await terminal.run("serve", "--host", "0.0.0.0", "--port", "0")
    assert status == 1
    assert "Traceback" not in err
    assert "HTTPS" in err or "tls" in err.lower()


async def test_keys_are_nowhere_in_the_data_directory(terminal: Terminal) -> None:
    key = "canary-key-of-a-provider-0123456789"
    body = {"name": "C", "format": "openai", "base_url": terminal.provider.base_url("chat"), "api_key": key}
    await terminal.server.ask("PUT", "/api/providers/canary", {**body, "models": [{"id": "m"}]})
    (terminal.server.workdir / "leak.txt").write_text(f"{'x' * 79}\n" * 400 + f"{key}\n" + f"{'x' * 79}\n" * 400)
    leak = {"name": "read_file", "arguments": {"path": "leak.txt", "limit": 800}}
    await terminal.provider.load(
        {
            "steps": [
                {"status": 400, "error_message": f"bad {key}"},
                {"text": f"it is {key}", "tool_calls": [leak, {"name": "grep_files", "arguments": {"pattern": key}}]},
                {"text": "read"},
            ]
        }
    )
    await terminal.run("ask", "--provider", "canary", "--model", "m", "Hello")
    await terminal.run("ask", "--provider", "canary", "--model", "m", f"Say {key}")
    await terminal.server.stop()
    for path in terminal.server.data_dir.rglob("*"):
        if path.is_file():
            assert key.encode() not in path.read_bytes(), path
            assert path.stat().st_mode & 0o077 == 0, path
