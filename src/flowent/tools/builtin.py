"""Flowent's own tools, built once for the whole process."""

from collections.abc import Iterable
from pathlib import Path

from flowent.tools.base import AnyTool
from flowent.tools.beneath import Beneath, Denied
from flowent.tools.grep_files import GrepFiles
from flowent.tools.list_dir import ListDir
from flowent.tools.read_file import ReadFile
from flowent.tools.ripgrep import Ripgrep, find_ripgrep, has_descriptor_paths
from flowent.tools.update_plan import UpdatePlan


def builtin_tools(denied_directories: Iterable[Path], denied_files: Iterable[Path] = ()) -> tuple[AnyTool, ...]:
    """Build the tools; none reads what is denied (Flowent's own data and keys), under whatever name.

    Raises OSError where one of the directories does not exist: one that appears later would not be recognised.
    Blocks: call it in a thread where an event loop runs.
    """
    beneath = Beneath(Denied.of(denied_directories, denied_files))
    program = find_ripgrep()
    return (
        ReadFile(beneath),
        ListDir(beneath),
        GrepFiles(beneath, Ripgrep(program, descriptor_paths=has_descriptor_paths()) if program else None),
        UpdatePlan(),
    )
