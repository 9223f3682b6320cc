"""Providers, settings and offers over HTTP; above all: keys go in and never come out."""

import logging
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

CANARY = "sk-canary-7f3a9c1e5b2d8046-do-not-show"
PROVIDER = {"format": "openai", "base_url": "http://127.0.0.1:9/v1", "api_key": CANARY}


async def add(program: httpx.AsyncClient, **more: object) -> Any:
    answer = await program.put("/api/providers/local", json={**PROVIDER, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_provider_is_added_listed_changed_and_removed(program: httpx.AsyncClient) -> None:
    made = await add(program, name="Local", headers={"X-Team": "blue"}, models=[{"id": "m-1", "context_window": 8000}])
    assert (made["id"], made["name"], made["format"]) == ("local", "Local", "openai")
    assert (made["has_key"], made["key_last4"], made["headers"]) == (True, "show", ["x-team"])
    assert (await program.get("/api/providers")).json() == {"items": [made]}
    changed = await program.put("/api/providers/local", json={"name": "Mine"})
    assert (changed.json()["name"], changed.json()["has_key"]) == ("Mine", True)
    assert (await program.get("/api/providers/local")).json() == changed.json()
    assert (await program.delete("/api/providers/local")).status_code == 204
    assert (await program.get("/api/providers/local")).status_code == 404
    assert (await program.delete("/api/providers/local")).json()["code"] == "provider_not_found"


async def test_a_provider_lists_its_models(program: httpx.AsyncClient) -> None:
    await add(program)
    (found,) = (await program.get("/api/providers/local/models")).json()["items"]
    assert (found["id"], found["context_window"]) == ("played-1", 8000)


async def test_a_provider_is_tested(program: httpx.AsyncClient) -> None:
    await add(program)
    tested = (await program.post("/api/providers/local/test")).json()
    assert (tested["ok"], tested["model"]) == (True, "played-1")
    chosen = (await program.post("/api/providers/local/test", json={"model": "m-2"})).json()
    assert chosen["model"] == "m-2"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "format"),
        ({**PROVIDER, "format": "telepathy"}, "format"),
        ({**PROVIDER, "base_url": CANARY}, "base_url"),
        ({**PROVIDER, "apikey": CANARY}, "apikey"),
        ({**PROVIDER, "api_key": [CANARY]}, "api_key"),
        ({**PROVIDER, "headers": {"X": [CANARY]}}, "headers.X"),
        ({**PROVIDER, "models": [{"id": "m", "price": CANARY}]}, "models.0.price"),
    ],
)
async def test_a_provider_that_cannot_be_names_its_field_and_quotes_nothing(
    program: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    answer = await program.put("/api/providers/local", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert CANARY not in answer.text


@pytest.mark.parametrize("provider_id", ["UPPER", "a.b", "-x", "x" * 65, "embedded"])
async def test_a_provider_id_is_plain(program: httpx.AsyncClient, provider_id: str) -> None:
    assert (await program.put(f"/api/providers/{provider_id}", json=PROVIDER)).status_code == 422


async def test_settings_are_merged(program: httpx.AsyncClient) -> None:
    await add(program)
    before = (await program.get("/api/settings")).json()
    assert {"provider_id", "model", "reasoning_effort", "context_window", "agent_prompt"} <= set(before)
    changed = await program.put(
        "/api/settings", json={"provider_id": "local", "model": "m-1", "agent_prompt": "Be brief."}
    )
    assert changed.status_code == 200
    again = (await program.put("/api/settings", json={"reasoning_effort": "high"})).json()
    assert (again["model"], again["agent_prompt"], again["reasoning_effort"]) == ("m-1", "Be brief.", "high")
    assert (await program.get("/api/settings")).json() == again


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"provider_id": "none"}, "provider_id"),
        ({"context_window": -1}, "context_window"),
        ({"context_window": True}, "context_window"),
        ({"limits": {"steps": 0}}, "limits.steps"),
        ({"limits": {"step": 5}}, "limits.step"),
        ({"theme": "dark"}, "theme"),
        ({"agent_prompt": "x" * 40_000}, "agent_prompt"),
    ],
)
async def test_a_setting_that_cannot_be_names_its_field(
    program: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    answer = await program.put("/api/settings", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_what_was_found_on_this_machine_is_offered(program: httpx.AsyncClient) -> None:
    (offer,) = (await program.get("/api/setup")).json()["offers"]
    assert (offer["id"], offer["kind"]) == ("embedded", "embedded")
    assert offer["problem"]["remedy"] == "Install it."
    refused = await program.post("/api/setup/offers/embedded")
    assert refused.status_code == 422
    unknown = await program.post("/api/setup/offers/key:NONE")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "offer_not_found")


async def test_no_answer_holds_a_secret(
    program: httpx.AsyncClient, app: FastAPI, conversation: str, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # the client's own log, with the addresses that it asked for
    answers = [await program.put("/api/providers/local", json={**PROVIDER, "headers": {"X-Secret": CANARY}})]
    link = await program.post("/api/login-links")
    answers += [
        await program.put("/api/providers/local", json={"name": CANARY, "bad": CANARY}),
        await program.post("/api/login", json={"token": CANARY}),
        await program.post("/api/login", json={"password": CANARY, "token": CANARY}),
        await program.get("/login", params={"token": CANARY}),
        await program.get("/api/about", headers={"Authorization": f"Bearer {CANARY}"}),
        await program.get(f"/api/conversations?{CANARY}=1".replace(CANARY, "x")),
    ]
    document: Any = (await program.get("/api/openapi.json")).json()
    for path, methods in document["paths"].items():
        if "get" in methods and "stream" not in path:
            concrete = path.replace("{provider_id}", "local").replace("{conversation_id}", conversation)
            answers.append(await program.get(concrete))
    answers.append(await program.post("/api/providers/local/test"))
    for answer in answers:
        everything = answer.text + str(answer.headers)
        assert CANARY not in everything, answer.request.url
        assert token not in everything, answer.request.url
    one_time = link.json()["url"].partition("token=")[2]
    assert await program.get("/login", params={"token": one_time})
    for secret in (CANARY, token, one_time):
        assert secret not in caplog.text
