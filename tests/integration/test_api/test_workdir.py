"""Finding and opening files of the work directory, and choosing a folder, over HTTP."""

import os
import shutil
from pathlib import Path

import httpx
import pytest


@pytest.fixture
def project(workdir: Path) -> Path:
    (workdir / ".gitignore").write_text("*.log\n")
    (workdir / "src").mkdir()
    (workdir / "src" / "open_hit.py").write_text("first\nsecond\nthird\n")
    (workdir / "src" / "noise.log").write_text("x")
    return workdir


async def test_files_are_found_by_what_was_typed(program: httpx.AsyncClient, conversation: str, project: Path) -> None:
    answer = await program.get(f"/api/conversations/{conversation}/files", params={"query": "ohit"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "items": [{"path": "src/open_hit.py", "kind": "file", "matched": [4, 9, 10, 11]}],
        "truncated": False,
    }


async def test_where_nothing_is_typed_there_is_something_to_choose(
    program: httpx.AsyncClient, conversation: str, project: Path
) -> None:
    answer = await program.get(f"/api/conversations/{conversation}/files")
    assert {hit["path"] for hit in answer.json()["items"]} == {"README.md", ".gitignore", "src", "src/open_hit.py"}


async def test_files_are_found_before_there_is_a_conversation(program: httpx.AsyncClient, project: Path) -> None:
    found = await program.get("/api/folders/files", params={"query": "ohit"})
    assert [hit["path"] for hit in found.json()["items"]] == ["src/open_hit.py"]
    within = await program.get("/api/folders/files", params={"query": "ohit", "workdir": str(project / "src")})
    assert [hit["path"] for hit in within.json()["items"]] == ["open_hit.py"]


async def test_files_outside_of_every_project_are_not_found(program: httpx.AsyncClient) -> None:
    refused = await program.get("/api/folders/files", params={"workdir": "/etc"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "workdir")


async def test_a_file_opens_at_a_line(program: httpx.AsyncClient, conversation: str, project: Path) -> None:
    os.utime(project / "src" / "open_hit.py", (1_800_000_000, 1_800_000_000))
    answer = await program.get(
        f"/api/conversations/{conversation}/files/content", params={"path": "src/open_hit.py", "from": 2, "limit": 1}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "path": "src/open_hit.py",
        "language": "python",
        "encoding": "utf-8",
        "first_line": 2,
        "lines": ["second"],
        "cut_lines": [],
        "total_lines": 3,
        "truncated": True,
        "size": 19,
        "modified_at": 1_800_000_000_000,
        "binary": False,
        "format": None,
    }


async def test_a_known_secret_is_not_shown(program: httpx.AsyncClient, conversation: str, project: Path) -> None:
    key = "sk-a-key-that-is-known-here"
    await program.put(
        "/api/providers/local", json={"format": "openai", "base_url": "http://127.0.0.1:9/v1", "api_key": key}
    )
    (project / ".env").write_text(f"KEY={key}\n")
    answer = await program.get(f"/api/conversations/{conversation}/files/content", params={"path": ".env"})
    assert answer.json()["lines"] == ["KEY=[redacted]"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("src/none.py", 404, "not_found"),
        ("src/open_hit.py/below", 404, "not_found"),
        ("src", 422, "invalid_request"),
        ("../data", 422, "invalid_request"),
        ("/etc/passwd", 422, "invalid_request"),
        ("out", 422, "invalid_request"),
        ("pipe", 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_opened_is_refused_with_a_remedy(
    program: httpx.AsyncClient, conversation: str, project: Path, path: str, status: int, code: str
) -> None:
    (project / "out").symlink_to("/etc/passwd")
    os.mkfifo(project / "pipe")
    answer = await program.get(f"/api/conversations/{conversation}/files/content", params={"path": path})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem["remedy"]
    assert "_dir" not in problem["detail"]


@pytest.mark.parametrize("address", ["files", "files/content?path=README.md"])
async def test_a_work_directory_that_is_gone_is_told(
    program: httpx.AsyncClient, conversation: str, workdir: Path, address: str
) -> None:
    shutil.rmtree(workdir)
    answer = await program.get(f"/api/conversations/{conversation}/{address}")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "workdir_unavailable")
    assert "choose another project folder" in problem["remedy"]


@pytest.mark.parametrize(
    "address",
    [
        "/api/conversations/conv_none/files",
        "/api/conversations/conv_none/files/content?path=a",
        "/api/folders?path=/none",
    ],
)
async def test_what_is_not_there_is_not_found(program: httpx.AsyncClient, address: str) -> None:
    answer = await program.get(address)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_folders_are_listed_from_above_the_work_directory(program: httpx.AsyncClient, workdir: Path) -> None:
    (workdir / ".git").mkdir()
    listing = (await program.get("/api/folders")).json()
    assert listing["path"] == str(workdir.parent)
    assert {"name": "project", "path": str(workdir), "project": True} in listing["items"]
    assert not listing["allowed"]
    assert listing["reason"]


async def test_a_folder_beneath_the_work_directory_can_be_chosen(program: httpx.AsyncClient, project: Path) -> None:
    listing = (await program.get("/api/folders", params={"path": str(project / "src")})).json()
    assert (listing["allowed"], listing["reason"], listing["items"]) == (True, None, [])
    assert listing["parent"] == str(project)


async def test_recent_folders_are_those_of_conversations(
    program: httpx.AsyncClient, conversation: str, project: Path
) -> None:
    await program.post("/api/conversations", json={"workdir": str(project / "src")})
    recent = (await program.get("/api/folders/recent")).json()
    assert {folder["path"] for folder in recent["items"]} == {str(project), str(project / "src")}


@pytest.mark.parametrize(
    "address", ["/api/conversations/conv_1/files", "/api/folders", "/api/folders/recent", "/api/doctor"]
)
async def test_nobody_asks_without_a_login(anyone: httpx.AsyncClient, address: str) -> None:
    assert (await anyone.get(address)).status_code == 401


async def test_the_doctor_asks_providers_only_where_that_is_wanted(program: httpx.AsyncClient) -> None:
    plain = (await program.get("/api/doctor")).json()
    asked = (await program.get("/api/doctor", params={"providers": "true"})).json()
    assert plain["findings"] == [{"status": "ok", "name": "python", "found": "well", "remedy": None}]
    assert asked["findings"][0]["name"] == "providers"
