"""Two ways to the same conversations: a running workspace over HTTP, or the workspace opened in this process."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Protocol, cast

import httpx

from flowent.cli.errors import CommandError
from flowent.conversations.commands import Stop
from flowent.conversations.errors import ConversationError, InvalidError
from flowent.conversations.service import Conversations
from flowent.domain.events import ConversationFields


class Door(Protocol):
    """What `flowent ask` needs."""

    async def create(self, workdir: Path | None) -> str:
        """Begin a conversation; None works in the workspace's own directory. Raises CommandError."""
        ...

    async def last(self) -> str | None:
        """Give the conversation that changed last."""
        ...

    async def choose(self, conversation_id: str, fields: dict[str, str]) -> None:
        """Set provider, model and effort."""
        ...

    async def send(self, conversation_id: str, text: str) -> tuple[str, int]:
        """Send a message; gives its turn and the seq to watch from."""
        ...

    def watch(self, conversation_id: str, after: int) -> AsyncGenerator[bytes, None]:
        """Give the events' JSON."""
        ...

    async def stop(self, conversation_id: str) -> None:
        """Stop the running turn."""
        ...


class RemoteDoor:
    """A running workspace."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Take a client with base URL and token."""
        self._client = client

    async def create(self, workdir: Path | None) -> str:
        """Begin a conversation."""
        body = {} if workdir is None else {"workdir": str(workdir)}
        return str((await self._ask("POST", "/api/conversations", body))["id"])

    async def last(self) -> str | None:
        """Give the conversation that changed last."""
        answer = await self._ask("GET", "/api/conversations?limit=100")
        rows = cast("list[dict[str, Any]]", answer["items"])
        newest = max(rows, key=lambda row: row["updated_at"], default=None)
        return None if newest is None else str(newest["id"])

    async def choose(self, conversation_id: str, fields: dict[str, str]) -> None:
        """Set provider, model and effort."""
        await self._ask("PATCH", f"/api/conversations/{conversation_id}", fields)

    async def send(self, conversation_id: str, text: str) -> tuple[str, int]:
        """Send a message."""
        answer = await self._ask("POST", f"/api/conversations/{conversation_id}/messages", {"content": text})
        return str(answer["turn_id"]), int(answer["seq"])

    async def watch(self, conversation_id: str, after: int) -> AsyncGenerator[bytes, None]:
        """Give the events' JSON."""
        path = f"/api/conversations/{conversation_id}/stream?after={after}"
        async with self._client.stream("GET", path, timeout=httpx.Timeout(10, read=60)) as response:
            await accepted_response(response)
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    yield line[6:].encode()

    async def stop(self, conversation_id: str) -> None:
        """Stop the running turn."""
        await self._ask("POST", f"/api/conversations/{conversation_id}/stop", {})

    async def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        response = await self._client.request(method, path, json=body)
        await accepted_response(response)
        return cast("dict[str, Any]", response.json()) if response.content else {}


class LocalDoor:
    """The workspace in this process."""

    def __init__(self, conversations: Conversations) -> None:
        """Take an opened workspace's conversations."""
        self._conversations = conversations

    async def create(self, workdir: Path | None) -> str:
        """Begin a conversation."""
        try:
            return await self._conversations.create(workdir=None if workdir is None else str(workdir))
        except ConversationError as error:
            raise _refused(error) from error

    async def last(self) -> str | None:
        """Give the conversation that changed last."""
        page = await self._conversations.page(limit=100)
        newest = max(page.rows, key=lambda row: row.updated_at, default=None)
        return None if newest is None else newest.id

    async def choose(self, conversation_id: str, fields: dict[str, str]) -> None:
        """Set provider, model and effort."""
        try:
            await self._conversations.change(conversation_id, ConversationFields.model_validate(fields))
        except ConversationError as error:
            raise _refused(error) from error

    async def send(self, conversation_id: str, text: str) -> tuple[str, int]:
        """Send a message."""
        try:
            accepted = await self._conversations.send(conversation_id, text)
        except ConversationError as error:
            raise _refused(error) from error
        return accepted.turn_id or "", accepted.seq

    async def watch(self, conversation_id: str, after: int) -> AsyncGenerator[bytes, None]:
        """Give the events' JSON."""
        async for frames in self._conversations.watch(conversation_id, after):
            for frame in frames:
                yield frame.data

    async def stop(self, conversation_id: str) -> None:
        """Stop the running turn."""
        await self._conversations.do(conversation_id, Stop())


def _refused(error: ConversationError) -> CommandError:
    field = error.field if isinstance(error, InvalidError) else None
    return CommandError(str(error), error.remedy, field=field)


async def accepted_response(response: httpx.Response) -> None:
    """Let a good answer pass; raises CommandError with the problem's own words."""
    if response.is_success:
        return
    await response.aread()
    try:
        problem = cast("dict[str, Any]", response.json())
    except ValueError:
        raise CommandError(f"The workspace answered {response.status_code}.", "Look at its log.") from None
    errors = cast("list[dict[str, str]]", problem.get("errors") or [{}])
    message = str(errors[0].get("message") or problem.get("detail") or problem.get("title"))
    raise CommandError(message, str(problem.get("remedy") or ""), field=errors[0].get("field"))
