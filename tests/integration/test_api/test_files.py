"""Uploads and downloads: bytes come back as they were, and never as a page of ours."""

import json
from collections.abc import Callable

import httpx
import pytest

from flowent.api.services import Services

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


async def upload(program: httpx.AsyncClient, name: str, data: bytes) -> dict[str, object]:
    answer = await program.post("/api/attachments", files={"file": (name, data)})
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_a_file_comes_back_as_it_was(program: httpx.AsyncClient) -> None:
    made = await upload(program, "Übersicht.md", "# Größe\n".encode())
    assert {"name": "Übersicht.md", "media_type": "text/markdown", "size": 10}.items() <= made.items()
    assert set(made) == {"id", "name", "media_type", "size"}
    back = await program.get(f"/api/attachments/{made['id']}")
    assert back.content == "# Größe\n".encode()
    assert back.headers["content-type"] == "text/markdown; charset=utf-8"
    assert back.headers["content-disposition"] == (
        "attachment; filename=\"_bersicht.md\"; filename*=UTF-8''%C3%9Cbersicht.md"
    )
    assert back.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert back.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("paper.pdf", b"%PDF-1.7\n" + bytes(50)),
    ],
)
async def test_only_images_are_shown_in_place(program: httpx.AsyncClient, name: str, content: bytes) -> None:
    made = await upload(program, name, content)
    back = await program.get(f"/api/attachments/{made['id']}", params={"inline": "true"})
    assert back.headers["content-disposition"].startswith("attachment;")
    assert "html" not in back.headers["content-type"]
    assert "svg" not in back.headers["content-type"]


async def test_an_image_is_shown_in_place_when_asked_for(program: httpx.AsyncClient) -> None:
    made = await upload(program, "a.png", PNG)
    path = f"/api/attachments/{made['id']}"
    assert (await program.get(path)).headers["content-disposition"].startswith("attachment;")
    shown = await program.get(path, params={"inline": "true"})
    assert shown.headers["content-disposition"].startswith("inline;")
    assert shown.headers["content-type"] == "image/png"
    assert "sandbox" in shown.headers["content-security-policy"]


async def test_a_name_cannot_break_out_of_its_header(program: httpx.AsyncClient) -> None:
    made = await upload(program, 'a"; filename=evil.html; x="\\.txt', b"x")
    header = (await program.get(f"/api/attachments/{made['id']}")).headers["content-disposition"]
    assert header.count('"') == 2


async def test_a_file_that_was_never_uploaded_is_not_found(program: httpx.AsyncClient) -> None:
    answer = await program.get("/api/attachments/att_none")
    assert (answer.status_code, answer.json()["code"]) == (404, "file_not_found")


async def test_a_file_over_the_persons_limit_is_refused(program: httpx.AsyncClient) -> None:
    await program.put("/api/settings", json={"attachments": {"file_bytes": 1000}})
    answer = await program.post("/api/attachments", files={"file": ("a.png", PNG + bytes(1000))})
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


async def test_an_upload_over_the_hard_limit_is_not_read(program: httpx.AsyncClient) -> None:
    answer = await program.post(
        "/api/attachments",
        content=b"",
        headers={"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(2**40)},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_attached_file_is_part_of_its_message(program: httpx.AsyncClient, conversation: str) -> None:
    made = await upload(program, "notes.txt", b"remember")
    path = f"/api/conversations/{conversation}"
    sent = await program.post(f"{path}/messages", json={"content": "", "attachments": [made["id"]]})
    assert sent.status_code == 202, sent.text
    (part,) = (await program.get(path)).json()["messages"][0]["parts"]
    assert (part["type"], part["attachment_id"], part["name"]) == ("attachment", made["id"], "notes.txt")


async def test_a_blob_is_given_only_where_a_tool_result_names_it(
    program: httpx.AsyncClient,
    conversation: str,
    services: Services,
    call_tool: Callable[[str, str], None],
    workdir_file: str,
) -> None:
    other = await services.blobs.put(b"somebody else's")
    refused = await program.get(f"/api/blobs/{other}", params={"conversation": conversation})
    assert (refused.status_code, refused.json()["code"]) == (404, "file_not_found")
    call_tool("read_file", json.dumps({"path": workdir_file, "limit": 500}))
    await program.post(f"/api/conversations/{conversation}/messages", json={"content": "Read it."})
    async for frames in services.conversations.watch(conversation, 0):
        if any(frame.type == "turn_ended" for frame in frames):
            break
    found = (await program.get(f"/api/conversations/{conversation}")).json()
    (blob,) = [
        part["result"]["blob"] for message in found["messages"] for part in message["parts"] if part["type"] == "tool"
    ]
    whole = await program.get(f"/api/blobs/{blob}", params={"conversation": conversation})
    assert whole.status_code == 200
    assert "line number 00400" in whole.json()["model_text"]
    assert whole.headers["content-disposition"].startswith("attachment;")
    elsewhere = (await program.post("/api/conversations")).json()["id"]
    assert (await program.get(f"/api/blobs/{blob}", params={"conversation": elsewhere})).status_code == 404
