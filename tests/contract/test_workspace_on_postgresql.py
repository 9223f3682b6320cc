"""The whole workspace on PostgreSQL: what holds on SQLite holds there."""

from pathlib import Path

from flowent.scripted.process import ScriptedProvider
from support.server import Server


async def test_a_turn_that_is_killed_goes_on_by_itself(tmp_path: Path, postgresql_schema: str) -> None:
    reads: dict[str, object] = {"text": "I look.", "tool_calls": [{"name": "list_dir", "arguments": {}}]}
    script = {"steps": [reads, {"text": "half of it", "hang_after": 1}, {"text": "All of it."}]}
    server = Server(tmp_path, extra={"FLOWENT_DATABASE_URL": postgresql_schema})
    async with ScriptedProvider(script).start() as provider:
        await server.start()
        await server.add_provider(provider.base_url("chat"))
        conversation = (await server.ask("POST", "/api/conversations", {}))["id"]
        sent = await server.ask("POST", f"/api/conversations/{conversation}/messages", {"content": "Look around."})
        async for event in server.watch(conversation, sent["seq"]):
            if event["type"] == "output_start" and event["index"] == 2:
                break
        await provider.wait_until(lambda report: len(report.requests) == 2)
        await server.kill()
        await server.start()
        events = await server.events(conversation, sent["seq"])
        view = await server.ask("GET", f"/api/conversations/{conversation}")
        assert await server.stop() == 0
        await provider.assert_finished()
    assert [event["cause"] for event in events if event["type"] == "start"] == ["message", "recovered"]
    texts = [part["text"] for part in view["messages"][-1]["parts"] if part["type"] == "text"]
    assert texts == ["I look.", "All of it."]
    assert view["status"] == "idle"
    assert not (server.data_dir / "flowent.db").exists()
