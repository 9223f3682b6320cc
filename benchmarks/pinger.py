"""Asks for /api/health every five milliseconds until its input ends, then prints how long the answers took.

Run as `python -m benchmarks.pinger PORT`. A process of its own, so that what the benchmark's client does meanwhile
cannot be taken for a slow server. How late the pinger itself was woken tells what the machine adds.
"""

import json
import select
import socket
import sys
import time
from dataclasses import asdict, dataclass

INTERVAL = 0.005
REQUEST = b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Pings:
    """What was seen, in seconds. ``woken_late`` is the most by which the pinger itself was late."""

    answers: tuple[float, ...]
    woken_late: float

    @property
    def slowest(self) -> float:
        """The longest wait for an answer."""
        return max(self.answers)


def ping(port: int) -> Pings:
    """Ask until standard input ends."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = REQUEST % port
    answers: list[float] = []
    late = 0.0
    while True:
        before = time.monotonic()
        ended, _, _ = select.select([sys.stdin], [], [], INTERVAL)
        if ended:
            return Pings(tuple(answers), late)
        asked = time.monotonic()
        late = max(late, asked - before - INTERVAL)
        connection.sendall(request)
        answer = b""
        while b'"status":"ok"' not in answer:
            received = connection.recv(4096)
            if not received:
                raise ConnectionError("the server hung up")
            answer += received
        answers.append(time.monotonic() - asked)


def main() -> None:
    """Print what was seen as JSON."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdout.write(json.dumps(asdict(ping(int(sys.argv[1])))))


if __name__ == "__main__":
    main()
