"""The provider as an ASGI application: four wire formats, and `/__scripted__/` to steer it.

Invariants: a request is on record before it is answered; whatever the script does not foresee is answered with a
status that clients do not retry and is put on record as a failure.
"""

import asyncio
import json
import secrets
import time
import traceback
from dataclasses import dataclass, field

from pydantic import JsonValue

from flowent.scripted.answers.base import Answer, dumps
from flowent.scripted.connection import Connection, Receive, Request, Scope, Send, read_request
from flowent.scripted.failure import USUAL_STATUS, Failure
from flowent.scripted.formats import Route, WireFormat, route
from flowent.scripted.lanes import Lanes, Slot, unmet
from flowent.scripted.player import play_stream, play_whole
from flowent.scripted.report import RecordedRequest, Recorder, Report, masked_headers, masked_query
from flowent.scripted.requests.base import BadRequestError, Call, Issued, ParsedRequest
from flowent.scripted.script import FailureFields, Script, ScriptError, parse_script

CONTROL_PREFIX = "/__scripted__/"

_JSON = {"content-type": "application/json"}
_EVENTS = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}


@dataclass
class Playback:
    """A script being played: its lanes, its records and what it issued, dropped together with the script."""

    script: Script
    lanes: Lanes = field(init=False)
    recorder: Recorder = field(init=False)
    issued: Issued = field(default_factory=Issued)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.script)
        self.recorder = Recorder(self.script.max_recorded)

    def release(self) -> None:
        """Let every answer go on that was asked for until now."""
        self.released.set()
        self.released = asyncio.Event()

    def report(self) -> Report:
        """The report as of now."""
        return self.recorder.report(self.lanes.slots)


class ScriptedApp:
    """The ASGI application."""

    def __init__(self, script: Script) -> None:
        self._playback = Playback(script)
        self._connections: set[Connection] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        request = await read_request(scope, receive)
        connection = Connection(receive, send)
        self._connections.add(connection)
        watcher = asyncio.create_task(connection.watch())
        try:
            if request.path.startswith(CONTROL_PREFIX):
                await self._control(request, connection)
            else:
                await self._answer(request, connection)
        finally:
            watcher.cancel()
            self._connections.discard(connection)

    def report(self) -> Report:
        """The report of the script being played."""
        return self._playback.report()

    def close(self) -> None:
        """End every answer in progress."""
        for connection in self._connections:
            connection.gone.set()

    async def _control(self, request: Request, connection: Connection) -> None:
        match request.method, request.path.removeprefix(CONTROL_PREFIX):
            case "GET", "report":
                await connection.respond(200, self.report().model_dump_json().encode(), _JSON)
            case "POST", "script":
                try:
                    self._playback = Playback(parse_script(request.body))
                except ScriptError as error:
                    await connection.respond(400, dumps({"error": str(error)}), _JSON)
                else:
                    await connection.respond(200, b"{}", _JSON)
            case "POST", "release":
                self._playback.release()
                await connection.respond(200, b"{}", _JSON)
            case "POST", "reset":
                self._playback = Playback(self._playback.script)
                await connection.respond(200, b"{}", _JSON)
            case _:
                await connection.respond(404, dumps({"error": "No such control path."}), _JSON)

    async def _answer(self, request: Request, connection: Connection) -> None:
        playback = self._playback
        target = route(request.method, request.path, request.query, request.headers)
        record = _record(playback.recorder.next_number(), request, target)
        playback.recorder.add(record)
        exchange = _Exchange(playback, request, connection, record)
        try:
            await exchange.answer(target)
        except Exception:
            # The edge of the program: a defect here must show in the report of the test that met it.
            playback.recorder.fail(record, f"the scripted provider itself failed:\n{traceback.format_exc()}")
            raise


