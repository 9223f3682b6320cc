"""Builds what the HTTP edge serves, over an opened workspace."""

import platform
import sys
from importlib.metadata import version

from flowent.api.attachments import Attachments
from flowent.api.attempts import Attempts
from flowent.api.auth import Logins
from flowent.api.limits import Limits
from flowent.api.open_streams import OpenStreams
from flowent.api.origins import Origins
from flowent.api.services import About, Services
from flowent.bootstrap.workspace import Workspace

PASSWORD_SETTING = "password_hash"  # noqa: S105 - the name of a row


def build_services(workspace: Workspace, origins: Origins, token: str) -> Services:
    """Build the edge's objects; ``token`` is the bearer token."""
    config = workspace.config
    workspace.redactor.register(token)
    limits = Limits(body=config.max_body_size, upload=config.max_attachment_size + 1024 * 1024)

    async def password_hash() -> str | None:
        value = (await workspace.store.get_settings()).get(PASSWORD_SETTING)
        return value if isinstance(value, str) else None

    return Services(
        conversations=workspace.conversations,
        providers=workspace.providers,
        settings=workspace.settings,
        offers=workspace.offers,
        attachments=Attachments(workspace.store, workspace.blobs, workspace.clock, workspace.ids),
        blobs=workspace.blobs,
        logins=Logins(
            sessions=workspace.store,
            clock=workspace.clock,
            attempts=Attempts(workspace.clock),
            token=token,
            password_hash=password_hash,
        ),
        streams=OpenStreams(limits),
        origins=origins,
        about=About(
            version=version("flowent"),
            python=platform.python_version(),
            platform=sys.platform,
            database="postgresql" if config.database_url else "sqlite",
            workdir=str(config.workdir),
            started_at=workspace.clock.now(),
        ),
        limits=limits,
    )
