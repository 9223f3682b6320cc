"""Failed logins are counted, per client and in all, and further ones have to wait (control C11).

Each counter is a bucket of allowed failures that refills steadily; a success costs nothing. Cookies never pass
here: they hold 256 random bits, so that nobody can lock a logged-in person out by failing.
"""

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass

from flowent.engine.ports import Clock

MAX_CLIENTS = 4096


@dataclass(slots=True)
class _Bucket:
    left: float
    seen: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """``failures`` at once, and as many again in ``seconds``."""

    failures: int
    seconds: float


class Attempts:
    """Counts failures and says how long to wait."""

    def __init__(
        self,
        clock: Clock,
        *,
        per_client: Allowance = Allowance(10, 60.0),
        overall: Allowance = Allowance(100, 60.0),
    ) -> None:
        """Start with full allowances."""
        self._clock = clock
        self._per_client = per_client
        self._overall = overall
        self._clients: OrderedDict[str, _Bucket] = OrderedDict()
        self._all = _Bucket(overall.failures, clock.monotonic())

    def wait(self, client: str) -> int:
        """Give the whole seconds until that client may fail again; 0 if it may now."""
        bucket = self._clients.get(_network(client))
        waits = [_wait(self._all, self._overall, self._clock.monotonic())]
        if bucket is not None:
            waits.append(_wait(bucket, self._per_client, self._clock.monotonic()))
        return max(waits)

    def failed(self, client: str) -> None:
        """Count a failure."""
        now = self._clock.monotonic()
        name = _network(client)
        bucket = self._clients.setdefault(name, _Bucket(self._per_client.failures, now))
        self._clients.move_to_end(name)
        if len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        for counted, allowance in ((bucket, self._per_client), (self._all, self._overall)):
            _refill(counted, allowance, now)
            counted.left = max(0.0, counted.left - 1)


def _refill(bucket: _Bucket, allowance: Allowance, now: float) -> None:
    gained = (now - bucket.seen) * allowance.failures / allowance.seconds
    bucket.left = min(float(allowance.failures), bucket.left + gained)
    bucket.seen = now


def _wait(bucket: _Bucket, allowance: Allowance, now: float) -> int:
    _refill(bucket, allowance, now)
    missing = 1 - bucket.left
    return max(0, math.ceil(missing * allowance.seconds / allowance.failures))


def _network(client: str) -> str:
    """Name whom failures are charged to: whoever has one IPv6 address has its whole /64."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return client
