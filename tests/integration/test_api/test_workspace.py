"""Health, about, logging in and out, and the document."""

import json
import re
from typing import Any, get_args

import httpx
import pytest
from fastapi import FastAPI
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from flowent.api.app import openapi_document
from flowent.api.services import Services
from flowent.domain.events import Event


@pytest.fixture(scope="module")
def document() -> Any:
    """The OpenAPI document."""
    return openapi_document("1.2.3")


OWN = {"Origin": "http://127.0.0.1:6873"}


async def test_health_needs_no_login(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.get("/api/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": "1.2.3"})


async def test_about_tells_what_runs(program: httpx.AsyncClient, services: Services) -> None:
    assert (await program.get("/api/about")).json() == services.about.model_dump()


async def test_every_documented_route_but_two_needs_a_login(anyone: httpx.AsyncClient, document: Any) -> None:
    open_routes: list[str] = []
    for path, methods in document["paths"].items():
        for method in methods:
            answer = await anyone.request(method, re.sub(r"\{\w+\}", "x", path))
            if answer.status_code != 401:
                open_routes.append(f"{method} {path}")
    assert open_routes == ["get /api/health", "post /api/login"]


async def test_a_browser_logs_in_by_link_and_out_again(anyone: httpx.AsyncClient, program: httpx.AsyncClient) -> None:
    link = (await program.post("/api/login-links")).json()["url"]
    opened = await anyone.get(link)
    assert (opened.status_code, opened.headers["location"]) == (303, "/")
    assert "HttpOnly" in opened.headers["set-cookie"]
    assert "SameSite=Strict" in opened.headers["set-cookie"]
    assert (await anyone.get("/api/about")).status_code == 200
    left = await anyone.post("/api/logout", headers=OWN)
    assert left.status_code == 204
    assert (await anyone.get("/api/about")).status_code == 401


async def test_a_used_link_leads_to_the_login_that_says_so(
    anyone: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    link = (await program.post("/api/login-links")).json()["url"]
    await anyone.get(link)
    anyone.cookies.clear()
    again = await anyone.get(link)
    assert (again.status_code, again.headers["location"]) == (303, "/login?refused=link")
    assert again.headers["cache-control"] == "no-store"
    assert "set-cookie" not in again.headers


async def test_opening_the_link_again_while_logged_in_leads_to_the_page(
    anyone: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    link = (await program.post("/api/login-links")).json()["url"]
    await anyone.get(link)
    again = await anyone.get(link)
    assert (again.status_code, again.headers["location"]) == (303, "/")


async def test_a_browser_that_guesses_ahead_does_not_use_the_link_up(
    anyone: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    link = (await program.post("/api/login-links")).json()["url"]
    assert (await anyone.get(link, headers={"Sec-Purpose": "prefetch;prerender"})).status_code == 503
    await anyone.head(link)
    assert (await anyone.get(link)).headers["location"] == "/"


async def test_a_program_logs_in_with_the_token(anyone: httpx.AsyncClient, token: str) -> None:
    answer = await anyone.post("/api/login", json={"token": token})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await anyone.get("/api/about")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"token": "x", "password": "y"},
        {"token": None},
        {"token": 5},
        {"user": "x", "token": "y"},
        {"token": "x" * 5000},
    ],
)
async def test_a_login_is_a_token_or_a_password(anyone: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = await anyone.post("/api/login", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_brute_force_is_slowed_down(anyone: httpx.AsyncClient, token: str) -> None:
    statuses = [
        (await anyone.post("/api/login", json={"password": f"guess {number}"})).status_code for number in range(15)
    ]
    assert statuses == [401] * 10 + [429] * 5
    refused = await anyone.get("/login", params={"token": "guess"})
    place = httpx.URL(refused.headers["location"])
    assert (refused.status_code, place.path, place.params["refused"]) == (303, "/login", "too_many_attempts")
    assert int(place.params["retry_after"]) > 0
    assert (await anyone.post("/api/login", json={"token": token})).status_code == 204


async def test_a_session_outlives_the_process(
    anyone: httpx.AsyncClient, services: Services, token: str, app: FastAPI
) -> None:
    await anyone.post("/api/login", json={"token": token})
    services.logins._known.clear()  # pyright: ignore[reportPrivateUsage] - what a restart forgets
    assert (await anyone.get("/api/about")).status_code == 200


async def test_the_document_is_served_and_valid(program: httpx.AsyncClient, document: Any) -> None:
    assert (await program.get("/api/openapi.json")).json() == document
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []


def test_every_reference_in_the_document_leads_somewhere(document: Any) -> None:
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
    schemas = document["components"]["schemas"]
    assert references <= {f"#/components/schemas/{name}" for name in schemas}


def test_every_event_is_in_the_document_with_its_place(document: Any) -> None:
    schemas = document["components"]["schemas"]
    mapping: dict[str, str] = schemas["StreamEvent"]["discriminator"]["mapping"]
    tags = {event.model_fields["type"].default for event in get_args(Event)}
    assert set(mapping) == tags
    for tag, reference in mapping.items():
        schema = schemas[reference.removeprefix("#/components/schemas/")]
        assert schema["properties"]["type"]["const"] == tag
        assert {"type", "conversation_id", "seq", "at"} <= set(schema["required"])


def test_the_streams_are_described_as_event_streams(document: Any) -> None:
    content = document["paths"]["/api/conversations/{conversation_id}/stream"]["get"]["responses"]["200"]["content"]
    assert content == {"text/event-stream": {"schema": {"$ref": "#/components/schemas/StreamEvent"}}}


def test_refusals_are_described_everywhere(document: Any) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            described = operation["responses"]["401"]["content"]
            assert list(described) == ["application/problem+json"], f"{method} {path}"
            assert "HTTPValidationError" not in str(operation)


def test_every_name_of_an_operation_is_its_own(document: Any) -> None:
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names)
