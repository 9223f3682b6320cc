"""The checks and the tests that are written in the page's own language: each is a test here, so that one command tells
everything."""

import json
import re
from pathlib import Path

import pytest

from support.node import run_node_tool

GENERATE = (
    "openapi-typescript ../docs/openapi.json --output src/shared/api/schema.ts --alphabetize --default-non-nullable"
)

CHECKS = {
    "types": "tsc --noEmit",
    "lint and format": "biome check --error-on-warnings",
    "generated types": f"{GENERATE} --check",
    "tests": "vitest run --reporter=dot",
}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("check", CHECKS)
def test_the_page_passes(check: str) -> None:
    done = run_node_tool(CHECKS[check].split())
    assert done.returncode == 0, done.stdout


def test_types_are_generated_as_they_are_checked(root: Path) -> None:
    scripts = json.loads((root / "web" / "package.json").read_text())["scripts"]
    assert scripts["generate"] == GENERATE


def test_every_text_of_the_page_is_in_the_tables(root: Path) -> None:
    """Words between tags, or given to an attribute that a person hears or sees, are a text outside the tables."""
    between = r">\s*([A-Z][a-z]+[^<>{}=;()]*)</"
    # An example of an address is the same in every language.
    given = r"(?:aria-label|title|placeholder|alt|label)=\"(?!https://)([^\"]*[a-z][^\"]*)\""
    words = re.compile(f"{between}|{given}")
    found = [
        f"{path.relative_to(root)}: {match.group(0)}"
        for path in sorted((root / "web" / "src").rglob("*.tsx"))
        if ".test." not in path.name
        for match in words.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)
