"""A conversation with everything real but the database, the model and time."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from flowent.conversations.commands import Accepted, Command, Send
from flowent.conversations.owner import Owner
from flowent.conversations.ports import Chosen, Workshop
from flowent.domain.events import ConversationChanged, ConversationFields, StoredEvent, encode
from flowent.domain.failures import Failure
from flowent.domain.parts import TextPart
from flowent.domain.values import ReasoningEffort
from flowent.engine.limits import Limits
from flowent.engine.ports import Redactor
from flowent.journal.log import open_log
from flowent.store.base import Listing, StoredEventRow
from flowent.tools.base import Arguments, Output, ToolContext, ToolError
from flowent.tools.gate import Gate
from flowent.tools.policy import Allowed
from support.memory import Answer, CountingIds, MemoryBlobs, MemoryEvents, NoSecrets, SayingModel, StillClock, free

CONVERSATION = "conv_test"


class EchoArguments(Arguments):
    """What the test tools take."""

    text: str = ""


@dataclass
class EchoTool:
    """Gives back its text, counts its runs, and waits for an event where it has one."""

    name: str = "echo"
    effect: Literal["read", "act"] = "read"
    description: str = "Says it again."
    arguments: type[EchoArguments] = EchoArguments
    runs: list[str] = field(default_factory=list[str])
    running: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None

    def title(self, arguments: EchoArguments) -> str:
        return f"Echoing {arguments.text}"

    async def run(self, arguments: EchoArguments, context: ToolContext) -> Output:
        self.runs.append(arguments.text)
        self.running.set()
        if self.gate is not None:
            await self.gate.wait()
        if arguments.text == "fail":
            raise ToolError("it failed")
        return Output(f"echo: {arguments.text}", f"Echoed {arguments.text}")


class AllowAll:
    """A policy that lets everything through."""

    def decide(self, tool: object, arguments: object, context: object) -> Allowed:
        return Allowed()


@dataclass
class Bench:
    """One conversation's owner over in-memory ends."""

    model: SayingModel
    events: MemoryEvents = field(default_factory=MemoryEvents)
    clock: StillClock = field(default_factory=StillClock)
    ids: CountingIds = field(default_factory=CountingIds)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    redactor: Redactor = field(default_factory=NoSecrets)
    limits: Limits = field(default_factory=Limits)
    read: EchoTool = field(default_factory=EchoTool)
    act: EchoTool = field(default_factory=lambda: EchoTool(name="act", effect="act"))
    failure: Failure | None = None
    owner: Owner | None = None
    gone: list[Exception | None] = field(default_factory=list[Exception | None])

    async def open(self) -> Owner:
        """Load the conversation, creating it first where there is none."""
        if CONVERSATION not in self.events.rows:
            first = ConversationChanged(changed=ConversationFields(workdir="/tmp"))
            row = StoredEventRow(1, self.clock.now(), first.type, encode(first))
            listing = Listing(None, "/tmp", pinned=False, archived=False, deleted=False, status="idle")
            await self.events.create_conversation(CONVERSATION, listing, [row], at=self.clock.now())
        log = await open_log(self.events, self.clock.now, CONVERSATION)
        self.owner = Owner(log, self.workshop(), lambda _, error: self.gone.append(error))
        return self.owner

    def workshop(self) -> Workshop:
        async def choose(
            provider_id: str | None, model: str | None, effort: ReasoningEffort | None
        ) -> Chosen | Failure:
            if self.failure is not None:
                return self.failure
            return Chosen("test", self.model, model or "saying-1", effort or "default", 1000, None, True, free)

        async def limits() -> Limits:
            return self.limits

        async def agent_prompt() -> str:
            return ""

        gate = Gate([self.read, self.act], self.blobs, AllowAll())
        return Workshop(choose, limits, agent_prompt, gate, self.blobs, self.clock, self.ids, self.redactor)

    async def do(self, command: Command) -> Accepted | None:
        assert self.owner is not None
        return await self.owner.do(command)

    async def send(self, text: str, mode: Literal["queue", "steer"] | None = None, message_id: str = "") -> Accepted:
        message_id = message_id or self.ids.new("said")
        accepted = await self.do(Send(message_id, (TextPart(id=f"{message_id}.text", text=text),), mode))
        assert accepted is not None
        return accepted

    def happened(self) -> list[StoredEvent]:
        return [recorded.event for recorded in self.events.recorded(CONVERSATION)]

    def types(self) -> list[str]:
        return [event.type for event in self.happened()]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a state of the journal."""
        assert self.owner is not None
        feed = self.owner.log.feed
        async with asyncio.timeout(5):
            while not condition():
                await feed.wait(feed.seq)

    async def ended(self, turns: int = 1) -> None:
        """Wait until so many turns have ended."""
        await self.until(lambda: self.types().count("turn_ended") >= turns)


@asynccontextmanager
async def bench(*answers: Answer) -> AsyncGenerator[Bench, None]:
    """Open a conversation whose model gives these answers."""
    made = Bench(SayingModel(*answers))
    await made.open()
    try:
        yield made
    finally:
        if made.owner is not None:
            await made.owner.release()
