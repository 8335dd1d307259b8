"""Waiting for news about one user: a hint only says "look again", so a lost or doubled one changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


class Hints:
    """Waits for a hint about one user; the pending read of the bus outlives a timed-out wait, so no hint is dropped."""

    def __init__(self, hints: AsyncIterator[str], user_id: str) -> None:
        """Wait on `hints`, the bus's payloads, for those about `user_id`."""
        self._hints = hints
        self._user_id = user_id
        self._next: asyncio.Task[str] | None = None

    async def for_hint(self, seconds: float) -> bool:
        """Whether a hint about this user (or about a reconnect of the bus) came within that time."""
        until = asyncio.get_running_loop().time() + seconds
        while True:
            self._next = self._next or asyncio.create_task(_read(self._hints))
            left = until - asyncio.get_running_loop().time()
            done, _ = await asyncio.wait({self._next}, timeout=max(left, 0))
            if not done:
                return False
            payload, self._next = self._next.result(), None
            if payload in {self._user_id, ""}:
                return True

    async def close(self) -> None:
        """Stop waiting."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)


async def _read(hints: AsyncIterator[str]) -> str:
    return await anext(hints)
