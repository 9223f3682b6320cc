"""What a model sees of a conversation: another fold of the same events.

It gives a transcript that is legal for every provider whatever happened (`flowent.domain.transcript` states the
rules), and that only ever grows at its end along a branch, so that a request's messages are a prefix of the next
one's. What happened to an answer (it was cut off, stopped, or failed) is told as a note after it, in a person's place.
"""

from dataclasses import dataclass, field

from flowent.domain.events import (
    AnswerDone,
    ContextSet,
    ConversationChanged,
    ErrorRaised,
    HeadMoved,
    MessageAdded,
    MessageEdited,
    OutputDone,
    Recorded,
    ToolDone,
    ToolFailed,
    TurnStarted,
)
from flowent.domain.parts import OutputPart, TextPart, ThinkingPart, ToolPart, ToolResult
from flowent.domain.transcript import AssistantEntry, CallResult, Entry, Note, PersonEntry, ResultsEntry


def _note(text: str) -> PersonEntry:
    return PersonEntry((Note(f"[Workspace note: {text}]"),))


CUT_OFF = _note("the answer above was cut off. Go on from where it stopped.")
STOPPED = _note("the person stopped the answer above.")
BEGIN = _note("the person asks you to begin.")
NO_RESULT = ToolResult(model_text="The call was interrupted and has no result; its outcome is unknown.")


@dataclass(slots=True)
class _Step:
    """One step that reached the model's history."""

    entry: AssistantEntry
    calls: tuple[ToolPart, ...]
    results: dict[str, CallResult] = field(default_factory=dict[str, CallResult])
    answered: ResultsEntry | None = None

    def results_entry(self) -> ResultsEntry:
        if self.answered is not None:
            return self.answered
        results = tuple(
            self.results.get(call.id) or CallResult(call.id, call.call_id, call.name, NO_RESULT, failed=True)
            for call in self.calls
        )
        entry = ResultsEntry(results)
        if len(self.results) == len(self.calls):
            self.answered = entry
        return entry


@dataclass(slots=True)
class _Node:
    """One message: what a person said, or the steps and notes of an answer in order."""

    id: str
    parent_id: str | None
    said: PersonEntry | None = None
    steps: list[_Step | PersonEntry] = field(default_factory=list[_Step | PersonEntry])
    error_id: str | None = None
    failure: PersonEntry | None = None


class History:
    """The model's state of one conversation; see the module."""

    def __init__(self) -> None:
        """Start before the first event."""
        self.head: str | None = None
        self.context: ContextSet | None = None
        self._nodes: dict[str, _Node] = {}
        self._calls: dict[str, _Step] = {}
        """The step of each call that has no result yet."""

    def apply(self, recorded: Recorded) -> None:
        """Fold one committed event."""
        match recorded.event:
            case MessageAdded() as event:
                self._nodes[event.message_id] = _Node(event.message_id, event.parent_id, said=PersonEntry(event.parts))
                self.head = event.message_id
            case MessageEdited() as event:
                self._nodes[event.message_id].said = PersonEntry(event.parts)
            case HeadMoved() as event:
                self.head = event.head
            case ContextSet() as event:
                self.context = event
            case TurnStarted() as event:
                self._start(event)
            case OutputDone() as event:
                self._step(event)
            case ConversationChanged(changed=changed) if "workdir" in changed.model_fields_set:
                self._tell(_note(f"the work directory is now {changed.workdir}"))
            case ToolDone() as event:
                self._answer(event.tool_id, event.result, failed=False)
            case ToolFailed() as event:
                self._answer(event.tool_id, event.result, failed=True)
            case ErrorRaised() as event:
                node = self._nodes[event.message_id]
                node.error_id = event.part.id
                node.failure = _note(f"the previous response failed: {event.part.message}")
            case AnswerDone(status="interrupted") as event:
                self._nodes[event.message_id].steps.append(STOPPED)
            case _:
                pass

    def entries(self) -> list[Entry]:
        """Give the current branch as a legal transcript that ends with something to answer."""
        entries: list[Entry] = []
        for node in self._path():
            if node.said is not None:
                entries.append(node.said)
            for step in node.steps:
                if isinstance(step, PersonEntry):
                    entries.append(step)
                    continue
                if not entries:
                    entries.append(BEGIN)
                elif isinstance(entries[-1], AssistantEntry):
                    entries.append(CUT_OFF)
                entries.append(step.entry)
                if step.calls:
                    entries.append(step.results_entry())
            if node.failure is not None:
                entries.append(node.failure)
        if not entries:
            entries.append(BEGIN)
        elif isinstance(entries[-1], AssistantEntry):
            entries.append(CUT_OFF)
        return entries

    def _path(self) -> list[_Node]:
        path: list[_Node] = []
        at = self.head
        while at is not None:
            node = self._nodes[at]
            path.append(node)
            at = node.parent_id
        path.reverse()
        return path

    def _start(self, event: TurnStarted) -> None:
        node = self._nodes.get(event.message_id)
        if node is None:
            self._nodes[event.message_id] = _Node(event.message_id, event.parent_id)
            self.head = event.message_id
            return
        if event.cause == "retry":
            self.head = event.message_id
            if node.error_id == event.error_id:
                node.failure = None

    def _tell(self, note: PersonEntry) -> None:
        """Append what changed around the conversation where the model has already been told otherwise."""
        if self.context is not None and self.head is not None:
            self._nodes[self.head].steps.append(note)

    def _step(self, event: OutputDone) -> None:
        node = self._nodes[event.message_id]
        if event.reason == "complete":
            parts = event.parts
        else:
            parts = tuple(part for part in event.parts if _survives_a_cut(part))
        if not any(isinstance(part, TextPart | ToolPart) for part in parts):
            return
        calls = tuple(part for part in parts if isinstance(part, ToolPart))
        step = _Step(AssistantEntry(parts), calls)
        node.steps.append(step)
        for call in calls:
            self._calls[call.id] = step
        if event.reason in ("failed", "length"):
            node.steps.append(CUT_OFF)

    def _answer(self, tool_id: str, result: ToolResult, *, failed: bool) -> None:
        step = self._calls.pop(tool_id)
        call = next(call for call in step.calls if call.id == tool_id)
        step.results[tool_id] = CallResult(call.id, call.call_id, call.name, result, failed)


def _survives_a_cut(part: OutputPart) -> bool:
    """Only what a provider accepts back of an answer that it did not end: text, and thinking that it signed."""
    match part:
        case TextPart():
            return bool(part.text.strip())
        case ThinkingPart():
            return part.payload is not None
        case ToolPart():
            return False
