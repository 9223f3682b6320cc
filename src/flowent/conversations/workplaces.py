"""Which directories a conversation may work in.

One that exists, beneath the directory given at start or a folder that a person added in the settings; never one that is
or contains the home or Flowent's own data, for everything beneath a work directory is the agent's to read.
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
        """Resolve once what does not change."""
        self.root = root.resolve()
        self._forbidden = (data_dir.resolve(), home.resolve())
        self._folders = folders

    async def check(self, workdir: str | None) -> Path:
        """Give the directory that a conversation works in; raises InvalidError. None is the one given at start."""
        if workdir is None:
            return self.root
        path, exists = await asyncio.to_thread(_found, self.root, workdir)
        if not exists:
            raise InvalidError("workdir", f"There is no directory {path}.", "Create it, or name one that exists.")
        allowed = (self.root, *(folder.resolve() for folder in await self._folders()))
        if not any(path.is_relative_to(folder) for folder in allowed):
            raise InvalidError(
                "workdir",
                f"{path} is not beneath {self.root} or a folder that was added in the settings.",
                'Add the folder to "folders" in the settings first.',
            )
        for forbidden in self._forbidden:
            if forbidden.is_relative_to(path):
                raise InvalidError(
                    "workdir",
                    f"{path} is or contains {forbidden}, which an agent must not read.",
                    "Choose a project's own directory.",
                )
        return path


def _found(root: Path, workdir: str) -> tuple[Path, bool]:
    path = (root / Path(workdir).expanduser()).resolve()
    return path, path.is_dir()
