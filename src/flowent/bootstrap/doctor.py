"""The report of a running workspace on itself: the checks of `flowent doctor`, and the space that its data takes."""

import asyncio
import os
from pathlib import Path

from flowent.api.health import DataFigures, FilesFigures, HealthReport
from flowent.bootstrap.checks import database_finding, no_provider_finding, provider_finding, run_checks
from flowent.bootstrap.workspace import Workspace
from flowent.observability.findings import Finding
from flowent.store.database import SqlStore

_ROWS = 1000


class WorkspaceDoctor:
    """Implements `flowent.api.health.Doctor`. One report is made at a time; who asks meanwhile waits for their own."""

    def __init__(self, workspace: Workspace, address: str) -> None:
        """Take the workspace, and the address that it answers at."""
        self._workspace = workspace
        self._address = address
        self._one = asyncio.Lock()

    async def report(self, *, providers: bool) -> HealthReport:
        """Check everything, without secrets in what is told; raises StoreError."""
        workspace = self._workspace
        async with self._one:
            database = await self._database()
            findings = await asyncio.to_thread(
                run_checks, workspace.config, server=lambda: f"runs at {self._address}", database=database
            )
            if providers:
                findings += await self._providers()
            return HealthReport(
                findings=tuple(self._redacted(finding) for finding in findings),
                data=await self._data(),
                checked_at=workspace.clock.now(),
            )

    async def _database(self) -> Finding:
        """Have the open database examine itself, the quick way: somebody is waiting."""
        config, store = self._workspace.config, self._workspace.store
        where = f"the database {config.database_file}" if config.database_url is None else "the database on its server"
        damage = await (store.check_integrity(quick=True) if isinstance(store, SqlStore) else store.check_integrity())
        return database_finding(where, damage, quick=True)

    async def _providers(self) -> list[Finding]:
        providers = self._workspace.providers
        views = providers.list()
        if not views:
            return [no_provider_finding()]
        tests = await asyncio.gather(*(providers.test(view.id) for view in views))
        return [provider_finding(view.name, test) for view, test in zip(views, tests, strict=True)]

    async def _data(self) -> DataFigures:
        config = self._workspace.config
        conversations, deleted = await self._conversations()
        blobs, logs, dumps = [
            await asyncio.to_thread(_files, directory)
            for directory in (config.data_dir / "blobs", config.log_dir, config.dump_dir)
        ]
        own_file = config.database_url is None
        return DataFigures(
            directory=str(config.data_dir),
            database_file=str(config.database_file) if own_file else None,
            database_size=await asyncio.to_thread(_database_size, config.database_file) if own_file else None,
            blobs=blobs,
            logs=logs,
            dumps=dumps,
            conversations=conversations,
            deleted_conversations=deleted,
        )

    async def _conversations(self) -> tuple[int, int]:
        """Count them, and those of them that are deleted."""
        count = deleted = after = 0
        while rows := await self._workspace.store.list_changes(after, _ROWS):
            count += len(rows)
            deleted += sum(row.listing.deleted for row in rows)
            after = rows[-1].list_seq
        return count, deleted

    def _redacted(self, finding: Finding) -> Finding:
        redact = self._workspace.redactor.redact
        remedy = None if finding.remedy is None else redact(finding.remedy)
        return Finding(finding.status, finding.name, redact(finding.found), remedy)


def _database_size(database: Path) -> int:
    """Give the bytes of the database, its log and its index of the log."""
    return sum(_size(database.with_name(database.name + suffix)) for suffix in ("", "-wal", "-shm"))


def _files(directory: Path) -> FilesFigures:
    """Count a directory's files at all depths; what goes away meanwhile counts nothing."""
    count = size = 0
    for above, _, names in os.walk(directory):
        count += len(names)
        size += sum(_size(Path(above, name)) for name in names)
    return FilesFigures(directory=str(directory), files=count, size=size)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
