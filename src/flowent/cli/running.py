"""Finds the workspace that runs on a data directory, and asks it for login links."""

import json
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from flowent.api.token_file import TokenFileError, load_or_make_token
from flowent.cli.errors import CommandError
from flowent.config import Config
from flowent.store.ownership import read_owner


@dataclass(frozen=True, slots=True)
class Running:
    """A running workspace: its address on this machine, the bearer token, and its certificate where it has one."""

    url: str
    token: str = field(repr=False)
    certificate: Path | None = None

    def client(self, *, timeout: float = 30.0) -> httpx.AsyncClient:
        """Make a client that is logged in."""
        headers = {"Authorization": f"Bearer {self.token}"}
        verify = _trusting(self.certificate)
        return httpx.AsyncClient(base_url=self.url, headers=headers, verify=verify, trust_env=False, timeout=timeout)


def bearer_token(config: Config) -> str:
    """Give the configured token, or the one in the token file, which is made if need be; raises CommandError."""
    if config.token is not None:
        return config.token.get_secret_value()
    try:
        return load_or_make_token(config.data_dir / "token")
    except TokenFileError as error:
        raise CommandError(str(error)) from error


def find_running(config: Config) -> Running | None:
    """Give the workspace that serves the data directory, if one answers; raises CommandError."""
    address = read_owner(config.data_dir).address
    if address is None:
        return None
    try:
        answer = httpx.get(f"{address}/api/health", verify=_trusting(config.tls_cert), trust_env=False, timeout=5)
    except httpx.HTTPError:
        # What is left of a process that was killed; whoever needs the directory takes its lock.
        return None
    return Running(address, bearer_token(config), config.tls_cert) if answer.is_success else None


def _trusting(certificate: Path | None) -> ssl.SSLContext | bool:
    """Trust the workspace's own certificate, whichever name it was made for: it is asked on this machine."""
    if certificate is None:
        return True
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    return context


async def new_link(config: Config) -> str:
    """Ask the running workspace for a one-time link; raises CommandError."""
    running = find_running(config)
    if running is None:
        raise CommandError("No workspace runs on this data directory.", "Start one with `flowent serve`.")
    async with running.client() as client:
        try:
            response = await client.post("/api/login-links")
        except httpx.HTTPError as error:
            raise CommandError(
                f"The workspace at {running.url} does not answer ({type(error).__name__}).",
                "Start it again with `flowent serve`.",
            ) from error
    if not response.is_success:
        raise CommandError(
            f"The workspace refused to make a link ({response.status_code}).",
            "Check that FLOWENT_TOKEN is the one that it was started with.",
        )
    return str(json.loads(response.content)["url"])
