"""Where settings come from: options, variables and one TOML file. Each value keeps its origin for messages."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flowent.config.errors import ConfigError
from flowent.config.settings import PATH_SETTINGS, SECRET_SETTINGS, SETTINGS, Settings


@dataclass(frozen=True, slots=True)
class Given:
    """A value that somebody wrote, and where: ``origin`` begins a sentence."""

    value: object
    origin: str

    def complaint(self, name: str) -> str:
        """Say that the value cannot be used, what it must be, and what to do."""
        wanted = Settings.model_fields[name].description
        shown = "something else" if name in SECRET_SETTINGS else repr(self.value)
        return f"{self.origin} must be {wanted}, but is {shown}. Correct it or leave it out."


def from_options(options: Mapping[str, object]) -> dict[str, Given]:
    """Take the command line's options by setting name; None means that one was not given."""
    return {
        name: Given(_absolute(name, value, Path()), f"The option --{name.replace('_', '-')}")
        for name, value in options.items()
        if value is not None
    }


def from_environment(environ: Mapping[str, str]) -> dict[str, Given]:
    """Read the variables; an empty one counts as not set, because service managers cannot unset one."""
    given: dict[str, Given] = {}
    for name in SETTINGS:
        own = f"FLOWENT_{name.upper()}"
        for variable in (own, "LOG_LEVEL") if name == "log_level" else (own,):
            if value := environ.get(variable, "").strip():
                given[name] = Given(_absolute(name, value, Path()), f"The environment variable {variable}")
                break
    return given


def mistyped_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Say which variables look like a setting's but are none; others may be somebody else's and pass."""
    for variable in environ:
        name = variable.removeprefix("FLOWENT_").lower()
        if variable.startswith("FLOWENT_") and name not in SETTINGS:
            for near in difflib.get_close_matches(name, SETTINGS, n=1, cutoff=0.8):
                yield f"The environment variable {variable} sets nothing. Did you mean FLOWENT_{near.upper()}?"


def from_file(file: Path) -> dict[str, Given]:
    """Read a TOML file of settings; raises ConfigError for one that cannot be read or has a key that is no setting."""
    try:
        text = file.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(
            f"The configuration file {file} cannot be read: {error.strerror}. Correct the path or the permissions."
        ) from None
    except ValueError as error:
        # A mistake in TOML or in UTF-8; the error's own text says where.
        raise ConfigError(f"The configuration file {file} is not valid TOML: {error}. Correct it there.") from None
    unknown = [_unknown(key, _place(file, text, key)) for key in table if key not in SETTINGS]
    if unknown:
        raise ConfigError(*unknown)
    return {
        key: Given(_absolute(key, value, file.parent), f"The setting {key} in {_place(file, text, key)}")
        for key, value in table.items()
    }


def _unknown(key: str, place: str) -> str:
    near = difflib.get_close_matches(key.replace("-", "_").lower(), SETTINGS, n=1)
    remedy = f"Did you mean {near[0]}?" if near else f"Remove it; the settings are {', '.join(SETTINGS)}."
    return f"There is no setting {key!r}, which is in {place}. {remedy}"


def _place(file: Path, text: str, key: str) -> str:
    """Name the line of a key: tomllib tells none, and a key of the top level begins a line or a table's header."""
    start = re.compile(rf"\s*(\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
    numbers = [number for number, line in enumerate(text.splitlines(), start=1) if start.match(line)]
    return f"line {numbers[0]} of {file}" if numbers else str(file)


def _absolute(name: str, value: object, base: Path) -> object:
    """Read a relative path from where it was written: the file's directory, or the current one."""
    if name not in PATH_SETTINGS or not isinstance(value, str | Path) or not str(value):
        return value
    return (base / Path(value).expanduser()).absolute()
