"""Looking for a project folder: the directories in a directory, and whether a conversation could work there.

A listing tells names of directories only, and only to who is logged in. What may become a work directory is decided
elsewhere (`flowent.conversations.workplaces`, `flowent.settings.folders`); here their answers are told beforehand.
"""

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flowent.conversations.errors import InvalidError, UnknownError
from flowent.conversations.workplaces import Workplaces
from flowent.settings.errors import InvalidInputError
from flowent.settings.folders import check_folders
from flowent.tools.text import display_name

MOST_FOLDERS: Final = 500
MOST_RECENT: Final = 20
_MOST_ENTRIES: Final = 50_000

_MANIFESTS: Final = (
    ".git",
    ".hg",
    ".jj",
    "pyproject.toml",
    "setup.py",
    "package.json",
    "deno.json",
    "Cargo.toml",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Gemfile",
    "composer.json",
    "mix.exs",
    "CMakeLists.txt",
    "Makefile",
    "AGENTS.md",
)
"""What a project's own directory holds."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A directory; ``project`` says that it holds a repository or a project's manifest."""

    name: str
    path: str
    project: bool


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a conversation may work in a directory; ``reason`` and ``remedy`` say why not and what to do.

    ``addable`` says that it may, once it is added to the folders in the settings.
    """

    allowed: bool
    addable: bool = False
    reason: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class FolderListing:
    """A directory with its directories, by name. ``parent`` is None at the top; ``truncated``: there are more."""

    path: str
    parent: str | None
    items: tuple[Folder, ...]
    truncated: bool
    permission: Permission


class Folders:
    """See the module."""

    def __init__(self, workplaces: Workplaces, *, home: Path, private: Sequence[Path]) -> None:
        """Take who decides on work directories; ``private`` are Flowent's own directories and files."""
        self._workplaces = workplaces
        self._home = home
        self._private = tuple(private)

    async def list(self, path: str | None) -> FolderListing:
        """List a directory, the one above the work directory given at start where None.

        Raises InvalidError and UnknownError.
        """
        directory = await asyncio.to_thread(self._resolve, path)
        items, truncated = await asyncio.to_thread(_folders_in, directory)
        parent = None if directory.parent == directory else str(directory.parent)
        return FolderListing(str(directory), parent, items, truncated, await self._permission(directory))

    async def check(self, workdir: str | None) -> Path:
        """Give a directory that a conversation could work in, by default the one of new ones; raises InvalidError."""
        return await self._workplaces.check(workdir)

    async def usable(self, paths: Iterable[str]) -> tuple[Folder, ...]:
        """Keep those in which a conversation may work now, each once."""
        found: dict[str, Folder] = {}
        for path in dict.fromkeys(paths):
            try:
                directory = await self._workplaces.check(path)
            except InvalidError:
                continue
            found[str(directory)] = await asyncio.to_thread(_folder, directory)
            if len(found) == MOST_RECENT:
                break
        return tuple(found.values())

    def _resolve(self, path: str | None) -> Path:
        if path is None:
            above = self._workplaces.root.resolve().parent
            return above if os.access(above, os.R_OK | os.X_OK) else self._home.resolve()
        given = Path(path)
        if path == "~" or path.startswith("~/"):
            given = self._home / path[2:]
        if not given.is_absolute():
            raise InvalidError("path", f'"{display_name(path)}" is not a whole path.', "Write it from the root.")
        missing = UnknownError(f'There is no directory "{display_name(path)}".', "Choose one that exists.")
        try:
            directory = given.resolve(strict=True)
        except (FileNotFoundError, NotADirectoryError):
            raise missing from None
        except (OSError, RuntimeError, ValueError):
            raise InvalidError("path", f'"{display_name(path)}" cannot be reached.', "Choose another.") from None
        if not directory.is_dir():
            raise InvalidError("path", f'"{display_name(path)}" is a file.', "Choose the directory that it is in.")
        return directory

    async def _permission(self, directory: Path) -> Permission:
        try:
            await self._workplaces.check(str(directory))
        except InvalidError as error:
            addable = await asyncio.to_thread(self._addable, directory)
            return Permission(False, addable, str(error), error.remedy)
        return Permission(True)

    def _addable(self, directory: Path) -> bool:
        try:
            check_folders([str(directory)], home=self._home, private=self._private)
        except InvalidInputError:
            return False
        return True


def _folders_in(directory: Path) -> tuple[tuple[Folder, ...], bool]:
    """List what can be entered, without hidden ones and names that cannot be shown; raises InvalidError."""
    names: list[str] = []
    truncated = False
    try:
        with os.scandir(directory) as entries:
            for count, entry in enumerate(entries):
                if count == _MOST_ENTRIES:
                    truncated = True
                    break
                if not entry.name.startswith(".") and entry.name.isprintable() and _is_directory(entry):
                    names.append(entry.name)
    except OSError as error:
        raise InvalidError(
            "path", f'"{display_name(str(directory))}" cannot be listed: {error.strerror}.', "Choose another."
        ) from error
    names.sort(key=lambda name: (name.casefold(), name))
    shown = names[:MOST_FOLDERS]
    return tuple(_folder(directory / name) for name in shown), truncated or len(names) > len(shown)


def _is_directory(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _folder(path: Path) -> Folder:
    return Folder(path.name or str(path), str(path), any(_exists(path / name) for name in _MANIFESTS))


def _exists(path: Path) -> bool:
    try:
        path.lstat()
    except OSError:
        return False
    return True
