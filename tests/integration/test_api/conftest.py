"""The whole edge over a real database and real conversations; only the model is played, piece by piece."""

import asyncio
import functools
import hashlib
import socket
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from flowent.api.app import create_app
from flowent.api.attachments import Attachments
from flowent.api.attempts import Attempts
from flowent.api.auth import Logins
from flowent.api.health import DataFigures, FilesFigures, HealthReport
from flowent.api.limits import Limits
from flowent.api.open_streams import OpenStreams
from flowent.api.origins import Origins, loopback_origins
from flowent.api.server import Server
from flowent.api.services import About, Services
from flowent.conversations.folders import Folders
from flowent.conversations.ports import Chosen, Workshop
from flowent.conversations.project import Project
from flowent.conversations.project_files import ProjectFiles, Reach
from flowent.conversations.service import Conversations
from flowent.conversations.workplaces import Workplaces
from flowent.domain.failures import Failure
from flowent.domain.usage import Cost, Usage
from flowent.domain.values import ReasoningEffort
from flowent.engine.limits import Limits as TurnLimits
from flowent.models.base import CallPiece, Endpoint, Finished, ModelError, ModelFacts, ModelRequest, Piece, TextPiece
from flowent.observability.findings import Finding
from flowent.observability.redaction import SecretRedactor
from flowent.settings.offers import Offers
from flowent.settings.providers import Providers
from flowent.settings.secrets import SecretBox, SecretKey
from flowent.settings.settings import SettingsService
from flowent.store.database import SqlStore, open_sqlite
from flowent.tools.beneath import Beneath, Denied
from flowent.tools.builtin import builtin_tools
from flowent.tools.gate import Caps, Gate
from flowent.tools.ripgrep import Ripgrep, find_ripgrep, has_descriptor_paths

TOKEN = "token-of-the-integration-tests-0123456789"


class RealClock:
    """The machine's time."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class CountedIds:
    """Ids that can be told apart."""

    given: int = 0

    def new(self, kind: str) -> str:
        self.given += 1
        return f"{kind}_{self.given}"

    def jitter(self) -> float:
        return 0.5


@dataclass
class PlayedModel:
    """A model that says what a test puts in, when it does; where nothing is put in, it says "Done." at once."""

    adapter: str = "played"
    paced: bool = False
    pieces: asyncio.Queue[Sequence[Piece] | ModelError] = field(
        default_factory=asyncio.Queue[Sequence[Piece] | ModelError]
    )

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        if not self.paced and self.pieces.empty():
            yield [TextPiece(0, "Done."), Finished("complete", Usage(input=3, output=2))]
            return
        while True:
            batch = await self.pieces.get()
            if isinstance(batch, ModelError):
                raise batch
            yield batch
            if isinstance(batch[-1], Finished):
                return

    async def list_models(self) -> list[ModelFacts]:
        return [ModelFacts("played-1", context_window=8000)]

    def say(self, text: str) -> None:
        self.pieces.put_nowait([TextPiece(0, text)])

    def finish(self) -> None:
        self.pieces.put_nowait([Finished("complete", Usage(input=3, output=2))])

    def fail(self, failure: Failure) -> None:
        self.pieces.put_nowait(ModelError(failure))


class NoEmbeddedModel:
    """There is none on this machine."""

    facts = ModelFacts("small")

    def unavailable(self) -> Failure | None:
        return Failure(kind="no_model", title="Not there", message="It is not installed.", remedy="Install it.")

    async def endpoint(self) -> Endpoint:
        raise AssertionError("the embedded model is not there")


class HealthyDoctor:
    """Finds nothing wrong."""

    async def report(self, *, providers: bool) -> HealthReport:
        nothing = FilesFigures(directory="/data/nothing", files=0, size=0)
        return HealthReport(
            findings=(Finding("ok", "providers" if providers else "python", "well"),),
            data=DataFigures(
                directory="/data",
                database_file=None,
                database_size=None,
                blobs=nothing,
                logs=nothing,
                dumps=nothing,
                conversations=0,
                deleted_conversations=0,
            ),
            checked_at=1,
        )


@dataclass
class MemoryBlobs:
    """Blobs without a disk."""

    kept: dict[str, bytes] = field(default_factory=dict[str, bytes])

    async def put(self, data: bytes, *, durable: bool = True) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[sha256] = data
        return sha256

    async def get(self, sha256: str) -> bytes:
        return self.kept[sha256]

    def path(self, sha256: str) -> str:
        raise KeyError(sha256)


@dataclass
class PlayedModels:
    """Every endpoint is the played model."""

    model: PlayedModel

    def get(self, endpoint: Endpoint) -> PlayedModel:
        return self.model


@pytest.fixture
def model() -> PlayedModel:
    return PlayedModel()


@pytest.fixture
def say(model: PlayedModel) -> Callable[[str], None]:
    """Have the model say something; from now on it says only what it is told to."""

    def speak(text: str) -> None:
        model.paced = True
        model.say(text)

    return speak


@pytest.fixture
def finish(model: PlayedModel) -> Callable[[], None]:
    """Have the model finish its answer."""
    return model.finish


@pytest.fixture
def fail(model: PlayedModel) -> Callable[[Failure], None]:
    """Have the model fail."""

    def break_off(failure: Failure) -> None:
        model.paced = True
        model.fail(failure)

    return break_off


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    path.mkdir()
    (path / "README.md").write_text("# A project\n")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory."""
    path = tmp_path / "data"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def folders() -> list[Path]:
    """The folders that a person added."""
    return []


