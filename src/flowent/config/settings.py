"""The settings of one process: their names, types, limits and defaults.

A field's description says what its value must be; error messages and the guide use it.
"""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ByteSize, ConfigDict, Field, SecretStr

LogLevel = Literal["debug", "info", "warning", "error"]


def _refuse_booleans(value: object) -> object:
    # Pydantic takes true for 1, and a person who wrote "port = true" meant something else.
    if isinstance(value, bool):
        raise ValueError
    return value


def _split_at_commas(value: object) -> object:
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


def _lower_case(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _level_name(value: object) -> object:
    lowered = _lower_case(value)
    return "warning" if lowered == "warn" else lowered


def _host_and_port(value: str) -> str:
    if not re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", value.lower()):
        raise ValueError
    return value.lower()


def _origin_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError
    port = "" if parts.port is None else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def _header_value(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]+", value):
        raise ValueError
    return value


def _postgresql_url(value: object) -> object:
    if not isinstance(value, str) or not re.match(r"postgres(ql)?(\+psycopg)?://", value):
        raise ValueError
    return value


_Size = Annotated[ByteSize, BeforeValidator(_refuse_booleans), Field(ge=1024)]


class Settings(BaseModel):
    """What a person can set: as an option, a variable or a key of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[str, Field(min_length=1, description="a host name or address to listen on")] = "127.0.0.1"
    port: Annotated[
        int,
        BeforeValidator(_refuse_booleans),
        Field(ge=0, le=65535, description="a port from 0 to 65535 (0 takes any free one)"),
    ] = 6873
    data_dir: Annotated[Path, Field(description="the path of a directory for Flowent alone")]
    workdir: Annotated[Path, Field(description="the path of a directory that the agent may read")]
    no_browser: Annotated[bool, Field(description="true or false")] = False
    token: Annotated[
        SecretStr | None, BeforeValidator(_header_value), Field(description="visible ASCII characters without spaces")
    ] = None
    allowed_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_host_and_port)], ...],
        BeforeValidator(_split_at_commas),
        Field(description="host names such as flowent.example.org, with a port where it is not the server's own"),
    ] = ()
    tls_cert: Annotated[Path | None, Field(description="the path of a certificate in PEM form")] = None
    tls_key: Annotated[Path | None, Field(description="the path of a private key in PEM form")] = None
    public_url: Annotated[
        Annotated[str, AfterValidator(_origin_url)] | None,
        Field(description="the address that people type, such as https://flowent.example.org, without a path"),
    ] = None
    log_level: Annotated[LogLevel, BeforeValidator(_level_name), Field(description="debug, info, warning or error")] = (
        "info"
    )
    log_retention: Annotated[
        int, BeforeValidator(_refuse_booleans), Field(ge=1, le=3650, description="a number of days from 1 to 3650")
    ] = 14
    dump_requests: Annotated[bool, Field(description="true or false")] = False
    database_url: Annotated[
        SecretStr | None,
        BeforeValidator(_postgresql_url),
        Field(description="a PostgreSQL address such as postgresql://user@host/database"),
    ] = None
    key_file: Annotated[Path, Field(description="the path of a file outside the data directory")]
    keyring: Annotated[bool, Field(description="true or false")] = False
    allow_root: Annotated[bool, Field(description="true or false")] = False
    max_body_size: Annotated[_Size, Field(description="a size of at least 1KiB, such as 4MiB")] = ByteSize(4 << 20)
    max_attachment_size: Annotated[_Size, Field(description="a size of at least 1KiB, such as 32MiB")] = ByteSize(
        32 << 20
    )

    @property
    def exposed(self) -> bool:
        """Whether other machines can reach the server."""
        try:
            return not ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host.lower() != "localhost"

    @property
    def database_file(self) -> Path:
        """Where the SQLite database is, unless ``database_url`` names a server."""
        return self.data_dir / "flowent.db"

    @property
    def log_dir(self) -> Path:
        """Where log files are."""
        return self.data_dir / "logs"

    @property
    def dump_dir(self) -> Path:
        """Where dumps of model requests are."""
        return self.data_dir / "dumps"


SETTINGS: tuple[str, ...] = tuple(Settings.model_fields)
"""The settings' names."""

PATH_SETTINGS = frozenset({"data_dir", "workdir", "tls_cert", "tls_key", "key_file"})
"""Those that a relative path or ``~`` is resolved in."""

SECRET_SETTINGS = frozenset({"token", "database_url"})
"""Those whose value is never shown."""
