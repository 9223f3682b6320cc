"""uvicorn as this workspace runs it.

Open streams never end by themselves, so they are ended before uvicorn waits for requests that still run. The server
names neither itself nor trusts a proxy's word for the client's address or scheme, and its own access log is off: it
would hold one-time tokens.
"""

import asyncio
import socket
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from flowent.api.connection import BoundedConnection
from flowent.api.services import Services

GRACE_SECONDS = 5
"""How long a stop waits for requests that still run."""
KEEP_ALIVE_SECONDS = 75


class Server(uvicorn.Server):
    """A uvicorn server that ends its event streams when it stops."""

    def __init__(
        self, app: FastAPI, services: Services, *, certificate: Path | None = None, private_key: Path | None = None
    ) -> None:
        """Serve an application, with TLS if there is a certificate (PEM)."""
        super().__init__(
            uvicorn.Config(
                app,
                # There are no WebSockets here; without a library for them an upgrade is an ordinary request, which
                # the guard refuses.
                http=BoundedConnection,
                ws="none",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
                ssl_certfile=certificate,
                ssl_keyfile=private_key,
            )
        )
        self._streams = services.streams
        self.listening = asyncio.Event()
        """Set once the server answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop in order."""
        self._streams.end_all()
        await super().shutdown(sockets)
