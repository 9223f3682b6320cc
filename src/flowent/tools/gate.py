"""The one gate that every tool call passes: validate, decide, run, cap, keep the whole.

A call passes in two phases, so that its ``tool_start`` can be committed between them: `Gate.check` gives a `Ready`
or a `Refused` and touches nothing; `Gate.run` takes a `Ready` and always gives an `Outcome`, unless it is cancelled.
Whatever goes wrong with a call becomes a result that the model reads; it never ends the turn.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, assert_never, cast

from pydantic import JsonValue
from pydantic_core import to_json

from flowent.domain.events import ToolItem
from flowent.domain.parts import ToolPart, ToolResult
from flowent.domain.values import JsonObject
from flowent.models.base import ToolSpec
from flowent.store.base import Blobs
from flowent.tools.base import AnyTool, Arguments, Output, ToolContext, ToolError
from flowent.tools.policy import Allowed, Denied, Policy, ReadOnly
from flowent.tools.schema import parameters_schema
from flowent.tools.text import clean, cut_middle, one_line
from flowent.tools.validation import nearest, parse_arguments

logger = logging.getLogger(__name__)

Effect = Literal["read", "act"]


@dataclass(frozen=True, slots=True)
class Caps:
    """How large a result may be, in bytes of UTF-8; ``data`` as JSON."""

    model_text: int = 32 * 1024
    content: int = 32 * 1024
    data: int = 256 * 1024


@dataclass(frozen=True, slots=True)
class Ready:
    """A call that may run. ``item`` is what its ``tool_start`` says."""

    tool: AnyTool
    arguments: Arguments
    context: ToolContext
    item: ToolItem


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that does not run: ``failed`` where it makes no sense, ``denied`` where it is not allowed."""

    result: ToolResult
    title: str
    status: Literal["failed", "denied"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended. ``title`` says it in the past tense where it went well."""

    result: ToolResult
    failed: bool
    title: str


class Gate:
    """Knows every tool by its name and lets calls through."""

    def __init__(
        self,
        tools: Iterable[AnyTool],
        blobs: Blobs,
        policy: Policy | None = None,
        caps: Caps | None = None,
        redact: Callable[[str], str] | None = None,
    ) -> None:
        """Take the tools, where whole results are kept, and who decides; raises ValueError for a name given twice.

        ``redact`` takes known secrets out of a result before it is cut or kept: half a secret is not recognised
        any more, and nobody looks into a blob again.
        """
        self._tools: dict[str, AnyTool] = {}
        for tool in tools:
            if tool.name in self._tools:
                raise ValueError(f"two tools are named {tool.name}")
            self._tools[tool.name] = tool
        self._specs = tuple(
            ToolSpec(name, self._tools[name].description, parameters_schema(self._tools[name].arguments))
            for name in sorted(self._tools)
        )
        self._blobs = blobs
        self._policy = policy or ReadOnly()
        self._caps = caps or Caps()
        self._redact = redact

    def specs(self) -> tuple[ToolSpec, ...]:
        """Give what a model is told of the tools, in the order of their names."""
        return self._specs

    def effect(self, name: str) -> Effect:
        """Say whether calls of that name only read; a tool that is not known is taken to act."""
        tool = self._tools.get(name)
        return "act" if tool is None else tool.effect

    async def check(self, call: ToolPart, context: ToolContext) -> Ready | Refused:
        """Validate a call's arguments and decide on it."""
        tool = self._tools.get(call.name)
        if tool is None:
            return self._refuse("failed", self._unknown(call.name), f"Unknown tool {one_line(call.name, 60)}")
        try:
            arguments = parse_arguments(tool.name, tool.arguments, call.input)
        except ToolError as error:
            return self._refuse("failed", str(error), f"Malformed call of {tool.name}")
        title = one_line(tool.title(arguments))
        decision = self._policy.decide(tool, arguments, context)
        match decision:
            case Allowed():
                given = cast("JsonObject", arguments.model_dump(mode="json"))
                return Ready(
                    tool, arguments, context, ToolItem(id=call.id, name=tool.name, title=title, arguments=given)
                )
            case Denied():
                return self._refuse("denied", f"{tool.name} was not run: {decision.reason}", title)
        assert_never(decision)

    async def run(self, ready: Ready) -> Outcome:
        """Run a call that passed; cancellation passes through."""
        try:
            output = await ready.tool.run(ready.arguments, ready.context)
            whole, title, failed = self._whole(output), one_line(output.title), False
        except ToolError as error:
            whole, title, failed = ToolResult(model_text=self._safe(str(error))), ready.item.title, True
        # The named boundary: a bug in a tool must not end the turn.
        except Exception:
            logger.exception("tool %s failed (call %s)", ready.tool.name, ready.context.call_id)
            said = f"{ready.tool.name} failed: internal error in the tool. The same call will likely fail again."
            whole, title, failed = ToolResult(model_text=said), ready.item.title, True
        return Outcome(await self._capped(whole), failed, title)

    def _refuse(self, status: Literal["failed", "denied"], message: str, title: str) -> Refused:
        return Refused(ToolResult(model_text=self._safe(message)), title, status)

    def _unknown(self, name: str) -> str:
        near = nearest(name, self._tools)
        hint = f' Did you mean "{near}"?' if near else ""
        return f'There is no tool "{one_line(name, 100)}".{hint} Available: {", ".join(sorted(self._tools)) or "none"}.'

    async def _capped(self, whole: ToolResult) -> ToolResult:
        """Cut what is too large, keeping the whole as the JSON of a `ToolResult`; raises StoreError."""
        model_text, text_cut = cut_middle(whole.model_text, self._caps.model_text)
        content, content_cut = (None, False) if whole.content is None else cut_middle(whole.content, self._caps.content)
        size = len(to_json(whole.data))
        data_cut = size > self._caps.data
        if not (text_cut or content_cut or data_cut):
            return whole
        blob = await self._blobs.put(whole.model_dump_json().encode())
        data: JsonValue = {"kind": "left_out", "size": size} if data_cut else whole.data
        return ToolResult(model_text=model_text, content=content, data=data, truncated=True, blob=blob)

    def _whole(self, output: Output) -> ToolResult:
        """Give a tool's output as a result that can be stored; raises ValueError where its data is no JSON."""
        content = None if output.content is None else self._safe(output.content)
        return ToolResult(model_text=self._safe(output.model_text), content=content, data=self._safe_data(output.data))

    def _safe(self, text: str) -> str:
        text = clean(text)
        return text if self._redact is None else self._redact(text)

    def _safe_data(self, data: JsonValue) -> JsonValue:
        match data:
            case str():
                return self._safe(data)
            case list():
                return [self._safe_data(each) for each in data]
            case dict():
                return {self._safe(name): self._safe_data(each) for name, each in data.items()}
            case _:
                return data
