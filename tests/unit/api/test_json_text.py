"""Half characters in JSON."""

import json

import pytest

from flowent.api.json_text import broken_text


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (rb'{"content": "a \ud800 b"}', "content"),
        (rb'{"content": "\uDFFF"}', "content"),
        (rb'{"content": "\ud800\ud83d\ude00"}', "content"),
        (rb'{"items": [{"id": "x"}, {"id": "\udc00"}]}', "items.1.id"),
        (rb'{"headers": {"\ud800": "x"}}', "headers.\ud800"),
        (rb'"\ud800"', "body"),
        (rb'["\ud800"]', "0"),
    ],
)
def test_half_a_character_is_found(body: bytes, place: str) -> None:
    assert broken_text(body) == place


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        '{"content": "Grüße 😀"}'.encode(),
        json.dumps({"content": "Grüße 😀"}).encode(),
        rb'{"content": "\\ud800"}',
        rb'{"content": "\ud83d\uDE00"}',
        rb'{"content": "\ud800',
        b'{"content": "\\ud83d\\ude00", "deep": ' + b"[" * 50_000,
    ],
)
def test_whole_characters_and_what_is_no_json_are_left_alone(body: bytes) -> None:
    assert broken_text(body) is None


def test_a_deep_body_is_looked_through() -> None:
    assert broken_text(b"[" * 400 + rb'"\ud800"' + b"]" * 400) == ".".join(["0"] * 400)
