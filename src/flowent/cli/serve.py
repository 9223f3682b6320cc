"""`flowent serve`: the workspace as a server, from its first line to an orderly stop.

SIGTERM and Ctrl-C suspend: model streams are cut, turns stay open in the journal and go on at the next start, streams
to clients end, and the database is closed. A second Ctrl-C does not wait for that.
"""

import asyncio
import contextlib
import errno
import signal
import socket
import sys
import webbrowser
from collections.abc import Generator, Sequence
from importlib.metadata import version

from flowent.api.app import create_app
from flowent.api.origins import Origin, Origins, loopback_origins, parse_origin
from flowent.api.server import Server
from flowent.bootstrap import Workspace, open_workspace
from flowent.bootstrap.edge import build_services
from flowent.cli.errors import CommandError
from flowent.cli.running import bearer_token
from flowent.config import Config
from flowent.observability.crashpoints import reached
from flowent.tools.base import AnyTool
from flowent.tools.policy import Policy


def run_server(config: Config, *, extra_tools: Sequence[AnyTool] = (), policy: Policy | None = None) -> int:
    """Serve until stopped; gives the exit status. Raises CommandError and ConfigError."""
    config.create_directories()
    listener = _listen(config)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(config, listener, extra_tools, policy))


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop


class _Server(Server):
    """The server without signal handlers of its own, which would end it before the turns are suspended."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to `_stopped`."""
        yield


async def _serve(config: Config, listener: socket.socket, extra_tools: Sequence[AnyTool], policy: Policy | None) -> int:
    port = int(listener.getsockname()[1])
    origins = _origins(config, port)
    scheme = "https" if config.tls_cert else "http"
    local = f"{scheme}://{_reachable(config.host)}:{port}"
    async with open_workspace(
        config, address=local, extra_tools=extra_tools, policy=policy, terminal=sys.stderr
    ) as workspace:
        services = build_services(workspace, origins, bearer_token(config))
        server = _Server(create_app(services), services, certificate=config.tls_cert, private_key=config.tls_key)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await _answering(server, serving)
        link = f"{origins.preferred}/login?token={services.logins.new_link().token}"
        _announce(config, workspace, link)
        await _stopped(serving)
        server.should_exit = True
        await serving
        await workspace.conversations.suspend()
        reached("shutdown.before_close")
    sys.stderr.write("Stopped. Turns that were running go on at the next start.\n")
    return 0


async def _answering(server: Server, serving: asyncio.Task[None]) -> None:
    listening = asyncio.create_task(server.listening.wait())
    await asyncio.wait([listening, serving], return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()


async def _stopped(serving: asyncio.Task[None]) -> None:
    """Wait for SIGTERM, Ctrl-C, or the server's own end."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if asked.is_set():
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    waiting = asyncio.create_task(asked.wait())
    await asyncio.wait([waiting, serving], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def _listen(config: Config) -> socket.socket:
    """Open the port before anything is set up, so that a taken one is said at once; raises CommandError."""
    host = config.host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except socket.gaierror as error:
        raise CommandError(
            f"The host {config.host} cannot be resolved ({error.strerror}).", "Choose another with --host."
        ) from error
    except OSError as error:
        match error.errno:
            case errno.EADDRINUSE:
                reason = f"Port {config.port} is taken."
                remedy = "Stop what uses it, or choose another with --port (0 takes any free one)."
            case errno.EACCES:
                reason = f"Port {config.port} may only be opened by root."
                remedy = "Choose one from 1024 on with --port."
            case errno.EADDRNOTAVAIL:
                reason = f"{config.host} is not an address of this machine."
                remedy = "Choose another with --host."
            case _:
                reason = f"{config.host}:{config.port} cannot be opened ({error.strerror})."
                remedy = "Choose others with --host and --port."
        raise CommandError(reason, remedy) from error
    listener.listen(2048)
    listener.setblocking(False)
    return listener


def _origins(config: Config, port: int) -> Origins:
    """Give the addresses under which the workspace answers; the first is the one that is printed."""
    secure = config.tls_cert is not None
    origins: list[Origin] = []
    if config.public_url:
        origins.append(parse_origin(config.public_url))
    for name in config.allowed_hosts:
        host = name if ":" in name.rsplit("]", 1)[-1] else f"{name}:{port}"
        origins.append(parse_origin(f"{'https' if secure else 'http'}://{host}"))
    local = loopback_origins(port, secure=secure)
    if not config.exposed:
        wanted = config.host.strip("[]")
        local.sort(key=lambda origin: origin.host.strip("[]") != wanted)
    return Origins([*origins, *local])


def _reachable(host: str) -> str:
    """Give the name under which this machine reaches the server."""
    host = host.strip("[]")
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return "127.0.0.1" if host != "::" else "[::1]"
    return f"[{host}]" if ":" in host else host


def _announce(config: Config, workspace: Workspace, link: str) -> None:
    lines = [f"Flowent {version('flowent')} works in {config.workdir}", *config.notices]
    if not workspace.providers.list():
        answers = "the small embedded model answers" if workspace.embedded.unavailable() is None else "nothing answers"
        lines.append(f"No provider is set up yet, so {answers}. `flowent setup` shows what was found on this machine.")
    if workspace.resumed_turns:
        lines.append(f"Going on with {workspace.resumed_turns} open turns.")
    lines += [
        *workspace.notices,
        "",
        f"  Open  {link}",
        "",
        "The link works once, for ten minutes; `flowent link` prints a new one. Ctrl-C stops.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    if not config.no_browser and sys.stdout.isatty():
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, link)
