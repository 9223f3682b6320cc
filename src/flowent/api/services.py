"""What the edge serves: the objects that `flowent.bootstrap` builds once and hands over."""

from dataclasses import dataclass
from typing import Literal

from flowent.api.attachments import Attachments
from flowent.api.auth import Logins
from flowent.api.health import Doctor
from flowent.api.limits import Limits
from flowent.api.open_streams import OpenStreams
from flowent.api.origins import Origins
from flowent.conversations.project import Project
from flowent.conversations.service import Conversations
from flowent.domain.values import Fact
from flowent.settings.offers import Offers
from flowent.settings.providers import Providers
from flowent.settings.settings import SettingsService
from flowent.store.base import Blobs


class About(Fact):
    """Facts about the running workspace. ``started_at`` in milliseconds since 1970 UTC."""

    version: str
    python: str
    platform: str
    database: Literal["sqlite", "postgresql"]
    workdir: str
    started_at: int


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that routes reach."""

    conversations: Conversations
    project: Project
    doctor: Doctor
    providers: Providers
    settings: SettingsService
    offers: Offers
    attachments: Attachments
    blobs: Blobs
    logins: Logins
    streams: OpenStreams
    origins: Origins
    about: About
    limits: Limits
