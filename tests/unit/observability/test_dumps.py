"""Dumps of model requests: what they show, what they hide, and how many are kept."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from flowent.observability.dumps import RequestDumps
from flowent.observability.redaction import REPLACEMENT, SecretRedactor

KEY = 'key-"0123456789"'


@pytest.fixture
def redactor() -> SecretRedactor:
    redactor = SecretRedactor()
    redactor.register(KEY)
    return redactor


def dump(dumps: RequestDumps, body: object = None, url: str = "http://localhost:9/v1/chat") -> Path:
    headers = {"Authorization": f"Bearer {KEY}", "X-Team": "short", "Content-Type": "application/json"}
    return dumps.save("My provider/1", "POST", url, headers, json.dumps(body).encode())


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def test_the_request_can_be_read(tmp_path: Path, redactor: SecretRedactor) -> None:
    request = read(dump(RequestDumps(tmp_path, redactor), {"messages": [{"content": "Grüße", "n": 1}]}))
    assert (request["method"], request["url"]) == ("POST", "http://localhost:9/v1/chat")
    assert request["body"] == {"messages": [{"content": "Grüße", "n": 1}]}


def test_no_secret_is_in_it(tmp_path: Path, redactor: SecretRedactor) -> None:
    path = dump(
        RequestDumps(tmp_path, redactor),
        {"messages": [{"content": f"my key is {KEY}"}], KEY: 1},
        url="http://user:word@localhost:9/v1/models?key=0123456789&alt=sse",
    )
    request = read(path)
    assert "0123456789" not in path.read_text()
    assert request["headers"] == {
        "Authorization": REPLACEMENT,
        "X-Team": REPLACEMENT,
        "Content-Type": "application/json",
    }
    assert request["url"] == f"http://localhost:9/v1/models?key={REPLACEMENT}&alt={REPLACEMENT}"
    assert request["body"]["messages"][0]["content"] == f"my key is {REPLACEMENT}"


def test_a_body_that_is_no_json_is_text(tmp_path: Path, redactor: SecretRedactor) -> None:
    path = RequestDumps(tmp_path, redactor).save("p", "POST", "http://localhost", {}, b"\xff plain")
    assert read(path)["body"] == "\\xff plain"


def test_files_are_the_owners_only(tmp_path: Path, redactor: SecretRedactor) -> None:
    path = dump(RequestDumps(tmp_path / "dumps", redactor))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.name.endswith("-000001-my-provider-1.json")


def test_only_the_newest_are_kept(tmp_path: Path, redactor: SecretRedactor) -> None:
    (tmp_path / "notes.json").touch()
    dumps = RequestDumps(tmp_path, redactor, max_files=2)
    paths = [dump(dumps) for _ in range(4)]
    assert sorted(tmp_path.iterdir()) == sorted([*paths[-2:], tmp_path / "notes.json"])


def test_large_ones_are_kept_as_far_as_there_is_room(tmp_path: Path, redactor: SecretRedactor) -> None:
    dumps = RequestDumps(tmp_path, redactor, max_total=5000)
    paths = [dump(dumps, "x" * size) for size in (2000, 2000, 2000, 9000)]
    assert list(tmp_path.iterdir()) == paths[-1:]
    paths.append(dump(dumps, "x" * 100))
    assert list(tmp_path.iterdir()) == paths[-1:]
