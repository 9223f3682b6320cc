"""Which directories a conversation may work in.

One that is named by its whole path and exists, beneath the directory given at start or a folder that a person added in
the settings; never one that is or contains the home or Flowent's own data, for everything beneath a work directory is
the agent's to read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from flowent.conversations.errors import InvalidError


class Workplaces:
    """See the module. ``folders`` gives what a person added."""

    def __init__(
        self, root: Path, data_dir: Path, home: Path, folders: Callable[[], Awaitable[tuple[Path, ...]]]
    ) -> None:
        """Keep absolute paths."""
        self.root = root
        self._forbidden = (data_dir, home)
        self._folders = folders

    async def check(self, workdir: str | None) -> Path:
        """Give the directory that a conversation works in; raises InvalidError. None is the one given at start."""
        if workdir is None:
            return self.root
        # In a thread: a directory may be on a network drive that does not answer.
        return await asyncio.to_thread(self._checked, workdir, await self._folders())

    def _checked(self, workdir: str, folders: tuple[Path, ...]) -> Path:
        root = self.root.resolve()
        path = _existing(workdir)
        data_dir, home = (forbidden.resolve() for forbidden in self._forbidden)
        if path.is_relative_to(data_dir) or data_dir.is_relative_to(path) or home.is_relative_to(path):
            raise InvalidError(
                "workdir",
                f"{path} is, or holds, the home directory or Flowent's own data, which an agent must not read.",
                "Choose a project's own directory.",
            )
        if not any(path.is_relative_to(folder) for folder in (root, *(folder.resolve() for folder in folders))):
            raise InvalidError(
                "workdir",
                f"{path} is not beneath {root} or a folder that was added in the settings.",
                'Add the folder to "folders" in the settings first.',
            )
        return path


def _existing(workdir: str) -> Path:
    try:
        path = Path(workdir).expanduser()
        if not path.is_absolute():
            raise InvalidError(
                "workdir", f"{workdir or 'Nothing'} is no absolute path.", "Write the whole path, from / or ~ on."
            )
        path = path.resolve()
        if path.is_dir():
            return path
        if path.exists():
            raise InvalidError("workdir", f"{path} is a file, not a directory.", "Name the directory that holds it.")
    except (OSError, RuntimeError, ValueError) as error:
        # A name that is too long, a loop of links, a directory that may not be entered, a home of nobody.
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InvalidError("workdir", f"{workdir} cannot be used: {why}.", "Name a directory that exists.") from error
    raise InvalidError("workdir", f"There is no directory {path}.", "Create it, or name one that exists.")
