"""What a person does with a project's files beside talking about them: find one, open one, choose another folder."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from flowent.conversations.file_content import FileContent, read_content
from flowent.conversations.folders import Folders
from flowent.conversations.project_files import ProjectFiles, Reach
from flowent.engine.ports import Redactor


class Project:
    """See the module."""

    def __init__(self, files: ProjectFiles, folders: Folders, reach: Callable[[], Reach], redactor: Redactor) -> None:
        """Keep what finds and lists; ``reach`` gives the ways to files and is asked in a thread."""
        self.files = files
        self.folders = folders
        self._reach = reach
        self._redactor = redactor

    async def read(self, workdir: Path, path: str, first: int, limit: int) -> FileContent:
        """Give lines of a file; raises what `read_content` does."""

        def read() -> FileContent:
            redact = self._redactor.redact
            return read_content(self._reach().beneath, workdir, path, first=first, limit=limit, redact=redact)

        return await asyncio.to_thread(read)
