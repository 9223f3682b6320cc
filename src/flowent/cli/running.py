"""Finds the workspace that runs on a data directory, and asks it for login links."""

import json
from dataclasses import dataclass, field

import httpx

from flowent.api.token_file import TokenFileError, load_or_make_token
from flowent.cli.errors import CommandError
from flowent.config import Config
from flowent.store.ownership import read_owner


@dataclass(frozen=True, slots=True)
class Running:
    """A running workspace: its address on this machine and the bearer token."""

    url: str
    token: str = field(repr=False)


def bearer_token(config: Config) -> str:
    """Give the configured token, or the one in the token file, which is made if need be; raises CommandError."""
    if config.token is not None:
        return config.token.get_secret_value()
    try:
        return load_or_make_token(config.data_dir / "token")
    except TokenFileError as error:
        raise CommandError(str(error)) from error


def find_running(config: Config) -> Running | None:
    """Give the workspace that owns the data directory, if one does and serves; raises CommandError."""
    owner = read_owner(config.data_dir)
    if owner is None or owner.address is None:
        return None
    return Running(owner.address, bearer_token(config))


async def new_link(config: Config) -> str:
    """Ask the running workspace for a one-time link; raises CommandError."""
    running = find_running(config)
    if running is None:
        raise CommandError("No workspace runs on this data directory.", "Start one with `flowent serve`.")
    headers = {"Authorization": f"Bearer {running.token}"}
    async with httpx.AsyncClient(base_url=running.url, headers=headers, trust_env=False, timeout=10) as client:
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
