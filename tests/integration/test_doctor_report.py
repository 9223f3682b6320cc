"""The report of a running workspace on itself, over a real data directory."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from flowent.api.app import create_app
from flowent.api.origins import Origins, loopback_origins
from flowent.bootstrap import checks
from flowent.bootstrap.edge import build_services
from flowent.bootstrap.workspace import Workspace, open_workspace
from flowent.config import Config

TOKEN = "token-of-the-integration-tests-0123456789"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "project").mkdir()
    given = {"data_dir": tmp_path / "data", "workdir": tmp_path / "project", "key_file": tmp_path / "key"}
    return Config.load(given, {}, None)


@pytest.fixture
async def workspace(config: Config) -> AsyncGenerator[Workspace, None]:
    async with open_workspace(config, resume=False) as opened:
        yield opened


@pytest.fixture
async def app(workspace: Workspace) -> FastAPI:
    return create_app(build_services(workspace, Origins(loopback_origins(6873)), TOKEN))


@pytest.fixture(autouse=True)
def nothing_blocks(app: FastAPI, nothing_blocks: None) -> None:
    """Watch only what follows: opening a workspace may block, for nobody is served yet."""


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient, None]:
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:6873", headers=headers) as made:
        yield made


async def test_it_tells_what_the_terminal_does(client: httpx.AsyncClient, config: Config) -> None:
    found = (await client.get("/api/doctor")).json()["findings"]
    told = {finding["name"]: finding for finding in found}
    assert list(told) == [
        "python",
        "sandbox",
        "ripgrep",
        "configuration",
        "data directory",
        "disk space",
        "database",
        "clock",
        "workspace",
        "embedded model",
    ]
    assert told["database"]["found"] == f"the database {config.database_file} is intact (quick check)"
    assert told["workspace"]["found"] == "runs at http://127.0.0.1:6873"


async def test_the_database_is_not_opened_a_second_time(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("closing it again would drop the locks of the one that is open")

    monkeypatch.setattr(checks, "check_database", refuse)
    assert (await client.get("/api/doctor")).status_code == 200


async def test_it_tells_how_much_data_there_is(client: httpx.AsyncClient, workspace: Workspace, config: Config) -> None:
    first, second = [(await client.post("/api/conversations")).json()["id"] for _ in range(2)]
    await client.delete(f"/api/conversations/{second}")
    await workspace.blobs.put(b"x" * 1000)
    data = (await client.get("/api/doctor")).json()["data"]
    assert first != second
    assert (data["conversations"], data["deleted_conversations"]) == (2, 1)
    assert data["blobs"] == {"directory": str(config.data_dir / "blobs"), "files": 1, "size": 1000}
    assert data["database_size"] >= config.database_file.stat().st_size > 0
    assert (data["directory"], data["database_file"]) == (str(config.data_dir), str(config.database_file))


async def test_no_secret_is_told(client: httpx.AsyncClient, workspace: Workspace, config: Config) -> None:
    workspace.redactor.register(str(config.data_dir))
    answer = await client.get("/api/doctor")
    assert all(str(config.data_dir) not in finding["found"] for finding in answer.json()["findings"])


async def test_providers_are_asked_where_that_is_wanted(client: httpx.AsyncClient) -> None:
    provider = {
        "name": "Mine",
        "format": "openai",
        "base_url": "http://127.0.0.1:9/v1",
        "api_key": "sk-a-key-of-the-tests",
    }
    await client.put("/api/providers/local", json=provider)
    found = (await client.get("/api/doctor", params={"providers": "true"})).json()["findings"]
    assert (found[-1]["name"], found[-1]["status"]) == ("provider Mine", "warning")
    assert found[-1]["remedy"]


async def test_files_are_found_in_the_workspace_that_is_built(client: httpx.AsyncClient, config: Config) -> None:
    (config.workdir / "hello_world.py").write_text("print()\n")
    conversation = (await client.post("/api/conversations")).json()["id"]
    found = (await client.get(f"/api/conversations/{conversation}/files", params={"query": "hw"})).json()
    assert [hit["path"] for hit in found["items"]] == ["hello_world.py"]
