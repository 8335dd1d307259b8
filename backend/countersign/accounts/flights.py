"""One piece of work per key at a time in this process: later callers wait for the first one's result.

It keeps no result after the work ended, and knows nothing of what the work is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """Work under way by key; owns its tasks until they end."""

    def __init__(self) -> None:
        """Start with nothing under way."""
        self._tasks: dict[Hashable, asyncio.Task[T]] = {}

    async def join(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the work under way for `key`, started now if there is none; its error is raised to all.

        A caller that is cancelled leaves the others and the work alone.
        """
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.create_task(work())
            self._tasks[key] = task
            task.add_done_callback(partial(self._end, key))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Cancel what is under way and wait until it ended."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end(self, key: Hashable, task: asyncio.Task[T]) -> None:
        self._tasks.pop(key, None)
        if not task.cancelled():
            task.exception()  # every caller may have been cancelled; asyncio would complain of an unread error
