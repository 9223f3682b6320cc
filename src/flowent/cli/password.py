"""`flowent password`: the password that people log in with where the workspace is reachable from other machines."""

import asyncio
import getpass
import sys

from flowent.api.auth import hash_password
from flowent.bootstrap.edge import PASSWORD_SETTING
from flowent.bootstrap.workspace import open_database
from flowent.cli.errors import CommandError
from flowent.config import Config

SHORTEST = 12
"""Characters: below that a password can be guessed."""


async def set_password(config: Config) -> None:
    """Ask for a password twice (once from a pipe) and keep its hash; raises CommandError and StoreError."""
    password = await asyncio.to_thread(_asked)
    if len(password) < SHORTEST:
        raise CommandError(f"The password has {len(password)} characters.", f"Choose at least {SHORTEST}.")
    config.create_directories()
    store = await open_database(config)
    try:
        await store.put_settings({PASSWORD_SETTING: hash_password(password)})
    finally:
        await store.close(orderly=True)
    sys.stdout.write("The password is set.\n")


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("New password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("The two passwords differ.", "Try again.")
    return password
