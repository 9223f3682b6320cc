"""What models are told of arguments."""

import json
from typing import Annotated

import pytest
from pydantic import Field

from flowent.domain.values import JsonObject
from flowent.tools.base import Arguments
from flowent.tools.schema import parameters_schema


class Inner(Arguments):
    """Written for developers."""

    title: Annotated[str, Field(description="What it is called.")]


class Outer(Arguments):
    """Written for developers."""

    inner: Annotated[Inner, Field(description="The first.")]
    more: Annotated[tuple[Inner, ...], Field(max_length=3)] = ()


class Endless(Arguments):
    """Contains itself."""

    children: tuple["Endless", ...] = ()


INNER: JsonObject = {
    "type": "object",
    "properties": {"title": {"type": "string", "description": "What it is called."}},
    "required": ["title"],
    "additionalProperties": False,
}


def test_references_titles_and_docstrings_are_gone() -> None:
    assert parameters_schema(Outer) == {
        "type": "object",
        "properties": {
            "inner": {**INNER, "description": "The first."},
            "more": {"type": "array", "items": INNER, "maxItems": 3, "default": []},
        },
        "required": ["inner"],
        "additionalProperties": False,
    }


def test_no_arguments_are_an_object_without_properties() -> None:
    class Nothing(Arguments):
        pass

    assert parameters_schema(Nothing) == {"type": "object", "properties": {}, "additionalProperties": False}


def test_arguments_that_contain_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="Endless contains itself"):
        parameters_schema(Endless)


def test_the_bytes_are_the_same_every_time() -> None:
    assert json.dumps(parameters_schema(Outer)) == json.dumps(parameters_schema(Outer))
