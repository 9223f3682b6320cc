"""The guide says what is true: every setting with its variable, option and default, and no link leads nowhere."""

import re
from pathlib import Path

import pytest
from pydantic import ByteSize
from typer.main import get_command_from_info

from flowent.cli import app as commands
from flowent.cli.app import app
from flowent.config.settings import SETTINGS, Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def rows() -> dict[str, list[str]]:
    """Give the table of settings: by key, the other cells without their marks."""
    text = (ROOT / "docs" / "guide" / "configuration.md").read_text()
    lines = [re.split(r"\s*\|\s*", line.strip("| ")) for line in text.splitlines() if line.startswith("| `")]
    return {cells[0].strip("`"): [cell.strip("`") for cell in cells[1:]] for cells in lines}


def test_every_setting_is_in_the_guide() -> None:
    assert tuple(rows()) == SETTINGS


def options() -> dict[str, str]:
    """Give the options of `flowent serve` by the setting that they set."""
    serve = next(command for command in app.registered_commands if command.callback is commands.serve)
    context = get_command_from_info(serve, pretty_exceptions_short=False, rich_markup_mode=None)
    return {str(parameter.name): parameter.opts[0] for parameter in context.params}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_described_as_it_is(name: str) -> None:
    variable, option, default, meaning = rows()[name]
    assert variable.startswith(f"FLOWENT_{name.upper()}")
    assert option == options().get(name, "")
    assert meaning
    match Settings.model_fields[name].default:
        case ByteSize() as size:
            assert default == size.human_readable().replace(".0", "")
        case bool() as value:
            assert default == str(value).lower()
        case str() | int() as value:
            assert default == str(value)
        case _:
            assert default


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []
