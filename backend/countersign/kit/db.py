"""Transactions as one user: open, mark the user, write the journal last, commit; it holds no query of any room.

Row-level security reads `app.user_id`, which lives exactly as long as the transaction.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from countersign.kit import journal

IDLE_MILLISECONDS = "10000"
"""A process stopped inside a transaction would hold its row locks for as long as it sleeps, and every other process
would wait for them; Postgres ends such a session after this, and the sleeper's transaction is rolled back. No
transaction here waits for anything but Postgres, so an awake process never comes near it.
Source: https://www.postgresql.org/docs/18/runtime-config-client.html (idle_in_transaction_session_timeout)."""

NOBODY = UUID(int=0)
"""Owner of the system chain: entries that belong to no user."""


class Database:
    """A pool of connections as the app role; one per process.

    Nothing here may stay open across an await on Google, a model or a person.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        """Connect lazily to `url` (`postgresql://` form, unix sockets by `?host=`)."""
        self._engine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            # An error's text ends in logs, and parameters hold mail and tokens.
            hide_parameters=True,
            connect_args={"server_settings": {"idle_in_transaction_session_timeout": IDLE_MILLISECONDS}},
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self, user_id: UUID | None) -> AsyncIterator[AsyncSession]:
        """One transaction as that user (None: no rows of any user are visible).

        Committed when the block ends, events and audit entries last; rolled back on any exception.
        """
        async with self._sessions() as session, session.begin():
            session.info["user_id"] = user_id
            if user_id is not None:
                await session.execute(
                    text("SELECT set_config('app.user_id', :id, true)"), {"id": str(user_id)}
                )
            yield session
            await journal.write(session)

    async def close(self) -> None:
        """Close every connection; safe to call twice."""
        await self._engine.dispose()
