"""What Anthropic demands of a conversation.

Rules: the user speaks first and last; every tool call is answered by exactly one result at the beginning of the next
message; thinking is replayed unchanged, since the user last spoke also completely, and only behind the conversation
that led to it. Messages of one role that follow each other count as one. Sources:
https://platform.claude.com/docs/en/build-with-claude/preserved-thinking/prefix-checks and the service's own answers.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Literal

from pydantic import JsonValue

from flowent.scripted.failure import Failure
from flowent.scripted.requests.base import Issued, WireModel, illegal
from flowent.scripted.signing import is_genuine

_CALL_ID = re.compile(r"[a-zA-Z0-9_-]+")
_THINKING = frozenset({"thinking", "redacted_thinking"})


class Block(WireModel):
    """One content block, of whatever type."""

    type: str
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    id: str | None = None
    input: JsonValue = None
    tool_use_id: str | None = None
    content: JsonValue = None

    @property
    def seal(self) -> str:
        """What proves that thinking is the provider's own."""
        return (self.signature if self.type == "thinking" else self.data) or ""


class Message(WireModel):
    """One message; its content may be given as a text."""

    role: Literal["system", "user", "assistant"]
    content: str | tuple[Block, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The content as blocks."""
        return (Block(type="text", text=self.content),) if isinstance(self.content, str) else self.content

    @property
    def words(self) -> tuple[str, ...]:
        """The texts, without tool results."""
        return tuple(block.text for block in self.blocks if block.type == "text" and block.text is not None)

    @property
    def results(self) -> list[Block]:
        """The tool results."""
        return [block for block in self.blocks if block.type == "tool_result"]

    @property
    def calls(self) -> list[Block]:
        """The tool calls."""
        return [block for block in self.blocks if block.type == "tool_use"]


@dataclass(frozen=True)
class History:
    """A conversation with everything that decides whether its thinking is still valid.

    Attributes:
        messages: As the client sent them.
        raw_messages: The same, not parsed.
        setup: System prompt and tools.
        thinking_is_off: Whether the request switches thinking off, so that old thinking is ignored.
        drops_stale_thinking: Whether thinking behind a changed conversation is to be dropped, not refused.
    """

    messages: tuple[Message, ...]
    raw_messages: JsonValue
    setup: tuple[JsonValue, JsonValue]
    thinking_is_off: bool
    drops_stale_thinking: bool

    def binding(self) -> tuple[str, ...]:
        """What thinking that answers this conversation is bound to: the conversation, and the thinking before it."""
        seals = [block.seal for message in self.messages for block in message.blocks if block.type in _THINKING]
        return (self.digests[-1], seals[-1] if seals else "")

    @cached_property
    def digests(self) -> list[str]:
        """A digest of what is before each message, without thinking, and one of all; messages of one role are one.

        Each digest goes on from the one before, so that a long conversation is read once.
        """
        digests = [_digest("", [_unmarked(part) for part in self.setup])]
        for run in _runs(self.raw_messages):
            digests.append(_digest(digests[-1], run))
        return digests


def find_fault(history: History, issued: Issued) -> Failure | None:
    """The first rule that a conversation breaks, in the provider's words."""
    messages = merged(history.messages)
    return (
        _shape_fault(history.messages)
        or _pairing_fault(messages)
        or (None if history.thinking_is_off else _thinking_fault(history, messages, issued))
    )


def merged(messages: Sequence[Message]) -> list[Message]:
    """Messages with those of one role that follow each other made one."""
    return [
        Message(role=group[0].role, content=tuple(block for message in group for block in message.blocks))
        for group in (list(run) for _, run in groupby(messages, key=lambda message: message.role))
    ]


def _shape_fault(messages: Sequence[Message]) -> Failure | None:
    spoken = [message for message in messages if message.role != "system"]
    if not spoken or spoken[0].role != "user":
        return illegal('messages: first message must use the "user" role')
    if messages[-1].role == "assistant":
        return illegal(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    seen: set[str] = set()
    for number, message in enumerate(messages):
        if not message.blocks:
            return illegal(
                f"messages.{number}: all messages must have non-empty content except for the optional final assistant "
                "message"
            )
        for index, block in enumerate(message.blocks):
            place = f"messages.{number}.content.{index}"
            if block.type == "text" and not block.text:
                return illegal("messages: text content blocks must be non-empty")
            if block.type == "tool_use":
                fault = _call_fault(block, place, seen)
                if fault is not None:
                    return fault
    return None


def _call_fault(block: Block, place: str, seen: set[str]) -> Failure | None:
    call_id = block.id or ""
    if not _CALL_ID.fullmatch(call_id):
        return illegal(f"{place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
    if not isinstance(block.input, dict):
        return illegal(f"{place}.tool_use.input: Input should be a valid dictionary")
    if call_id in seen:
        return illegal("messages: `tool_use` ids must be unique")
    seen.add(call_id)
    return None


def _pairing_fault(messages: Sequence[Message]) -> Failure | None:
    for number, message in enumerate(messages):
        before = messages[number - 1] if number else None
        calls = [block.id or "" for block in before.calls] if before is not None else []
        if message.role == "user":
            fault = _result_fault(number, message, calls)
            if fault is not None:
                return fault
        leading = {block.tool_use_id for block in _leading_results(message)} if message.role == "user" else set[str]()
        if unanswered := [call for call in calls if call not in leading]:
            return illegal(
                f"messages.{number - 1}: `tool_use` ids were found without `tool_result` blocks immediately after: "
                f"{', '.join(unanswered)}. Each `tool_use` block must have a corresponding `tool_result` block in the "
                "next message."
            )
    return None


def _result_fault(number: int, message: Message, calls: Sequence[str]) -> Failure | None:
    answered: set[str] = set()
    for index, block in enumerate(message.blocks):
        if block.type != "tool_result":
            continue
        call_id = block.tool_use_id or ""
        place = f"messages.{number}.content.{index}"
        if call_id not in calls:
            return illegal(
                f"{place}: unexpected `tool_use_id` found in `tool_result` blocks: {call_id}. Each `tool_result` block "
                "must have a corresponding `tool_use` block in the previous message."
            )
        if call_id in answered:
            return illegal(
                f"{place}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: "
                f"{call_id}"
            )
        answered.add(call_id)
    return None


def _leading_results(message: Message) -> list[Block]:
    leading: list[Block] = []
    for block in message.blocks:
        if block.type != "tool_result":
            break
        leading.append(block)
    return leading


def _thinking_fault(history: History, messages: Sequence[Message], issued: Issued) -> Failure | None:
    spoken = max((number for number, one in enumerate(messages) if one.role == "user" and one.words), default=0)
    previous = ""
    for number, message in enumerate(messages):
        present = {block.seal for block in message.blocks if block.type in _THINKING}
        for index, block in enumerate(message.blocks):
            place = f"messages.{number}.content.{index}"
            if block.type in _THINKING:
                fault = _seal_fault(block, place) or _prefix_fault(history, number, block, place, previous, issued)
                if fault is not None:
                    return fault
                previous = block.seal
            elif block.type == "tool_use" and number > spoken and not present.issuperset(issued.recall(block.id or "")):
                return illegal(
                    f"{place}.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` "
                    "is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost "
                    "set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from "
                    "previous turns. To avoid this requirement, disable `thinking`."
                )
    return None


def _seal_fault(block: Block, place: str) -> Failure | None:
    if block.type == "redacted_thinking":
        if is_genuine(block.data or "", "redacted", ""):
            return None
        return illegal(f"{place}: Invalid `data` in `redacted_thinking` block")
    if block.signature is None:
        return illegal(f"{place}.thinking.signature: Field required")
    if is_genuine(block.signature, "thinking", block.thinking or ""):
        return None
    return illegal(f"{place}: Invalid `signature` in `thinking` block")


def _prefix_fault(
    history: History, number: int, block: Block, place: str, previous: str, issued: Issued
) -> Failure | None:
    """Thinking may be left out at the beginning of a conversation, but not between other thinking."""
    bound_to = issued.recall(block.seal)
    if not bound_to or history.drops_stale_thinking:
        return None
    prefix, previous_then = bound_to
    if prefix == history.digests[number] and previous in {"", previous_then}:
        return None
    return illegal(
        f"{place}: Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove "
        'the block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block".'
    )


def _digest(before: str, value: JsonValue) -> str:
    return hashlib.sha256(json.dumps([before, value], sort_keys=True).encode()).hexdigest()


def _runs(raw_messages: JsonValue) -> list[JsonValue]:
    """Messages as role and blocks, without thinking and cache markers; neighbours of one role made one."""
    raw = [message for message in raw_messages if isinstance(message, dict)] if isinstance(raw_messages, list) else []
    return [
        [role, [_unmarked(block) for message in run for block in _raw_blocks(message) if not _is_thinking(block)]]
        for role, run in groupby(raw, key=lambda message: message.get("role"))
    ]


def _raw_blocks(message: dict[str, JsonValue]) -> list[JsonValue]:
    match message.get("content"):
        case str() as text:
            return [{"type": "text", "text": text}]
        case list() as blocks:
            return blocks
        case _:
            return []


def _is_thinking(block: JsonValue) -> bool:
    return isinstance(block, dict) and block.get("type") in _THINKING


def _unmarked(value: JsonValue) -> JsonValue:
    match value:
        case dict():
            return {key: _unmarked(item) for key, item in value.items() if key != "cache_control"}
        case list():
            return [_unmarked(item) for item in value]
        case _:
            return value
