"""The report on this workspace's health and the space that its data takes; `flowent.bootstrap` makes it."""

from typing import Protocol

from flowent.domain.values import Fact
from flowent.observability.findings import Finding


class FilesFigures(Fact):
    """A directory's files; ``size`` in bytes."""

    directory: str
    files: int
    size: int


class DataFigures(Fact):
    """Where the data is, and how much there is.

    ``database_file`` and ``database_size`` (bytes, with its log) are null where a server keeps the database.
    ``conversations`` counts the deleted ones too, until they are purged.
    """

    directory: str
    database_file: str | None
    database_size: int | None
    blobs: FilesFigures
    logs: FilesFigures
    dumps: FilesFigures
    conversations: int
    deleted_conversations: int


class HealthReport(Fact):
    """What `flowent doctor` tells, of the workspace that answers. ``checked_at`` in milliseconds since 1970 UTC."""

    findings: tuple[Finding, ...]
    data: DataFigures
    checked_at: int


class Doctor(Protocol):
    """Examines the running workspace."""

    async def report(self, *, providers: bool) -> HealthReport:
        """Check everything, and ask the providers whether they answer where that is wanted; raises StoreError."""
        ...
