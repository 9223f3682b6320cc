"""How much one client may ask for at once (control C11)."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, waits in seconds.

    ``body`` bounds every request but uploads, whose files have limits by kind (`flowent.api.uploads`); ``upload``
    leaves room for the form around the largest of them. ``body_wait`` is how long a body may stop arriving.
    """

    body: int = 4 * MIB
    upload: int = 33 * MIB
    body_wait: float = 30.0
    uploads_at_once: int = 4
    streams: int = 512
    streams_per_session: int = 64
    heartbeat: float = 15.0
    session_check: float = 60.0
    stalled_reader: float = 60.0
