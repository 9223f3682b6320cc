"""What one setting alone cannot tell: a work directory that is safe to show, encryption, private files.

The rules are `docs/security.md`'s: the agent is never given a directory that holds Flowent's own files or the whole
home, and a server that other machines reach has HTTPS and knows its own names.
"""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from flowent.config.errors import ConfigError
from flowent.config.settings import SECRET_SETTINGS, Settings
from flowent.config.sources import Given

_SHORT_TOKEN = 22
"""Characters from which on a random token holds at least 128 bits."""


def choose_workdir(settings: Settings, given: Mapping[str, Given], file: Path | None) -> tuple[Path, list[str]]:
    """Give the work directory, and what to say if it is not the current one; raises ConfigError."""
    workdir = settings.workdir.resolve()
    reason = _unsuitable(workdir, settings, file)
    chosen = given.get("workdir")
    if chosen is None:
        if reason is None:
            return workdir, []
        fallback = (Path.home() / "flowent").resolve()
        if _unsuitable(fallback, settings, file) is not None:
            raise ConfigError(
                f"The current directory {reason}, and {fallback} cannot take its place. "
                "Name a work directory with --workdir."
            )
        return fallback, [f"The current directory {reason}, so the work directory is {fallback} (--workdir names one)."]
    if not workdir.is_dir():
        raise ConfigError(
            f"{chosen.origin} names {workdir}, which is not a directory. Create it with `mkdir -p {workdir}`, or name "
            "another."
        )
    if reason is not None:
        raise ConfigError(
            f"{chosen.origin} names {workdir}, which {reason}: the agent could read that. Name a project's directory."
        )
    return workdir, []


def _unsuitable(workdir: Path, settings: Settings, file: Path | None) -> str | None:
    """Say why the agent must not have that directory, as the end of a sentence; None where it may."""
    data_dir = settings.data_dir.resolve()
    private = {
        "your home directory": Path.home(),
        "Flowent's data directory": data_dir,
        "the configuration file": file,
        "the file of Flowent's key": settings.key_file,
        "the private key of the server's certificate": settings.tls_key,
    }
    for name, path in private.items():
        if path is not None and path.resolve().is_relative_to(workdir):
            return f"is {name}" if path.resolve() == workdir else f"contains {name}"
    return "lies within Flowent's data directory" if workdir.is_relative_to(data_dir) else None


def check_tls(settings: Settings, given: Mapping[str, Given]) -> Iterator[str]:
    """Say what is wrong with the certificate and its key."""
    pair = {"tls_cert": settings.tls_cert, "tls_key": settings.tls_key}
    for name, path in pair.items():
        if path is not None and not path.is_file():
            yield f"{given[name].origin} names {path}, where there is no file. Correct the path."
    missing = [name for name, path in pair.items() if path is None]
    if len(missing) == 1:
        yield f"A certificate and its key belong together, and {missing[0]} is not set. Set it too."


def check_exposure(settings: Settings) -> Iterator[str]:
    """Say what a server that other machines reach still needs."""
    if not settings.exposed:
        return
    reached = f"Listening on {settings.host} lets other machines connect"
    if settings.tls_cert is None and not (settings.public_url or "").startswith("https://"):
        yield (
            f"{reached}, and without HTTPS whoever is between could read everything. Set --tls-cert and --tls-key, or "
            "--public-url https://… where a proxy does HTTPS, or listen on 127.0.0.1."
        )
    if not settings.allowed_hosts and settings.public_url is None:
        yield (
            f"{reached}, so the server must know its own names. Set --public-url, or allowed_hosts "
            "in the configuration file (FLOWENT_ALLOWED_HOSTS=flowent.example.org)."
        )
    if _short_token(settings):
        yield (
            f"{reached}, and a token of fewer than {_SHORT_TOKEN} characters can be guessed. Take a longer random one, "
            "or leave it out: Flowent makes its own."
        )


def advise(settings: Settings, given: Mapping[str, Given], file: Path | None) -> Iterator[str]:
    """Say what works but should be changed."""
    if _short_token(settings):
        yield f"The token can be guessed: take at least {_SHORT_TOKEN} random characters, or leave it out."
    in_file = [name for name in SECRET_SETTINGS & given.keys() if given[name].origin.startswith("The setting")]
    if file is not None and in_file and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield f"The configuration file {file} holds a secret that other users can read: run `chmod 600 {file}`."


def _short_token(settings: Settings) -> bool:
    return settings.token is not None and len(settings.token.get_secret_value()) < _SHORT_TOKEN
