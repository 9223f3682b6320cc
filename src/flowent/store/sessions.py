"""Logins, durable so that a power cut neither forgets nor revives one."""

from sqlalchemy import Connection, delete, insert, select

from flowent.store.access import Access
from flowent.store.schema import sessions


class SessionTables(Access):
    """See `flowent.store.base.SessionStore`."""

    async def add_session(self, token_sha256: str, *, at: int, expires_at: int) -> None:
        """Remember a login, and forget those that have expired."""

        def write(connection: Connection) -> None:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= at))
            row = {"token_sha256": token_sha256, "created_at": at, "expires_at": expires_at}
            connection.execute(insert(sessions), row)

        await self._write(write)

    async def session_valid(self, token_sha256: str, *, at: int) -> bool:
        """Whether that login exists and has not expired."""
        found = select(sessions.c.expires_at).where(sessions.c.token_sha256 == token_sha256, sessions.c.expires_at > at)
        return await self._read(lambda connection: connection.execute(found).one_or_none() is not None)

    async def delete_session(self, token_sha256: str) -> None:
        """Log out; no error if there is no such login."""

        def write(connection: Connection) -> None:
            connection.execute(delete(sessions).where(sessions.c.token_sha256 == token_sha256))

        await self._write(write)
