"""The tools as the product builds them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flowent.domain.parts import ToolPart
from flowent.tools.base import AnyTool
from flowent.tools.builtin import builtin_tools
from flowent.tools.gate import Gate, Ready

from .fakes import MemoryBlobs, at

_SPECS = """
import json
from flowent.tools.builtin import builtin_tools
from flowent.tools.gate import Gate
specs = Gate(builtin_tools([]), None).specs()
print(json.dumps([[spec.name, spec.description, spec.parameters] for spec in specs]))
"""


@pytest.fixture
def tools(tmp_path: Path) -> tuple[AnyTool, ...]:
    (tmp_path / "data").mkdir()
    return builtin_tools([tmp_path / "data"], [tmp_path / "own.key"])


@pytest.fixture
def gate(tools: tuple[AnyTool, ...]) -> Gate:
    return Gate(tools, MemoryBlobs())


def test_all_of_them_only_read(gate: Gate) -> None:
    names = [spec.name for spec in gate.specs()]

    assert names == ["grep_files", "list_dir", "read_file", "update_plan"]
    assert {gate.effect(name) for name in names} == {"read"}


def test_models_are_told_the_same_bytes_in_every_run(gate: Gate) -> None:
    here = json.dumps([[spec.name, spec.description, spec.parameters] for spec in gate.specs()])

    there = subprocess.run(
        [sys.executable, "-c", _SPECS],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert there.stdout.strip() == here


def test_models_are_told_nothing_that_only_some_of_them_understand(gate: Gate) -> None:
    told = json.dumps([spec.parameters for spec in gate.specs()])

    assert not [word for word in ("$ref", "$defs", '"title"', "anyOf", "prefixItems") if word in told]


@pytest.mark.parametrize(
    ("name", "text", "title_before", "title_after", "words"),
    [
        ("read_file", '{"path": "README.md"}', "Reading README.md", "Read README.md", "     1\thello"),
        ("list_dir", "{}", "Listing .", "Listed .", "README.md  6 B"),
        ("grep_files", '{"pattern": "hel+o"}', 'Searching for "hel+o"', 'Searched for "hel+o"', "1: hello"),
        (
            "update_plan",
            '{"steps": [{"step": "Go", "status": "pending"}]}',
            "Updating the plan",
            "Updated the plan",
            "0 of 1 step completed",
        ),
    ],
)
async def test_each_does_its_work_through_the_gate(
    gate: Gate, workdir: Path, name: str, text: str, title_before: str, title_after: str, words: str
) -> None:
    (workdir / "README.md").write_text("hello\n")

    ready = await gate.check(ToolPart(id="tool_1", call_id="", name=name, input=text), at(workdir))
    assert isinstance(ready, Ready)
    outcome = await gate.run(ready)

    assert (ready.item.title, outcome.title) == (title_before, title_after)
    assert words in outcome.result.model_text
    assert not outcome.failed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("read_file", '{"path": "data/key"}'),
        ("list_dir", '{"path": "data"}'),
        ("grep_files", '{"pattern": "secret", "path": "data"}'),
        ("grep_files", '{"pattern": "secret", "ignored": true}'),
        ("read_file", '{"path": "own.key"}'),
        ("grep_files", '{"pattern": "secret", "path": "own.key"}'),
    ],
)
async def test_none_reaches_own_data(gate: Gate, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "data" / "key").write_text("secret\n")
    (tmp_path / "own.key").write_text("secret\n")

    ready = await gate.check(ToolPart(id="tool_1", call_id="", name=name, input=text), at(tmp_path))
    assert isinstance(ready, Ready)
    outcome = await gate.run(ready)

    assert "secret\n" not in outcome.result.model_text
    assert outcome.failed or outcome.result.model_text.startswith(("No hits", "1 hit in 1 file:\n\nsecret.txt"))