@pytest.fixture
def workplaces(workdir: Path, data: Path, tmp_path: Path, folders: list[Path]) -> Workplaces:
    async def added() -> tuple[Path, ...]:
        return tuple(folders)

    return Workplaces(workdir, data, tmp_path / "home", added)


@pytest.fixture
def limits() -> Limits:
    """The edge's limits."""
    return Limits()


@pytest.fixture
def gate(data: Path, blobs: MemoryBlobs) -> Gate:
    return Gate(builtin_tools([data]), blobs, caps=Caps(model_text=4096))


@pytest.fixture
async def store(data: Path) -> AsyncGenerator[SqlStore, None]:
    opened = await open_sqlite(data / "flowent.db")
    yield opened
    await opened.close(orderly=True)


@pytest.fixture
async def services(
    store: SqlStore,
    model: PlayedModel,
    blobs: MemoryBlobs,
    gate: Gate,
    workplaces: Workplaces,
    limits: Limits,
    tmp_path: Path,
) -> AsyncGenerator[Services, None]:
    clock, ids, redactor = RealClock(), CountedIds(), SecretRedactor()
    providers = Providers(
        store, SecretBox([SecretKey(bytes(range(32)))], "the tests"), redactor, PlayedModels(model), now=clock.now
    )
    await providers.load()
    settings = SettingsService(
        store, providers, NoEmbeddedModel(), home=tmp_path / "home", private=(tmp_path / "data",)
    )
    await settings.load()

    def price(usage: Usage) -> Cost | None:
        return None

    async def choose(_: str | None, name: str | None, effort: ReasoningEffort | None) -> Chosen | Failure:
        return Chosen("played", model, name or "played-1", effort or "default", 8000, None, True, price)

    async def turn_limits() -> TurnLimits:
        return TurnLimits(retries=0)

    async def prompt() -> str:
        return ""

    workshop = Workshop(choose, turn_limits, prompt, gate, blobs, clock, ids, redactor)
    conversations = Conversations(store, workshop, workplaces)
    await conversations.start()

    async def no_password() -> str | None:
        return None

    private = (tmp_path / "data",)

    @functools.cache
    def reach() -> Reach:
        program = find_ripgrep()
        assert program is not None
        return Reach(Beneath(Denied.of(private)), Ripgrep(program, descriptor_paths=has_descriptor_paths()))

    yield Services(
        conversations=conversations,
        project=Project(
            ProjectFiles(reach, clock.monotonic),
            Folders(workplaces, home=tmp_path / "home", private=private),
            reach,
            redactor,
        ),
        doctor=HealthyDoctor(),
        providers=providers,
        settings=settings,
        offers=Offers(providers, settings, NoEmbeddedModel(), redactor, environment={}, ports=()),
        attachments=Attachments(store, blobs, clock, ids),
        blobs=blobs,
        logins=Logins(sessions=store, clock=clock, attempts=Attempts(clock), token=TOKEN, password_hash=no_password),
        streams=OpenStreams(limits),
        origins=Origins(loopback_origins(6873)),
        about=About(
            version="1.2.3",
            python="3.11",
            platform="linux",
            database="sqlite",
            workdir=str(workplaces.root),
            started_at=clock.now(),
        ),
        limits=limits,
    )
    await conversations.suspend()


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture
async def anyone(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient, None]:
    """A client that is not logged in."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:6873") as client:
        yield client


@pytest.fixture
async def program(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient, None]:
    """A client with the bearer token."""
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:6873", headers=headers) as client:
        yield client


@pytest.fixture
async def conversation(program: httpx.AsyncClient) -> str:
    """A new conversation's id."""
    created = await program.post("/api/conversations", json={"title": "A test"})
    assert created.status_code == 201, created.text
    name: str = created.json()["id"]
    return name


@asynccontextmanager
async def serving(services: Services) -> AsyncGenerator[tuple[Server, str], None]:
    """Serve on a free port of this machine, with the real server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        there = replace(services, origins=Origins(loopback_origins(port)))
        server = Server(create_app(there), there)
        task = asyncio.create_task(server.serve([listener]))
        await server.listening.wait()
        try:
            yield server, f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await task


@pytest.fixture
async def server(services: Services) -> AsyncGenerator[tuple[Server, str], None]:
    """The running server and its address."""
    async with serving(services) as running:
        yield running


@pytest.fixture
async def http(server: tuple[Server, str]) -> AsyncGenerator[httpx.AsyncClient, None]:
    """A program's client of the running server."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=server[1], headers=headers, timeout=10) as client:
        yield client


@pytest.fixture
def token() -> str:
    return TOKEN


@pytest.fixture
def call_tool(model: PlayedModel) -> Callable[[str, str], None]:
    """Have the model call a tool, and say that it is done after its result."""

    def call(name: str, arguments: str) -> None:
        model.pieces.put_nowait([CallPiece(0, "call-1", name, arguments), Finished("complete", Usage())])

    return call


@pytest.fixture
def workdir_file(workdir: Path) -> str:
    """A file whose content is too long for one result."""
    (workdir / "long.txt").write_text("".join(f"This is line number {number:05}.\n" for number in range(2000)))
    return "long.txt"
