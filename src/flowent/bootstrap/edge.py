"""Builds what the HTTP edge serves, over an opened workspace."""

import functools
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from flowent.api.attachments import Attachments
from flowent.api.attempts import Attempts
from flowent.api.auth import Logins
from flowent.api.limits import Limits
from flowent.api.open_streams import OpenStreams
from flowent.api.origins import Origins
from flowent.api.services import About, Services
from flowent.bootstrap.doctor import WorkspaceDoctor
from flowent.bootstrap.workspace import Workspace
from flowent.conversations.folders import Folders
from flowent.conversations.project import Project
from flowent.conversations.project_files import ProjectFiles, Reach
from flowent.conversations.workplaces import Workplaces
from flowent.tools.beneath import Beneath, Denied
from flowent.tools.ripgrep import Ripgrep, find_ripgrep, has_descriptor_paths

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
        project=_project(workspace),
        doctor=WorkspaceDoctor(workspace, str(origins.preferred)),
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


def _project(workspace: Workspace) -> Project:
    config = workspace.config
    home = Path.home()

    async def folders() -> tuple[Path, ...]:
        return tuple(Path(folder) for folder in workspace.settings.get().folders)

    @functools.cache
    def reach() -> Reach:
        # Looks at the disk, so it is made when a thread first asks for it.
        program = find_ripgrep()
        return Reach(
            Beneath(Denied.of([config.data_dir], [config.key_file])),
            Ripgrep(program, descriptor_paths=has_descriptor_paths()) if program else None,
        )

    return Project(
        ProjectFiles(reach, workspace.clock.monotonic),
        Folders(
            Workplaces(config.workdir, config.data_dir, home, folders),
            home=home,
            private=(config.data_dir, config.key_file),
        ),
        reach,
        workspace.redactor,
    )
