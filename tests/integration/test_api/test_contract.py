"""The running server keeps to its own document: requests that the document allows, and requests that it does not."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis import checks as general_checks
from schemathesis.specs.openapi import checks as openapi_checks

from flowent.api.app import openapi_document
from flowent.api.server import Server

SEED = 20261122
_general: Any = general_checks
_rules: Any = openapi_checks
CHECKS = [
    _general.not_a_server_error,
    _rules.status_code_conformance,
    _rules.content_type_conformance,
    _rules.response_headers_conformance,
    _rules.response_schema_conformance,
    _rules.negative_data_rejection,
]


def names_of_kinds(document: Any) -> dict[str, list[tuple[str, str]]]:
    """Give the operations, without the streams: those do not end."""
    found: dict[str, list[tuple[str, str]]] = {"read": [], "write": []}
    for path, methods in document["paths"].items():
        for method in methods:
            if not path.endswith("/stream"):
                found["read" if method == "get" else "write"].append((path, method))
    return found


class Exercise:
    """Sends made-up requests to a server, half of the allowed ones to things that exist."""

    def __init__(self, base_url: str, token: str, known: dict[str, str], examples: int) -> None:
        self.sent = 0
        self._schema: Any = schemathesis.openapi.from_dict(openapi_document("1.2.3"))
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._known = known
        self._examples = examples

    def run(self, operations: Sequence[tuple[str, str]]) -> None:
        for path, method in operations:
            operation = self._schema[path][method]
            self._send(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), self._to_what_exists)
            if path == "/api/attachments":
                continue  # Any bytes are a file; what is wrong with a form is tested elsewhere.
            # An operation that takes nothing cannot be asked wrongly.
            with suppress(Unsatisfiable):
                self._send(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), self._as_it_is)

    def _send(self, cases: Any, prepare: Callable[[Any], None]) -> None:
        @seed(SEED)
        @settings(
            max_examples=self._examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        )
        @given(case=cases)
        def check(case: Any) -> None:
            self.sent += 1
            # No operation documents a header: made-up ones only find out what the HTTP parser takes for a header.
            case.headers = {}
            prepare(case)
            case.call_and_validate(base_url=self._base_url, headers=self._headers, checks=CHECKS)

        check()

    def _to_what_exists(self, case: Any) -> None:
        if self.sent % 2:
            for name in set(self._known) & set(case.path_parameters):
                case.path_parameters[name] = self._known[name]

    def _as_it_is(self, case: Any) -> None:
        """Leave what is wrong with it."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["read", "write"])
async def test_every_answer_is_as_documented(
    server: tuple[Server, str], http: Any, token: str, kind: str, full: bool
) -> None:
    conversation = (await http.post("/api/conversations")).json()["id"]
    await http.post(f"/api/conversations/{conversation}/messages", json={"content": "Hello", "id": "mine-1"})
    provider = {"format": "openai", "base_url": "http://127.0.0.1:9/v1", "api_key": "sk-a-key-of-the-tests"}
    await http.put("/api/providers/local", json=provider)
    attachment = (await http.post("/api/attachments", files={"file": ("a.txt", b"x")})).json()["id"]
    known = {
        "conversation_id": conversation,
        "provider_id": "local",
        "message_id": "mine-1",
        "attachment_id": attachment,
    }
    operations = names_of_kinds(openapi_document("1.2.3"))[kind]
    exercise = Exercise(server[1], token, known, 30 if full else 4)
    await asyncio.to_thread(exercise.run, operations)
    assert exercise.sent > len(operations)
    assert (await http.get("/api/health")).status_code == 200
