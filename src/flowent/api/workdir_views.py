"""What the edge answers on files and folders of this machine."""

from typing import Self

from flowent.conversations.file_content import FileContent
from flowent.conversations.file_index import Kind
from flowent.conversations.folders import Folder, FolderListing
from flowent.conversations.project_files import Found
from flowent.domain.values import Fact
from flowent.tools.magic import EncodingName


class FileHit(Fact):
    """A path that fits. ``matched`` are places in ``path`` to highlight, counted in Unicode code points."""

    path: str
    kind: Kind
    matched: tuple[int, ...]


class FileHits(Fact):
    """What fits, the best first. ``truncated``: the project has more files than were searched."""

    items: tuple[FileHit, ...]
    truncated: bool

    @classmethod
    def of(cls, found: Found) -> Self:
        """Give what was found."""
        hits = (FileHit(path=hit.path, kind=hit.kind, matched=hit.matched) for hit in found.hits)
        return cls(items=tuple(hits), truncated=found.truncated)


class FileContentView(Fact):
    """A part of a file.

    ``lines`` begin at ``first_line``; those that ``cut_lines`` numbers are longer than what is given. ``truncated``:
    lines follow. ``total_lines`` is null where they were not counted to the end. Of a binary file only its ``format``
    is told. ``size`` in bytes, ``modified_at`` in milliseconds since 1970 UTC.
    """

    path: str
    language: str | None
    encoding: EncodingName | None
    first_line: int
    lines: tuple[str, ...]
    cut_lines: tuple[int, ...]
    total_lines: int | None
    truncated: bool
    size: int
    modified_at: int
    binary: bool
    format: str | None

    @classmethod
    def of(cls, content: FileContent) -> Self:
        """Give what was read."""
        return cls(
            path=content.path,
            language=content.language,
            encoding=content.encoding,
            first_line=content.first_line,
            lines=content.lines,
            cut_lines=content.cut_lines,
            total_lines=content.total_lines,
            truncated=content.truncated,
            size=content.size,
            modified_at=content.modified_at,
            binary=content.kind is not None,
            format=content.kind,
        )


class FolderView(Fact):
    """A directory; ``project``: it holds a repository or a project's manifest."""

    name: str
    path: str
    project: bool

    @classmethod
    def of(cls, folder: Folder) -> Self:
        """Give a folder."""
        return cls(name=folder.name, path=folder.path, project=folder.project)


class FolderList(Fact):
    """A directory with its directories. ``parent`` is null at the top; ``truncated``: there are more.

    ``allowed`` says whether a conversation may work in ``path`` now; if not, ``reason`` and ``remedy`` tell why and
    what to do, and ``addable`` that adding it to the settings' folders is enough.
    """

    path: str
    parent: str | None
    items: tuple[FolderView, ...]
    truncated: bool
    allowed: bool
    addable: bool
    reason: str | None
    remedy: str | None

    @classmethod
    def of(cls, listing: FolderListing) -> Self:
        """Give a listing."""
        permission = listing.permission
        return cls(
            path=listing.path,
            parent=listing.parent,
            items=tuple(FolderView.of(folder) for folder in listing.items),
            truncated=listing.truncated,
            allowed=permission.allowed,
            addable=permission.addable,
            reason=permission.reason,
            remedy=permission.remedy,
        )


class RecentFolders(Fact):
    """The latest first."""

    items: tuple[FolderView, ...]
