"""What the model is told before the history: instructions and tools, fixed by content hash in the journal.

They are set once, and again only when another model takes over, so that every request's beginning is the same bytes as
the last one's, also after a restart. What varies meanwhile is appended to the history.
"""

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from flowent.conversations.ports import Chosen, Workshop
from flowent.domain.events import ContextFragment, ContextSet
from flowent.journal.log import Log
from flowent.models.base import ToolSpec
from flowent.store.base import Blobs

_TOOLS = TypeAdapter(tuple[ToolSpec, ...])


@dataclass(frozen=True, slots=True)
class Context:
    """The beginning of a request."""

    instructions: tuple[str, ...]
    tools: tuple[ToolSpec, ...]


class ContextKeeper:
    """Sets and gives one conversation's context."""

    def __init__(self, log: Log, workshop: Workshop) -> None:
        """Start with nothing loaded."""
        self._log = log
        self._workshop = workshop
        self._event: ContextSet | None = None
        self._context: Context | None = None

    async def context(self, chosen: Chosen) -> Context:
        """Give the context of the coming request; journals a new one where the model has changed."""
        event = self._log.history.context
        if event is None or (event.provider_id, event.model) != (chosen.provider_id, chosen.model_name):
            event = await self._set(chosen)
        if self._context is None or event != self._event:
            self._context = await _load(event, self._workshop.blobs)
            self._event = event
        return self._context

    async def _set(self, chosen: Chosen) -> ContextSet:
        blobs = self._workshop.blobs
        name = "system_prompt.md" if chosen.tools_supported else "system_prompt_small.md"
        texts = [("system", await asyncio.to_thread(_prompt, name))]
        if prompt := (await self._workshop.agent_prompt()).strip():
            texts.append(("agent_prompt", prompt))
        tools = self._workshop.gate.specs() if chosen.tools_supported else ()
        if chosen.tools_supported:
            texts.append(("environment", f"Work directory: {self._log.conversation.workdir}"))
        event = ContextSet(
            fragments=tuple([await _kept(blobs, origin, text.encode()) for origin, text in texts]),
            tools=await _kept(blobs, "tools", _TOOLS.dump_json(tools)),
            provider_id=chosen.provider_id,
            model=chosen.model_name,
        )
        await self._log.emit(event)
        return event


@cache
def _prompt(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8").strip()


async def _kept(blobs: Blobs, origin: str, data: bytes) -> ContextFragment:
    return ContextFragment(origin=origin, sha256=await blobs.put(data), size=len(data))


async def _load(event: ContextSet, blobs: Blobs) -> Context:
    texts = [(await blobs.get(fragment.sha256)).decode() for fragment in event.fragments]
    return Context(tuple(texts), _TOOLS.validate_json(await blobs.get(event.tools.sha256)))
