"""The gate: what passes it, what does not, and what comes out."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import JsonValue

from flowent.domain.events import ToolItem
from flowent.domain.parts import ToolPart, ToolResult
from flowent.store.base import StorageFullError
from flowent.tools.base import AnyTool, Arguments, Output, ToolContext, ToolError
from flowent.tools.gate import Caps, Gate, Outcome, Ready, Refused
from flowent.tools.policy import Allowed, Decision, Denied

from .fakes import MemoryBlobs, at

CONTEXT = at(Path("/work"))


class EchoArguments(Arguments):
    """What is given back."""

    text: str = "hello"
    times: int = 1


@dataclass
class Echo:
    """A tool that gives what it is made with, or raises it."""

    name: str = "echo"
    effect: Literal["read", "act"] = "read"
    gives: Output | BaseException | Callable[[], Any] | None = None
    description: str = "Gives back."
    arguments: type[EchoArguments] = EchoArguments
    calls: list[EchoArguments] = field(default_factory=list[EchoArguments])

    def title(self, arguments: EchoArguments) -> str:
        return f"Echoing {arguments.text}"

    async def run(self, arguments: EchoArguments, context: ToolContext) -> Output:
        self.calls.append(arguments)
        match self.gives:
            case BaseException():
                raise self.gives
            case Output():
                return self.gives
            case None:
                return Output(arguments.text * arguments.times, f"Echoed {arguments.text}")
            case _:
                return await self.gives()


@dataclass(frozen=True)
class Always:
    """A policy that always says the same."""

    decision: Decision

    def decide(self, tool: AnyTool, arguments: Arguments, context: ToolContext) -> Decision:
        return self.decision


def call(name: str = "echo", text: str = "{}") -> ToolPart:
    return ToolPart(id="tool_1", call_id="", name=name, input=text)


async def checked(gate: Gate, part: ToolPart) -> Ready:
    ready = await gate.check(part, CONTEXT)
    assert isinstance(ready, Ready)
    return ready


async def refused(gate: Gate, part: ToolPart) -> Refused:
    answer = await gate.check(part, CONTEXT)
    assert isinstance(answer, Refused)
    return answer


async def ran(gate: Gate) -> Outcome:
    return await gate.run(await checked(gate, call()))


async def test_a_valid_call_is_ready_with_what_its_start_says() -> None:
    echo = Echo()

    ready = await checked(Gate([echo], MemoryBlobs()), call(text='{"times": "2"}'))

    assert ready.item == ToolItem(
        id="tool_1", name="echo", title="Echoing hello", arguments={"text": "hello", "times": 2}
    )
    assert echo.calls == []


async def test_a_ready_call_runs_with_its_arguments() -> None:
    gate = Gate([Echo()], MemoryBlobs())

    outcome = await gate.run(await checked(gate, call(text='{"text": "ha", "times": 3}')))

    assert outcome == Outcome(ToolResult(model_text="hahaha"), failed=False, title="Echoed ha")


async def test_all_faces_of_a_result_come_through() -> None:
    output = Output("for the model", "Done", content="for the person", data={"kind": "x", "lines": [1, 2.5, None]})

    outcome = await ran(Gate([Echo(gives=output)], MemoryBlobs()))

    assert outcome.result == ToolResult(
        model_text="for the model", content="for the person", data={"kind": "x", "lines": [1, 2.5, None]}
    )


async def test_an_unknown_tool_lists_those_that_exist() -> None:
    gate = Gate([Echo("read_file"), Echo("list_dir")], MemoryBlobs())

    answer = await refused(gate, call("reed_file"))

    assert answer.status == "failed"
    assert answer.title == "Unknown tool reed_file"
    assert answer.result.model_text == (
        'There is no tool "reed_file". Did you mean "read_file"? Available: list_dir, read_file.'
    )


async def test_an_unknown_tool_without_a_near_name_or_any_other_says_so() -> None:
    answer = await refused(Gate([], MemoryBlobs()), call(""))

    assert answer.result.model_text == 'There is no tool "". Available: none.'


async def test_malformed_arguments_are_refused_with_the_complaint() -> None:
    answer = await refused(Gate([Echo()], MemoryBlobs()), call(text='{"times": "x"}'))

    assert answer == Refused(
        ToolResult(model_text='echo: "times" must be an integer, got "x".'), "Malformed call of echo", "failed"
    )


async def test_lone_surrogates_in_a_call_do_no_harm() -> None:
    gate = Gate([Echo()], MemoryBlobs())

    ready = await checked(gate, call(text='{"text": "\udcff"}'))
    answer = await refused(gate, call("\udcff"))

    assert ready.item.model_dump_json()
    assert answer.result.model_dump_json()


async def test_an_acting_tool_is_denied_where_nobody_allows_it() -> None:
    answer = await refused(Gate([Echo(effect="act")], MemoryBlobs()), call())

    assert answer.status == "denied"
    assert answer.title == "Echoing hello"
    assert answer.result.model_text == ("echo was not run: echo changes things, and nobody has allowed that here.")


async def test_the_policy_decides_on_every_call() -> None:
    acting = Gate([Echo(effect="act")], MemoryBlobs(), Always(Allowed()))
    reading = Gate([Echo()], MemoryBlobs(), Always(Denied("a rule says no.")))

    await checked(acting, call())
    assert (await refused(reading, call())).result.model_text == "echo was not run: a rule says no."


async def test_a_policy_that_breaks_lets_nothing_run() -> None:
    class Broken:
        def decide(self, tool: AnyTool, arguments: Arguments, context: ToolContext) -> Decision:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        await Gate([Echo()], MemoryBlobs(), Broken()).check(call(), CONTEXT)


async def test_a_tools_error_is_a_result_for_the_model() -> None:
    outcome = await ran(Gate([Echo(gives=ToolError("There is no such file."))], MemoryBlobs()))

    assert outcome == Outcome(ToolResult(model_text="There is no such file."), failed=True, title="Echoing hello")


async def test_a_bug_in_a_tool_is_told_briefly_and_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        outcome = await ran(Gate([Echo(gives=ZeroDivisionError("secret detail"))], MemoryBlobs()))

    assert outcome.failed
    assert "internal error in the tool" in outcome.result.model_text
    assert "secret detail" not in outcome.result.model_text
    assert "ZeroDivisionError: secret detail" in caplog.text


async def test_data_that_is_no_json_is_a_bug_in_the_tool(caplog: pytest.LogCaptureFixture) -> None:
    broken: Any = object()

    outcome = await ran(Gate([Echo(gives=Output("text", "Done", data=broken))], MemoryBlobs()))

    assert outcome.failed
    assert "internal error in the tool" in outcome.result.model_text


async def test_cancellation_passes_through() -> None:
    begun = asyncio.Event()

    async def wait() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(ran(Gate([Echo(gives=wait)], MemoryBlobs())))
    await begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


CAPS = Caps(model_text=200, content=300, data=100)


@pytest.mark.parametrize(
    "output",
    [
        Output("m" * 201, "Done", content="c", data=[1]),
        Output("m", "Done", content="c" * 301, data=[1]),
        Output("m", "Done", content="c", data=["d" * 100]),
        Output("😀" * 100, "Done"),
    ],
)
async def test_what_is_too_large_is_cut_and_kept_whole(output: Output) -> None:
    blobs = MemoryBlobs()

    result = (await ran(Gate([Echo(gives=output)], blobs, caps=CAPS))).result

    assert result.truncated
    assert len(result.model_text.encode()) <= 200
    assert len((result.content or "").encode()) <= 300
    assert result.blob is not None
    whole = ToolResult.model_validate_json(await blobs.get(result.blob))
    assert whole == ToolResult(model_text=output.model_text, content=output.content, data=output.data)


async def test_only_what_is_too_large_is_cut() -> None:
    data: JsonValue = ["d" * 100]

    result = (
        await ran(Gate([Echo(gives=Output("m", "Done", content="c", data=data))], MemoryBlobs(), caps=CAPS))
    ).result

    assert (result.model_text, result.content) == ("m", "c")
    assert result.data == {"kind": "left_out", "size": 104}


async def test_what_just_fits_is_not_cut() -> None:
    blobs = MemoryBlobs()
    output = Output("m" * 200, "Done", content="c" * 300, data="d" * 98)

    result = (await ran(Gate([Echo(gives=output)], blobs, caps=CAPS))).result

    assert not result.truncated
    assert blobs.kept == {}


async def test_a_long_error_is_cut_too() -> None:
    outcome = await ran(Gate([Echo(gives=ToolError("e" * 201))], MemoryBlobs(), caps=CAPS))

    assert outcome.failed
    assert outcome.result.truncated


async def test_a_full_disk_is_not_blamed_on_the_tool() -> None:
    gate = Gate([Echo(gives=Output("m" * 201, "Done"))], MemoryBlobs(full=True), caps=CAPS)

    with pytest.raises(StorageFullError):
        await ran(gate)


async def test_secrets_are_taken_out_before_anything_is_cut_or_kept() -> None:
    def redact(text: str) -> str:
        return text.replace("SECRET", "•")

    blobs = MemoryBlobs()
    output = Output("SECRET" * 100, "Done", content="a SECRET", data={"SECRET": ["a SECRET"]})

    result = (await ran(Gate([Echo(gives=output)], blobs, caps=CAPS, redact=redact))).result

    assert "SEC" not in result.model_dump_json()
    assert not [whole for whole in blobs.kept.values() if b"SECRET" in whole]


async def test_what_cannot_be_stored_is_cleaned_everywhere() -> None:
    output = Output("a\udcff", "Done", content="b\0", data={"\udcff": ["c\udcff"]})

    outcome = await ran(Gate([Echo(gives=output)], MemoryBlobs()))

    assert outcome.result == ToolResult(model_text="a?", content="b␀", data={"?": ["c?"]})


async def test_titles_are_one_line() -> None:
    gate = Gate([Echo(gives=Output("x", "Done\nwith\x1b[0m that"))], MemoryBlobs())

    ready = await checked(gate, call(text='{"text": "a\\nb"}'))

    assert ready.item.title == "Echoing a b"
    assert (await gate.run(ready)).title == "Done with[0m that"


def test_specs_are_in_the_order_of_names() -> None:
    gate = Gate([Echo("b"), Echo("c"), Echo("a")], MemoryBlobs())

    assert [spec.name for spec in gate.specs()] == ["a", "b", "c"]
    assert gate.specs()[0].description == "Gives back."
    assert gate.specs()[0].parameters["properties"] == {
        "text": {"type": "string", "default": "hello"},
        "times": {"type": "integer", "default": 1},
    }


def test_effects_are_known_and_unknown_tools_act() -> None:
    gate = Gate([Echo("a"), Echo("b", "act")], MemoryBlobs())

    assert [gate.effect(name) for name in ("a", "b", "c")] == ["read", "act", "act"]


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two tools are named echo"):
        Gate([Echo(), Echo()], MemoryBlobs())
