"""What a process has started and not finished: each thing once, bounded in all and for each user.

It knows nothing of what is done; whether there is anything to do is decided by the rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary


class UnderWay:
    """Tasks by key; at most `slots` of them run at once, and at most `share` things of one user.

    A user's share counts before the slots: whoever's things take long waits for themselves and delays nobody else.
    """

    def __init__(self, slots: int, share: int) -> None:
        """Give that many slots in all and that many to each user."""
        self._slots = asyncio.Semaphore(slots)
        self._share = share
        # Weak: a user is forgotten with the last place held or waited for.
        self._shares: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()
        self._tasks: dict[Hashable, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        """How many were started and have not ended."""
        return len(self._tasks)

    def start(self, key: Hashable, user_id: UUID, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work when a place is free; nothing when it is under way already.

        An error of the work is dropped: it is logged where it happens.
        """
        if key in self._tasks:
            return

        async def one() -> None:
            async with self.share_of(user_id), self._slots:
                await work()

        task = self._tasks[key] = asyncio.create_task(one(), name=str(key))
        task.add_done_callback(lambda ended: self._forget(key, ended))

    @asynccontextmanager
    async def share_of(self, user_id: UUID) -> AsyncIterator[None]:
        """One of the user's places until the block ends; waits for it, in the order of asking."""
        places = self._shares.setdefault(user_id, asyncio.Semaphore(self._share))
        async with places:
            yield

    def is_used_up(self, user_id: UUID) -> bool:
        """Whether the user would have to wait for a place."""
        places = self._shares.get(user_id)
        return places is not None and places.locked()

    async def drain(self, seconds: float) -> None:
        """Wait for what was started; what takes longer is cancelled."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _forget(self, key: Hashable, ended: asyncio.Task[None]) -> None:
        del self._tasks[key]
        if not ended.cancelled():
            ended.exception()  # asked for here so that asyncio does not log it a second time
