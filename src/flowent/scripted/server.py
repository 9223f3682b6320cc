"""The scripted provider as a process: a listening socket, one line with its address, an exit status.

Invariants: only loopback addresses are served, because the provider has no authentication; the process ends on
SIGTERM and Ctrl-C with status 1 when something was not as the script says.
"""

import asyncio
import contextlib
import ipaddress
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from types import FrameType

import uvicorn

from flowent.scripted.app import ScriptedApp
from flowent.scripted.script import Script, ScriptError, read_script

ADDRESS_LINE = "Scripted provider listening on "
"""What the line with the address begins with; the URL follows."""


class _Server(uvicorn.Server):
    """A server that leaves signals to its owner and says when it listens.

    uvicorn raises a caught signal again when it has stopped, which would replace the exit status.
    """

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_listening()


def run(
    script_path: Path | None, host: str = "127.0.0.1", port: int = 0, *, relaxed: bool = False, attached: bool = False
) -> int:
    """Serve a script until SIGTERM or Ctrl-C, then print the report if something was not as the script says.

    Args:
        script_path: File with the script; None begins with an empty one, to be loaded over HTTP.
        host: Loopback address to listen on.
        port: Port to listen on; 0 takes a free one.
        relaxed: Exit with status 0 even with failures or unused steps.
        attached: Stop also when standard input ends, so that the process does not outlive the one that started it.

    Returns:
        The exit status: 0, 1 with failures or unused steps, 2 when it could not start.
    """
    try:
        script = read_script(script_path) if script_path is not None else Script()
        listener = _listen(host, port)
    except (ScriptError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    app = ScriptedApp(script)
    with listener:
        config = _config(app)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_serve(app, config, listener, attached=attached))
    report = app.report()
    if not report.problems or relaxed:
        return 0
    summary = report.model_dump(mode="json", exclude={"requests"})
    print(json.dumps({**summary, "problems": report.problems}, indent=2, ensure_ascii=False))
    return 1


def _config(app: ScriptedApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # pyright: ignore[reportArgumentType] - same protocol, typed without Any
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        # Long enough that a client never finds a kept connection closed under it, as that looks like a fault.
        timeout_keep_alive=600,
        timeout_graceful_shutdown=2,
    )


async def _serve(app: ScriptedApp, config: uvicorn.Config, listener: socket.socket, *, attached: bool) -> None:
    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    server = _Server(config, lambda: print(ADDRESS_LINE + address, flush=True))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True
        app.close()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    if attached:
        threading.Thread(target=_wait_for_end_of_input, args=(loop, stop), daemon=True).start()
    await server.serve([listener])


def _wait_for_end_of_input(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    # Not through sys.stdin: its buffer is locked while a thread reads, which breaks the interpreter's shutdown.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    with contextlib.suppress(RuntimeError):  # the loop has closed: the process is ending already
        loop.call_soon_threadsafe(stop)


def _listen(host: str, port: int) -> socket.socket:
    address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    if not address.is_loopback:
        raise ValueError(f"The scripted provider serves loopback addresses only, not {host}.")
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((str(address), port))
    return listener
