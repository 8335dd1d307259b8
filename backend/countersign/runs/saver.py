"""Checkpoints under the same rules as every other row: the user's transaction, row-level security, and the run's fence.

A saver belongs to one drive of one run. It must never outlive that drive and never opens a connection as another role.
Source: langgraph-checkpoint-postgres 3.2.0, `aio.py` (`_cursor` is the one place where it takes a connection).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NoReturn, Self
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor
from psycopg.errors import DivisionByZero
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from countersign.kit.db import IDLE_MILLISECONDS
from countersign.workflows.context import FenceLostError
from countersign.workflows.engine import AsyncPostgresSaver, strict_serializer

_SET_USER = "SELECT set_config('app.user_id', %s, true)"
# Fails (division by zero) instead of answering no rows: in a pipeline only an error stops the next statement.
# KEY SHARE stops a new fence and nothing else: the run's own progress and lease are written beside it.
_HOLD_FENCE = """
    SELECT 1 / count(*) AS held FROM (SELECT 1 FROM runs WHERE id = %s AND fence = %s FOR KEY SHARE) AS ours
"""

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]


class Checkpoints:
    """The process's pool of app-role connections for checkpoints; open it once, as a context manager."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        """Connect to `url` (`postgresql://`, app role) with at most `pool_size` connections."""
        self.pool: Pool = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            kwargs={
                "autocommit": True,
                "prepare_threshold": 0,
                "row_factory": dict_row,
                "options": f"-c idle_in_transaction_session_timeout={IDLE_MILLISECONDS}",
            },
            min_size=1,
            max_size=pool_size,
            open=False,
            name="checkpoints",
        )

    async def __aenter__(self) -> Self:
        """Open the pool; connections are made when first needed."""
        await self.pool.open(wait=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        await self.pool.close()

    async def drop_broken(self) -> None:
        """Replace connections that died with the server; for after a drive met one."""
        await self.pool.check()

    def for_drive(self, user_id: UUID, run_id: UUID, fence: int) -> FencedSaver:
        """A saver for one drive: reads and writes only this run, only while `fence` is still the run's."""
        return FencedSaver(self.pool, user_id, run_id, fence)

    def for_reading(self, user_id: UUID) -> ReadingSaver:
        """A saver that shows this user's checkpoints and refuses every write."""
        return ReadingSaver(self.pool, user_id)


class FencedSaver(AsyncPostgresSaver):
    """LangGraph's saver with a transaction, the user and the fence around every statement, and without its lock."""

    def __init__(self, pool: Pool, user_id: UUID, run_id: UUID, fence: int) -> None:
        """Bind to one drive."""
        super().__init__(pool, serde=strict_serializer())
        self._pool = pool
        self._user_id = user_id
        self._run_id = run_id
        self._fence = fence

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncIterator[AsyncCursor[DictRow]]:
        del pipeline  # the library's argument; every transaction here is pipelined
        try:
            async with _transaction_as(self._pool, self._user_id) as cursor:
                await cursor.execute(_HOLD_FENCE, (self._run_id, self._fence))
                yield cursor
        except DivisionByZero as exc:
            raise FenceLostError(self._run_id) from exc


class ReadingSaver(AsyncPostgresSaver):
    """LangGraph's saver for looking only: history and any past state, as the user who owns them."""

    def __init__(self, pool: Pool, user_id: UUID) -> None:
        """Read as `user_id`."""
        super().__init__(pool, serde=strict_serializer())
        self._pool = pool
        self._user_id = user_id

    async def aput(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise _read_only()

    async def aput_writes(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise _read_only()

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncIterator[AsyncCursor[DictRow]]:
        del pipeline  # the library's argument; every transaction here is pipelined
        async with _transaction_as(self._pool, self._user_id) as cursor:
            yield cursor


@asynccontextmanager
async def _transaction_as(pool: Pool, user_id: UUID) -> AsyncIterator[AsyncCursor[DictRow]]:
    # One pipeline without a round trip of its own for BEGIN, user and fence: 1.4 times the rate of waiting for each.
    async with pool.connection() as connection:
        try:
            async with connection.pipeline():
                cursor = connection.cursor(binary=True, row_factory=dict_row)
                await cursor.execute("BEGIN")
                await cursor.execute(_SET_USER, (str(user_id),))
                yield cursor
                await cursor.execute("COMMIT")
        except BaseException:
            await connection.rollback()
            raise


def _read_only() -> RuntimeError:
    return RuntimeError("a saver for reading was asked to write a checkpoint")
