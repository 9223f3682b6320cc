"""Opens a workspace: takes the data directory, opens the database, builds everything over it, and closes it in order.

What is opened is closed in the reverse order, also when a later step fails. Nothing here serves: the server and
`flowent ask` open the same workspace.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from flowent.bootstrap.chooser import ModelSource
from flowent.bootstrap.system import RandomIds, SystemClock
from flowent.config import Config
from flowent.conversations.ports import Workshop
from flowent.conversations.service import Conversations
from flowent.conversations.workplaces import Workplaces
from flowent.engine.limits import Limits
from flowent.models import catalogue
from flowent.models.base import ModelError
from flowent.models.embedded import Embedded
from flowent.models.registry import Models
from flowent.observability.dumps import RequestDumps
from flowent.observability.logging import Logging
from flowent.observability.redaction import SecretRedactor
from flowent.settings.choice import ModelChooser
from flowent.settings.keys import choose_key_source, load_secrets_or_lock
from flowent.settings.offers import Offers
from flowent.settings.providers import Providers
from flowent.settings.settings import SettingsService
from flowent.store.base import Store
from flowent.store.blobs import FileBlobs
from flowent.store.database import SqlStore, open_postgresql, open_sqlite
from flowent.store.ownership import claim_data_directory
from flowent.tools.base import AnyTool
from flowent.tools.builtin import builtin_tools
from flowent.tools.gate import Gate
from flowent.tools.policy import Policy

PURGE_AFTER_MS = 30 * 24 * 3600 * 1000
"""A deleted conversation can be brought back for 30 days."""


@dataclass(slots=True)
class Workspace:
    """Everything that a door needs."""

    config: Config
    store: Store
    blobs: FileBlobs
    clock: SystemClock
    ids: RandomIds
    redactor: SecretRedactor
    models: Models
    providers: Providers
    settings: SettingsService
    embedded: Embedded
    chooser: ModelChooser
    offers: Offers
    conversations: Conversations
    resumed_turns: int = 0
    notices: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def open_workspace(
    config: Config,
    *,
    address: str | None = None,
    extra_tools: Sequence[AnyTool] = (),
    policy: Policy | None = None,
    resume: bool = True,
    terminal: TextIO | None = None,
) -> AsyncGenerator[Workspace, None]:
    """Open the workspace of a configuration, and go on with open turns unless ``resume`` is false.

    ``address`` is where it will be served, None where it is not; ``terminal`` is shown the log's warnings.

    Raises ConfigError and StoreError (DirectoryOwnedError where another process has the data directory).
    """
    async with AsyncExitStack() as closing:
        config.create_directories()
        claim = claim_data_directory(config.data_dir)
        closing.callback(claim.release)
        redactor = SecretRedactor()
        logging = Logging(
            config.log_dir,
            level=config.log_level,
            retention_days=config.log_retention,
            redactor=redactor,
            terminal=terminal,
        )
        closing.callback(logging.close)
        workspace = await _build(config, redactor, closing, extra_tools, policy)
        if address is not None:
            await _warm(workspace)
        if resume:
            workspace.resumed_turns = await workspace.conversations.start()
        closing.push_async_callback(workspace.conversations.suspend)
        if address is not None:
            claim.announce(address)
        purging = asyncio.create_task(_purge_daily(workspace))
        closing.callback(purging.cancel)
        yield workspace


async def _build(
    config: Config,
    redactor: SecretRedactor,
    closing: AsyncExitStack,
    extra_tools: Sequence[AnyTool],
    policy: Policy | None,
) -> Workspace:
    clock, ids = SystemClock(), RandomIds()
    if config.token is not None:
        redactor.register(config.token.get_secret_value())
    if config.database_url is not None and (password := urlsplit(config.database_url.get_secret_value()).password):
        redactor.register(password)
    store = await open_database(config)
    closing.push_async_callback(store.close, orderly=True)
    blobs = FileBlobs(config.data_dir / "blobs")
    key_source = choose_key_source(
        os.environ,
        key_file=config.key_file,
        database_directory=config.data_dir,
        keyring_account=str(config.data_dir) if config.keyring else None,
    )
    nothing_sealed = not any(row.secrets for row in await store.list_providers())
    secrets = await asyncio.to_thread(load_secrets_or_lock, key_source, create=nothing_sealed)
    models = Models(RequestDumps(config.dump_dir, redactor) if config.dump_requests else None)
    closing.push_async_callback(models.aclose)
    embedded = Embedded()
    closing.push_async_callback(embedded.aclose)
    providers = Providers(store, secrets, redactor, models, now=clock.now)
    await providers.load()
    settings = SettingsService(store, providers, embedded, home=Path.home(), private=(config.data_dir, config.key_file))
    await settings.load()
    chooser = ModelChooser(settings, providers, embedded, catalogue.facts)
    tools = await asyncio.to_thread(builtin_tools, [config.data_dir], [config.key_file])
    gate = Gate([*tools, *extra_tools], blobs, policy, redact=redactor.redact)

    async def limits() -> Limits:
        now = settings.get().limits
        return Limits(now.steps, now.wall_seconds, now.identical_calls, now.retries)

    async def agent_prompt() -> str:
        return settings.get().agent_prompt

    async def folders() -> tuple[Path, ...]:
        return tuple(Path(folder) for folder in settings.get().folders)

    workshop = Workshop(
        choose_model=ModelSource(chooser, models).choose,
        limits=limits,
        agent_prompt=agent_prompt,
        gate=gate,
        blobs=blobs,
        clock=clock,
        ids=ids,
        redactor=redactor,
    )
    workplaces = Workplaces(config.workdir, config.data_dir, Path.home(), folders)
    return Workspace(
        config=config,
        store=store,
        blobs=blobs,
        clock=clock,
        ids=ids,
        redactor=redactor,
        models=models,
        providers=providers,
        settings=settings,
        embedded=embedded,
        chooser=chooser,
        offers=Offers(providers, settings, embedded, redactor, environment=os.environ),
        conversations=Conversations(store, workshop, workplaces),
    )


async def _warm(workspace: Workspace) -> None:
    """Load what the providers need before anyone waits for it; a library that fails is no reason to stop."""
    providers = workspace.providers.list()
    if not providers:
        return
    try:
        await catalogue.load()
        await workspace.models.warm(frozenset(view.format for view in providers))
    except ModelError as error:
        workspace.notices.append(f"{error.failure.message} {error.failure.remedy}")


async def open_database(config: Config) -> SqlStore:
    """Open the configured database; raises StoreError."""
    if config.database_url is not None:
        return await open_postgresql(config.database_url.get_secret_value())
    return await open_sqlite(config.database_file)


async def _purge_daily(workspace: Workspace) -> None:
    while True:
        await workspace.store.purge_deleted(workspace.clock.now() - PURGE_AFTER_MS)
        await workspace.clock.sleep(24 * 3600)
