"""How one Flowent process is configured, read once at its start.

A value comes from the first of: the command line, a ``FLOWENT_*`` environment variable, the TOML file (``--config``,
``FLOWENT_CONFIG``, else ``config.toml`` in the platform's configuration directory), the default. A file in a work
directory is never read.

Every mistake becomes one sentence that names the option, variable or line, and what to do (`ConfigError`).
`Config.load` only reads; `Config.create_directories` writes.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from pydantic import ValidationError

from flowent.config.checks import advise, check_exposure, check_tls, choose_workdir
from flowent.config.errors import ConfigError
from flowent.config.settings import SETTINGS, LogLevel, Settings
from flowent.config.sources import from_environment, from_file, from_options, mistyped_variables

__all__ = ["SETTINGS", "Config", "ConfigError", "LogLevel"]


class Config(Settings):
    """The settings of one process, and how they came about.

    ``origins`` tells where each value that is not a default came from, as the beginning of a sentence; ``notices``
    are sentences for the person at the start; ``config_file`` is the TOML file that was read.
    """

    config_file: Path | None = None
    origins: Mapping[str, str] = {}
    notices: tuple[str, ...] = ()

    @classmethod
    def load(cls, overrides: Mapping[str, object], environ: Mapping[str, str], config_file: Path | None) -> "Config":
        """Read the configuration; raises ConfigError with every problem that was found.

        ``overrides`` are the command line's options by setting name; None means that one was not given. ``environ``
        gives the ``FLOWENT_*`` variables; the home and the platform's directories are the process's own.
        """
        file = _find_file(config_file, environ)
        given = {
            **(from_file(file) if file is not None else {}),
            **from_environment(environ),
            **from_options(overrides),
        }
        values: dict[str, object] = {
            "data_dir": Path(platformdirs.user_data_dir("flowent", appauthor=False)),
            "workdir": _current_directory(),
            "key_file": _config_directory() / "secret.key",
            **{name: value.value for name, value in given.items()},
        }
        try:
            config = cls.model_validate(values)
        except ValidationError as error:
            wrong = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors(include_url=False))
            raise ConfigError(*(given[name].complaint(name) for name in wrong)) from None
        if problems := [*check_tls(config, given), *check_exposure(config)]:
            raise ConfigError(*problems)
        workdir, moved = choose_workdir(config, given, file)
        return config.model_copy(
            update={
                "data_dir": config.data_dir.resolve(),
                "workdir": workdir,
                "config_file": file,
                "origins": {name: value.origin for name, value in given.items()},
                "notices": (*moved, *advise(config, given, file), *mistyped_variables(environ)),
            }
        )

    def create_directories(self) -> None:
        """Make the data directory (mode 0700) and a work directory that nobody named; raises ConfigError."""
        _make_private(self.data_dir)
        if "workdir" not in self.origins:
            try:
                self.workdir.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ConfigError(
                    f"The work directory {self.workdir} cannot be made: {error.strerror}. Name another with --workdir."
                ) from None


def _config_directory() -> Path:
    return Path(platformdirs.user_config_dir("flowent", appauthor=False))


def _find_file(chosen: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Give the TOML file to read: one that was chosen must be there, the default one need not."""
    if chosen is None and environ.get("FLOWENT_CONFIG"):
        chosen = Path(environ["FLOWENT_CONFIG"])
    if chosen is not None:
        return chosen.expanduser().absolute()
    default = _config_directory() / "config.toml"
    return default if default.exists() else None


def _current_directory() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        # It was deleted under the process. The root contains the home, so another directory takes its place.
        return Path("/")


def _make_private(directory: Path) -> None:
    """Create a directory that only its owner may enter. One that holds something is not changed, but refused."""
    elsewhere = "or name another with --data-dir"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = stat.S_IMODE(directory.stat().st_mode)
        if mode & 0o077:
            if any(directory.iterdir()):
                raise ConfigError(
                    f"Other users may enter the data directory {directory} (mode {mode:04o}), which is not empty. "
                    f"If it is Flowent's alone, run `chmod 700 {directory}`, {elsewhere}."
                )
            directory.chmod(0o700)
    except OSError as error:
        raise ConfigError(
            f"The data directory {directory} cannot be used: {error.strerror}. Let this user write there, {elsewhere}."
        ) from None
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise ConfigError(f"The data directory {directory} cannot be written. Let this user write there, {elsewhere}.")
