"""The command line: every command with its options. Commands import what they need when they run."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from flowent.cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from flowent.config import Config

Result = TypeVar("Result")

app = typer.Typer(
    name="flowent",
    help="A self-hosted workspace for an AI agent. Without a command, `flowent` is `flowent serve`.",
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="The TOML file to read instead of the platform's own.")
]
DataDir = Annotated[Path | None, typer.Option(help="The directory for Flowent's own data.")]
Host = Annotated[str | None, typer.Option(help="The address to listen on (127.0.0.1).")]
Port = Annotated[int | None, typer.Option(help="The port to listen on (6873; 0 takes any free one).")]
Workdir = Annotated[Path | None, typer.Option(help="The directory beneath which the agent works.")]
NoBrowser = Annotated[bool | None, typer.Option("--no-browser", help="Do not open a browser.")]
Token = Annotated[str | None, typer.Option(help="The bearer token for programs (better: FLOWENT_TOKEN).")]
PublicUrl = Annotated[str | None, typer.Option(help="The address that people type, behind a proxy.")]
TlsCert = Annotated[Path | None, typer.Option(help="A certificate in PEM form.")]
TlsKey = Annotated[Path | None, typer.Option(help="Its private key in PEM form.")]
Effort = Literal["default", "none", "minimal", "low", "medium", "high", "xhigh"]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"flowent {version('flowent')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    workdir: Workdir = None,
    no_browser: NoBrowser = None,
    token: Token = None,
    public_url: PublicUrl = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    config_file: ConfigFile = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Start the workspace where no command is given."""
    if context.invoked_subcommand is None:
        serve(host, port, data_dir, workdir, no_browser, token, public_url, tls_cert, tls_key, config_file)


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    workdir: Workdir = None,
    no_browser: NoBrowser = None,
    token: Token = None,
    public_url: PublicUrl = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    config_file: ConfigFile = None,
) -> None:
    """Start the workspace and print its address."""
    from flowent.cli.serve import run_server

    given = {
        "host": host,
        "port": port,
        "data_dir": data_dir,
        "workdir": workdir,
        "no_browser": no_browser,
        "token": token,
        "public_url": public_url,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
    }
    raise typer.Exit(run_server(_config(given, config_file)))


@app.command()
def ask(
    prompt: Annotated[
        list[str] | None, typer.Argument(help="What you need; a prompt from a pipe is added to it.")
    ] = None,
    go_on: Annotated[bool, typer.Option("--continue", "-c", help="Go on in the last conversation.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the turn's events, one JSON object a line.")] = False,
    workdir: Annotated[
        Path | None, typer.Option(help="The directory to work in (the current one, where that is allowed).")
    ] = None,
    provider: Annotated[str | None, typer.Option(help="The id of the provider to ask.")] = None,
    model: Annotated[str | None, typer.Option(help="The model to ask.")] = None,
    effort: Annotated[Effort | None, typer.Option(help="How long the model may think.")] = None,
    data_dir: DataDir = None,
    config_file: ConfigFile = None,
) -> None:
    """Run one turn in the terminal, in the running workspace or without one."""
    from flowent.cli.ask import Question
    from flowent.cli.ask import ask as run

    parts = [" ".join(prompt or ())]
    if not sys.stdin.isatty():
        parts.append(sys.stdin.read().strip())
    text = "\n\n".join(part for part in parts if part.strip())
    if not text:
        raise CommandError("There is nothing to ask.", 'Say it: flowent ask "What is in this project?"')
    chosen = {"provider_id": provider, "model": model, "reasoning_effort": effort}
    question = Question(
        text=text,
        go_on=go_on,
        as_json=as_json,
        workdir=workdir,
        fields={name: value for name, value in chosen.items() if value is not None},
    )
    config = _config({"data_dir": data_dir, "workdir": workdir}, config_file)
    raise typer.Exit(_run(run(config, question)))


@app.command()
def link(data_dir: DataDir = None, config_file: ConfigFile = None) -> None:
    """Print a new one-time login link of the running workspace."""
    from flowent.cli.running import new_link

    typer.echo(_run(new_link(_config({"data_dir": data_dir}, config_file))))


@app.command()
def password(data_dir: DataDir = None, config_file: ConfigFile = None) -> None:
    """Set the password that people log in with from other machines."""
    from flowent.cli.password import set_password

    _run(set_password(_config({"data_dir": data_dir}, config_file)))


@app.command()
def doctor(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    workdir: Workdir = None,
    config_file: ConfigFile = None,
) -> None:
    """Check what the workspace needs; exit status 1 if something needed is missing."""
    from flowent.cli.diagnosis import diagnose

    given = {"host": host, "port": port, "data_dir": data_dir, "workdir": workdir}
    raise typer.Exit(_run(diagnose(_config(given, config_file))))


@app.command("setup")
def set_up(
    offer: Annotated[str | None, typer.Argument(help="The offer to take; without one they are listed.")] = None,
    data_dir: DataDir = None,
    config_file: ConfigFile = None,
) -> None:
    """Show what could answer here (keys in the environment, local servers, the embedded model), or take one of it."""
    from flowent.cli.setup import set_up as run

    _run(run(_config({"data_dir": data_dir}, config_file), offer))


@app.command("scripted-provider")
def scripted_provider(
    script: Annotated[Path, typer.Option(help="The script to play, a JSON file.")],
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on (0 takes any free one).")] = 0,
) -> None:
    """Run a model provider that plays a script: for tests and demonstrations."""
    from flowent.scripted.server import run

    raise typer.Exit(run(script, host, port))


def _config(given: "Mapping[str, object]", config_file: Path | None) -> "Config":
    import os

    from flowent.config import Config

    return Config.load(given, os.environ, config_file)


def _run(coroutine: "Coroutine[object, object, Result]") -> "Result":
    return asyncio.run(coroutine)
