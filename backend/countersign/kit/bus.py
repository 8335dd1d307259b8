"""Telling other processes that something changed; messages carry ids only and may be lost, so readers read the log.

Publishing is Postgres NOTIFY inside the caller's transaction: heard after commit, never on rollback.
Source: https://www.postgresql.org/docs/18/sql-notify.html (payload below 8,000 bytes).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

log = structlog.get_logger()

_RECONNECT_SECONDS = 1.0
_QUEUED_MESSAGES = 1_000
"""A listener that is further behind than this loses the oldest hints; it reads the log anyway."""


async def publish(session: AsyncSession, channel: str, payload: str) -> None:
    """Announce `payload` on `channel` when this transaction commits."""
    await session.execute(
        text("SELECT pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload}
    )


class Bus:
    """One LISTEN connection per process, shared by every listener in it; reconnects by itself."""

    def __init__(self, url: str, channels: tuple[str, ...] = ("events",)) -> None:
        """Listen on `channels` of the database at `url` once entered as a context manager."""
        self._url = url
        self._channels = channels
        self._queues: dict[str, set[asyncio.Queue[str]]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Start listening; returns once the first connection listens or its first try failed."""
        self._task = asyncio.create_task(self._keep_listening(), name="bus")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and close the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def ready(self) -> None:
        """Return when the connection listens."""
        await self._listening.wait()

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[AsyncIterator[str]]:
        """Payloads of `channel` from now on. After a reconnect an empty payload says: read the log again."""
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=_QUEUED_MESSAGES)
        self._queues[channel].add(queue)
        try:
            yield _drain(queue)
        finally:
            self._queues[channel].discard(queue)

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen_until_lost()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as exc:
                log.warning("bus.lost", error=type(exc).__name__)
            self._listening.clear()
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_until_lost(self) -> None:
        lost = asyncio.Event()
        connection = await asyncpg.connect(self._url)
        try:
            connection.add_termination_listener(lambda _connection: lost.set())
            for channel in self._channels:
                await connection.add_listener(channel, self._received)
            self._listening.set()
            for channel in self._channels:
                self._deliver(channel, "")
            await lost.wait()
        finally:
            await connection.close(timeout=_RECONNECT_SECONDS)

    def _received(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        self._deliver(channel, str(payload))

    def _deliver(self, channel: str, payload: str) -> None:
        for queue in self._queues[channel]:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(payload)


async def _drain(queue: asyncio.Queue[str]) -> AsyncIterator[str]:
    while True:
        yield await queue.get()
