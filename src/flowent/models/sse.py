"""Server-sent events over bytes, for streams whose events are told apart by their data alone.

Rules: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream, with three leniencies
that providers need: a line that begins with ``{`` is data (error objects are written bare), an event that the end
of the stream cuts off before its blank line is still given, and ``event``, ``id`` and ``retry`` are ignored. A stream
that begins with ``{`` is no stream of events but one JSON document, and comes out as one event at its end.

However the bytes are cut into reads, the same events come out. Nothing is decoded before a line is whole, so
characters cannot be torn apart.
"""

EVENT_LIMIT = 8 * 1024 * 1024
"""Bytes of one event; a server that sends more is not believed."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventSplitter:
    """Cuts a stream's bytes into the data of its events.

    ``overflowed`` becomes true, and stays so, once an event is longer than the limit; nothing more comes out then.
    """

    __slots__ = (
        "_carriage_return",
        "_data",
        "_data_size",
        "_first_line",
        "_limit",
        "_started",
        "_tail",
        "_tail_size",
        "document",
        "overflowed",
    )

    def __init__(self, limit: int = EVENT_LIMIT) -> None:
        """Start at the beginning of a stream."""
        self._limit = limit
        self._tail: list[bytes] = []
        self._tail_size = 0
        self._data: list[bytes] = []
        self._data_size = 0
        self._carriage_return = False
        self._started = False
        self._first_line = True
        self.document = False
        """Whether the stream is one JSON document."""
        self.overflowed = False

    def feed(self, read: bytes) -> list[bytes]:
        """Take the next bytes; give the data of the events that they complete."""
        if not self._started:
            read = read.lstrip()
            if not read:
                return []
            self._started = True
            self.document = read[:1] == b"{"
        if self.document:
            return self._wait_for_more(read)
        if self._carriage_return:
            read, self._carriage_return = b"\r" + read, False
        if b"\r" in read:
            if read.endswith(b"\r"):  # the line feed that belongs to it may be in the next read
                read, self._carriage_return = read[:-1], True
            read = read.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\n" not in read:
            return self._wait_for_more(read)
        lines = read.split(b"\n")
        if self._tail:
            lines[0] = b"".join((*self._tail, lines[0]))
            self._tail.clear()
        last = lines.pop()
        if last:
            self._tail.append(last)
        self._tail_size = len(last)
        return self._take(lines)

    def close(self) -> list[bytes]:
        """End the stream; give the document, or the event that the end cut off, if there is one."""
        last = b"".join(self._tail)
        self._tail.clear()
        if self.document:
            return [] if self.overflowed else [last]
        return self._take([last, b""])

    def _wait_for_more(self, read: bytes) -> list[bytes]:
        self._tail.append(read)
        self._tail_size += len(read)
        self.overflowed = self.overflowed or self._tail_size + self._data_size > self._limit
        return []

    def _take(self, lines: list[bytes]) -> list[bytes]:
        if self._first_line:
            lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
            self._first_line = False
        events: list[bytes] = []
        data = self._data
        for line in lines:
            if line[:5] == b"data:":
                data.append(line[6:] if line[5:6] == b" " else line[5:])
                self._data_size += len(line)
            elif line[:1] == b"{":
                data.append(line)
                self._data_size += len(line)
            elif not line and data:
                if self._data_size > self._limit or self.overflowed:
                    break
                events.append(data[0] if len(data) == 1 else b"\n".join(data))
                data.clear()
                self._data_size = 0
        self.overflowed = self.overflowed or self._tail_size + self._data_size > self._limit
        return events
