"""What a model reads about arguments that are wrong, and what is forgiven."""

from typing import Annotated

import pytest
from pydantic import Field

from flowent.tools.base import Arguments, ToolError
from flowent.tools.read_file import ReadFileArguments
from flowent.tools.update_plan import UpdatePlanArguments
from flowent.tools.validation import nearest, parse_arguments


class NoArguments(Arguments):
    """Nothing."""


class Various(Arguments):
    """One field for each kind of complaint."""

    name: Annotated[str, Field(min_length=2, max_length=4)] = "name"
    share: float = 0.5
    on: bool = False
    labels: dict[str, int] = Field(default_factory=dict)
    maybe: int | None = 3


def complaint(arguments: type[Arguments], text: str) -> str:
    with pytest.raises(ToolError) as caught:
        parse_arguments("tool", arguments, text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"path": "x", "limit": "ten"}', 'tool: "limit" must be an integer, got "ten".'),
        ('{"path": "x", "limit": 1.5}', 'tool: "limit" must be an integer, got 1.5.'),
        ('{"path": 7}', 'tool: "path" must be a string, got 7.'),
        ('{"path": null}', 'tool: "path" must be a string, got null.'),
        ('{"path": ""}', 'tool: "path" must have at least 1 character, got "".'),
        ("{}", 'tool: "path" is required.'),
        ('{"path": "x", "offset": 0}', 'tool: "offset" must be greater than or equal to 1, got 0.'),
        ('{"path": "x", "ofset": 3}', 'tool: unknown argument "ofset" (did you mean "offset"?).'),
        ('{"path": "x", "zzz": 3}', 'tool: unknown argument "zzz" (there are: path, offset, limit).'),
        (
            '{"pth": "x", "limit": []}',
            'tool: "path" is required; "limit" must be an integer, got []; '
            'unknown argument "pth" (did you mean "path"?).',
        ),
        ('["x"]', 'tool: the arguments must be a JSON object, got ["x"].'),
        ('"x"', 'tool: the arguments must be a JSON object, got "x".'),
        ("null", "tool: the arguments must be a JSON object, got null."),
    ],
)
def test_a_complaint_names_field_expected_and_given(text: str, message: str) -> None:
    assert complaint(ReadFileArguments, text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"name": "longer"}', 'tool: "name" must have at most 4 characters, got "longer".'),
        ('{"share": "half"}', 'tool: "share" must be a number, got "half".'),
        ('{"on": "maybe"}', 'tool: "on" must be true or false, got "maybe".'),
        ('{"labels": []}', 'tool: "labels" must be an object, got [].'),
        ('{"labels": {"a": "b"}}', 'tool: "labels.a" must be an integer, got "b".'),
    ],
)
def test_every_kind_of_value_has_a_plain_name(text: str, message: str) -> None:
    assert complaint(Various, text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"steps": [{"step": "a", "status": "done"}]}',
            "tool: \"steps[0].status\" must be 'pending', 'in_progress' or 'completed', got \"done\".",
        ),
        ('{"steps": [{"step": "a", "status": "pending", "x": 1}]}', 'tool: "steps[0]" has no "x".'),
        ('{"steps": ["a"]}', 'tool: "steps[0]" must be an object, got "a".'),
        ('{"steps": "a"}', 'tool: "steps" must be an array, got "a".'),
        (
            '{"steps": [{"step": "a", "status": "in_progress"}, {"step": "b", "status": "in_progress"}]}',
            "tool: at most one step can be in_progress, but these are: 1, 2.",
        ),
    ],
)
def test_a_complaint_says_where_inside(text: str, message: str) -> None:
    assert complaint(UpdatePlanArguments, text) == message


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"path": "x', "line 1 column 11"),
        ('{"path": "x",}', "line 1 column 14"),
        ('{\n"path": x}', "line 2 column 9"),
        ('{"path": NaN}', "line 1 column 10"),
        ('{"path": "x"} and more', "line 1 column 15"),
        ("[" * 100_000, "recursion limit exceeded"),
        ('{"limit": ' + "1" * 10_000 + "}", "out of range"),
    ],
)
def test_malformed_json_says_where(text: str, where: str) -> None:
    message = complaint(ReadFileArguments, text)

    assert message.startswith("tool: the arguments are not valid JSON: ")
    assert where in message


def test_long_values_and_many_mistakes_are_cut() -> None:
    steps = ", ".join('{"step": "' + "x" * 600 + '", "status": "pending"}' for _ in range(20))

    message = complaint(UpdatePlanArguments, f'{{"steps": [{steps}]}}')

    assert len(message) < 2_000
    assert message.endswith("; and 12 more.")


@pytest.mark.parametrize("text", ["", "  \n", "{}"])
def test_no_text_means_no_arguments(text: str) -> None:
    assert parse_arguments("tool", NoArguments, text) == NoArguments()


def test_an_argument_where_there_are_none_is_refused() -> None:
    assert complaint(NoArguments, '{"a": 1}') == 'tool: unknown argument "a" (there are: none).'


def test_null_means_left_out_where_that_is_possible() -> None:
    parsed = parse_arguments("tool", ReadFileArguments, '{"path": "x", "offset": null, "limit": null}')

    assert parsed == ReadFileArguments(path="x")


def test_null_stays_where_it_has_a_meaning() -> None:
    assert parse_arguments("tool", Various, '{"maybe": null}') == Various(maybe=None)


@pytest.mark.parametrize(("name", "near"), [("reed_file", "read_file"), ("ReadFile", "read_file"), ("zzz", None)])
def test_the_nearest_name_is_found(name: str, near: str | None) -> None:
    assert nearest(name, ["read_file", "list_dir"]) == near
