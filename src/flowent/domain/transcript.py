"""What a model is shown of a conversation: a list of entries that is legal for every provider.

An entry never changes once it is in the list, so an adapter may keep what it made of it (entries are compared by
identity). `flowent.domain.history` builds the list; the rules it keeps:

- the first entry is a person's, the last one is a person's, a note or tool results: there is something to answer;
- each tool call of an assistant entry is answered by exactly one result in the tool results that directly follow,
  in the order of the calls, and there are no other results;
- no entry is empty; a person's entries may follow one another, an assistant's never do.
"""

from dataclasses import dataclass

from flowent.domain.parts import AttachmentPart, OutputPart, TextPart, ToolPart, ToolResult


@dataclass(frozen=True, slots=True, eq=False)
class Note:
    """Something that the workspace tells the model in the person's place: a failure, a change of environment."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class PersonEntry:
    """What persons said since the model last spoke, in order, with the workspace's notes among it."""

    parts: tuple[TextPart | AttachmentPart | Note, ...]

    def text_size(self) -> int:
        """Give the bytes of its text."""
        return sum(len(part.text.encode()) for part in self.parts if not isinstance(part, AttachmentPart))


@dataclass(frozen=True, slots=True, eq=False)
class AssistantEntry:
    """One step's output: text, thinking and tool calls in the order in which the model wrote them."""

    parts: tuple[OutputPart, ...]

    def text_size(self) -> int:
        """Give the bytes of its text and calls."""
        return sum(len((part.input if isinstance(part, ToolPart) else part.text).encode()) for part in self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class CallResult:
    """The answer to one tool call; ``part_id`` is our id of the call, ``call_id`` the provider's."""

    part_id: str
    call_id: str
    name: str
    result: ToolResult
    failed: bool


@dataclass(frozen=True, slots=True, eq=False)
class ResultsEntry:
    """The results of the tool calls of the assistant entry before it, in the order of the calls."""

    results: tuple[CallResult, ...]

    def text_size(self) -> int:
        """Give the bytes of its results."""
        return sum(len(result.result.model_text.encode()) for result in self.results)


Entry = PersonEntry | AssistantEntry | ResultsEntry
