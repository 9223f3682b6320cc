"""Random conversations: event sequences that keep the writers' rules (`flowent.domain.events`), for property tests."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from flowent.domain.events import (
    AnswerDone,
    ConversationChanged,
    ConversationFields,
    Delta,
    ErrorRaised,
    HeadMoved,
    MessageAdded,
    MessageEdited,
    OutputDone,
    OutputStarted,
    QueueChanged,
    Recorded,
    Retrying,
    StoredEvent,
    ThinkingDelta,
    ToolDone,
    ToolFailed,
    ToolInputDelta,
    ToolItem,
    ToolStarted,
    TurnEnded,
    TurnStarted,
    UsageKnown,
)
from flowent.domain.messages import QueueItem
from flowent.domain.parts import ErrorPart, OutputPart, ProviderPayload, TextPart, ThinkingPart, ToolPart, ToolResult
from flowent.domain.usage import Cost, Usage

Draw = st.DrawFn
words = st.text(alphabet="ab é\n", min_size=1, max_size=6)


@dataclass
class Writer:
    """Writes legal events; what it knows is what an owner would know."""

    draw: Draw
    events: list[StoredEvent] = field(default_factory=list[StoredEvent])
    head: str | None = None
    users: list[str] = field(default_factory=list[str])
    parents: dict[str, str | None] = field(default_factory=dict[str, str | None])
    failed: dict[str, tuple[str, str | None, str]] = field(default_factory=dict[str, tuple[str, str | None, str]])
    indices: dict[str, int] = field(default_factory=dict[str, int])
    names: int = 0
    usage: Usage = field(default_factory=Usage)

    def name(self, kind: str) -> str:
        self.names += 1
        return f"{kind}_{self.names}"

    def yes(self) -> bool:
        return self.draw(st.booleans())

    def between(self, most: int, least: int = 0) -> int:
        return self.draw(st.integers(least, most))

    def user(self, parent: str | None, turn: str) -> str:
        message = self.name("user")
        part = TextPart(id=f"{message}.text", text=self.draw(words))
        self.events.append(
            MessageAdded(message_id=message, parent_id=parent, origin="send", parts=(part,), turn_id=turn)
        )
        self.users.append(message)
        self.parents[message] = parent
        self.head = message
        return message

    def answer(self, turn: str, message: str) -> None:
        """Write steps until the turn ends in one way or another."""
        for _ in range(self.between(4, 1)):
            outcome = self.step(turn, message)
            if outcome != "calls":
                break
            if self.between(5) == 5:
                cause = "recovered" if self.yes() else "resumed"
                self.events.append(
                    TurnStarted(turn_id=turn, message_id=message, parent_id=self.parents[message], cause=cause)
                )
            elif self.between(5) == 5:
                message = self.steer(turn, message)
        else:
            outcome = "stopped"
        self.end(turn, message, outcome)

    def steer(self, turn: str, message: str) -> str:
        self.events.append(AnswerDone(turn_id=turn, message_id=message, status="completed", usage=Usage()))
        user = self.user(message, turn)
        return self.start(turn, user, "steer")

    def start(self, turn: str, parent: str | None, cause: str) -> str:
        message = self.name("answer")
        self.events.append(
            TurnStarted.model_validate({"turn_id": turn, "message_id": message, "parent_id": parent, "cause": cause})
        )
        self.parents[message] = parent
        self.head = message
        return message

    def end(self, turn: str, message: str, outcome: str) -> None:
        status = {"finished": "completed", "stopped": "stopped", "failed": "failed"}[outcome]
        if outcome == "failed":
            error = self.name("error")
            part = ErrorPart(id=error, kind="network", title="t", message="m", remedy="r")
            self.events.append(ErrorRaised(turn_id=turn, message_id=message, part=part))
            self.failed[message] = (turn, self.parents[message], error)
        done = {"completed": "completed", "stopped": "interrupted", "failed": "failed"}[status]
        self.events.append(
            AnswerDone.model_validate({"turn_id": turn, "message_id": message, "status": done, "usage": Usage()})
        )
        self.events.append(TurnEnded.model_validate({"turn_id": turn, "message_id": message, "status": status}))

    def step(self, turn: str, message: str) -> str:
        index = self.indices[turn] = self.indices.get(turn, 0) + 1
        attempt = 1
        while self.between(4) == 4:
            self.attempt(turn, message, index, attempt, "superseded")
            self.events.append(
                Retrying(
                    turn_id=turn,
                    message_id=message,
                    index=index,
                    attempt=attempt + 1,
                    kind="network",
                    message="m",
                    wait=1,
                )
            )
            attempt += 1
        reason = self.draw(st.sampled_from(["complete", "complete", "complete", "failed", "stopped"]))
        calls = self.attempt(turn, message, index, attempt, reason)
        if reason != "complete":
            return reason
        self.count(turn, message, index)
        for call in self.draw(st.permutations(calls)):
            self.call(turn, message, call)
        return "calls" if calls else "finished"

    def attempt(self, turn: str, message: str, index: int, attempt: int, reason: str) -> list[ToolPart]:
        self.events.append(OutputStarted(turn_id=turn, message_id=message, index=index, attempt=attempt))
        count = self.between(3, 0 if reason != "complete" else 1)
        parts = [self.part(message, index, attempt, number) for number in range(count)]
        if reason == "complete" and not any(isinstance(part, TextPart | ToolPart) for part in parts):
            parts.append(TextPart(id=f"{message}.{index}.{attempt}.last", text="said"))
        if reason == "superseded":
            parts = []
        elif reason != "complete":
            parts = [part for part in parts if not isinstance(part, ToolPart)]
        self.events.append(
            OutputDone.model_validate(
                {
                    "turn_id": turn,
                    "message_id": message,
                    "index": index,
                    "attempt": attempt,
                    "reason": reason,
                    "parts": tuple(parts),
                }
            )
        )
        return [part for part in parts if isinstance(part, ToolPart)]

    def part(self, message: str, index: int, attempt: int, number: int) -> OutputPart:
        part_id = f"{message}.{index}.{attempt}.{number}"
        kind = self.draw(st.sampled_from([Delta, ThinkingDelta, ToolInputDelta]))
        pieces = self.draw(st.lists(words, min_size=1, max_size=3))
        common = {"message_id": message, "index": index, "attempt": attempt, "part_id": part_id}
        for piece in pieces:
            extra = {"name": "read_file"} if kind is ToolInputDelta else {}
            self.events.append(kind.model_validate({**common, **extra, "text": piece}))
        text = "".join(pieces)
        payload = ProviderPayload(adapter="a", model="m", data={}) if self.yes() else None
        if kind is Delta:
            return TextPart(id=part_id, text=text, payload=payload)
        if kind is ThinkingDelta:
            return ThinkingPart(id=part_id, text=text, payload=payload)
        return ToolPart(id=part_id, call_id="same", name="read_file", input=text)

    def call(self, turn: str, message: str, call: ToolPart) -> None:
        result = ToolResult(model_text=self.draw(words), data={"kind": "plan", "n": self.names} if self.yes() else None)
        ids = {"turn_id": turn, "message_id": message}
        if self.yes():
            item = ToolItem(id=call.id, name=call.name, title="Reading", arguments={"path": "x"})
            self.events.append(ToolStarted(turn_id=turn, message_id=message, tool=item))
        ended = {**ids, "tool_id": call.id, "name": call.name, "title": "Read", "result": result, "duration_ms": 3}
        if self.yes():
            self.events.append(ToolDone.model_validate(ended))
        else:
            self.events.append(ToolFailed.model_validate({**ended, "status": "failed"}))

    def count(self, turn: str, message: str, index: int) -> None:
        last = Usage(input=self.between(9), output=self.between(9))
        self.usage = self.usage + last
        self.events.append(
            UsageKnown(turn_id=turn, message_id=message, index=index, last=last, total=self.usage, cost=Cost())
        )

    def aside(self) -> None:
        """Write something that is not a turn."""
        match 4 - self.between(4):
            case 0 if self.users:
                message = self.draw(st.sampled_from(self.users))
                part = TextPart(id=f"{message}.text", text=self.draw(words))
                self.events.append(MessageEdited(message_id=message, parts=(part,)))
            case 1 if self.parents:
                self.head = self.draw(st.sampled_from(sorted(self.parents)))
                self.events.append(HeadMoved(head=self.head, cause="select"))
            case 2:
                self.head = None
                self.events.append(HeadMoved(head=None, cause="clear"))
            case 3:
                part = TextPart(id="q.text", text=self.draw(words))
                items = (QueueItem(id="q", turn_id="t", mode="queue", parts=(part,)),) if self.yes() else ()
                self.events.append(QueueChanged(items=items))
            case _:
                fields = ConversationFields(title=self.draw(words)) if self.yes() else ConversationFields(pinned=True)
                self.events.append(ConversationChanged(changed=fields))

    def turn(self) -> None:
        if self.failed and self.yes():
            message = self.draw(st.sampled_from(sorted(self.failed)))
            turn, parent, error = self.failed.pop(message)
            self.events.append(
                TurnStarted(turn_id=turn, message_id=message, parent_id=parent, cause="retry", error_id=error)
            )
            self.head = message
            self.answer(turn, message)
            return
        turn = self.name("turn")
        if self.users and self.between(3) == 3:
            self.answer(turn, self.start(turn, self.draw(st.sampled_from(self.users)), "regenerate"))
        else:
            self.answer(turn, self.start(turn, self.user(self.head, turn), "message"))


@st.composite
def conversations(draw: Draw, turns: int = 4) -> list[Recorded]:
    """Draw a whole conversation."""
    writer = Writer(draw)
    writer.events.append(ConversationChanged(changed=ConversationFields(workdir="/w")))
    for _ in range(writer.between(turns, 1)):
        writer.turn()
        if writer.yes():
            writer.aside()
    return [Recorded(seq=seq, at=1000 + seq, event=event) for seq, event in enumerate(writer.events, start=1)]