@dataclass
class _Exchange:
    """One provider request on its way to an answer."""

    playback: Playback
    request: Request
    connection: Connection
    record: RecordedRequest

    async def answer(self, target: Route | None) -> None:
        if target is None:
            self.playback.recorder.fail(self.record, "no wire format has this path")
            await self._respond(404, dumps({"error": {"message": f"Unknown path {self.request.path}."}}), {})
        elif not self._key_fits():
            status = target.format.statuses.get("bad_key", USUAL_STATUS["bad_key"])
            await self._refuse(target.format, Failure(kind="bad_key", status=status))
        elif target.lists_models:
            await self._list_models(target.format)
        else:
            await self._generate(target)

    async def _generate(self, target: Route) -> None:
        wire = target.format
        body = self.record.body
        if not isinstance(body, dict):
            message = "The body of the request is not a JSON object."
            await self._refuse(wire, Failure(kind="invalid_request", status=400, message=message), message)
            return
        try:
            parsed = wire.reader.read(Call(body, self.request.headers, target.model, target.stream))
        except BadRequestError as error:
            await self._refuse(wire, error.failure, f"not a valid request: {error}")
            return
        self.record.model = parsed.model
        if self.playback.script.strict and (fault := parsed.find_fault(self.playback.issued)) is not None:
            await self._refuse(wire, fault, f"illegal history: {fault.message}")
            return
        slot = self.playback.lanes.take(parsed)
        if slot is None:
            await self._unexpected(wire, self.playback.lanes.explain(parsed))
            return
        self.record.step = slot.name
        faults = unmet(slot.step.expect, parsed, body) if slot.step.expect is not None else []
        if faults:
            await self._unexpected(wire, f"The request is not as {slot.name} expects: {'; '.join(faults)}.")
            return
        await self.connection.pause(slot.step.delay)
        if self.connection.gone.is_set():
            self.record.outcome = "client_left"
        elif slot.step.fails:
            await self._fail_as_scripted(wire, slot.step, parsed.model)
        else:
            await self._play(wire, slot, parsed)

    async def _play(self, wire: WireFormat, slot: Slot, parsed: ParsedRequest) -> None:
        content, step, released = slot.content, slot.step, self.playback.released
        usage = content.usage
        if usage is not None and content.usage_is_estimated:
            usage = usage.model_copy(update={"input": len(self.request.body) // 4})
        answer = Answer(
            content=content,
            identity=secrets.token_hex(12),
            model=parsed.model,
            created=int(time.time()),
            usage=usage,
            issued=self.playback.issued,
            wants_usage=parsed.wants_usage,
            wants_encrypted=parsed.wants_encrypted,
            binding=parsed.binding if self.playback.script.bind_thinking else tuple,
        )
        headers = {**step.headers, **_request_id(wire)}
        if not parsed.stream and step.in_stream_error is not None:
            error = step.in_stream_error
            failure = FailureFields(error=error.error, error_message=error.message, headers=step.headers)
            await self._fail_as_scripted(wire, failure, parsed.model)
            return
        self.record.status = 200
        if parsed.stream:
            stream = wire.renderer.stream(answer)
            error = step.in_stream_error
            stream_error = wire.renderer.stream_error(error, answer, stream) if error is not None else b""
            times = self.record.chunk_times_ns if self.playback.script.record_times else None
            await self.connection.start(200, {**_EVENTS, **headers})
            self.record.outcome = await play_stream(stream, step, self.connection, stream_error, times, released)
        else:
            body = wire.renderer.whole(answer)
            self.record.outcome = await play_whole(body, step, self.connection, {**_JSON, **headers}, released)

    async def _list_models(self, wire: WireFormat) -> None:
        models = self.playback.script.models
        await self.connection.pause(models.delay)
        if models.fails:
            await self._fail_as_scripted(wire, models, "")
            return
        ids = models.ids if models.ids is not None else tuple(self.playback.script.lanes) or ("scripted-model",)
        await self._respond(200, wire.renderer.model_list(ids), models.headers)

    async def _fail_as_scripted(self, wire: WireFormat, fields: FailureFields, model: str) -> None:
        failure = Failure(
            kind=fields.failure_kind,
            status=fields.failure_status(wire.statuses),
            message=fields.error_message,
            model=model,
        )
        body = fields.raw_body.encode() if fields.raw_body is not None else wire.renderer.failure(failure)
        plain = {"content-type": "text/html"} if fields.raw_body is not None else {}
        await self._respond(failure.status, body, {**plain, **_request_id(wire), **fields.headers})

    async def _unexpected(self, wire: WireFormat, text: str) -> None:
        await self._refuse(wire, Failure(kind="unexpected_request", status=400, message=text), text)

    async def _refuse(self, wire: WireFormat, failure: Failure, recorded: str | None = None) -> None:
        if recorded is not None:
            self.playback.recorder.fail(self.record, recorded)
        await self._respond(failure.status, wire.renderer.failure(failure), _request_id(wire))

    async def _respond(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.record.status = status
        named = {name.lower(): value for name, value in headers.items()}
        await self.connection.respond(status, body, {**_JSON, **named})
        self.record.outcome = "complete"

    def _key_fits(self) -> bool:
        wanted = self.playback.script.api_key
        headers = self.request.headers
        given = (
            headers.get("authorization", "").removeprefix("Bearer "),
            headers.get("x-api-key"),
            headers.get("x-goog-api-key"),
            self.request.query.get("key"),
        )
        return wanted is None or wanted in given


def _record(number: int, request: Request, target: Route | None) -> RecordedRequest:
    query = f"?{masked_query(request.query_string)}" if request.query_string else ""
    return RecordedRequest(
        number=number,
        format=target.format.name if target else None,
        method=request.method,
        path=request.path + query,
        headers=masked_headers(request.headers),
        body=_recorded_body(request.body),
        received_ns=time.monotonic_ns(),
    )


def _recorded_body(body: bytes) -> JsonValue:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")


def _request_id(wire: WireFormat) -> dict[str, str]:
    name = "request-id" if wire.name == "anthropic" else "x-request-id"
    return {name: f"req_{secrets.token_hex(12)}"}
