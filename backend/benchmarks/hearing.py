"""What a person's open page hears: the server-sent events of their log, each with the moment it arrived."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from tests.api.person import API, Person
from tests.flows.story import Json

PATIENCE_SECONDS = 120.0
IsWanted = Callable[[Json], bool]


@dataclass(frozen=True)
class Seen:
    """An event and when it arrived (`time.perf_counter`)."""

    moment: float
    event: Json


@dataclass
class Hearing:
    """One open stream; whoever asks for an event gets the first that fits, also when it came before the question."""

    heard: list[Seen] = field(default_factory=list)
    _waiting: list[tuple[IsWanted, asyncio.Future[Seen]]] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def opened(cls, person: Person) -> AsyncIterator[Self]:
        """The stream of a signed-in person, from its beginning, until the block ends."""
        hearing = cls()
        listening = asyncio.create_task(hearing._listen(person), name="events")
        try:
            yield hearing
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def first(self, is_wanted: IsWanted) -> Seen:
        """The first event that fits.

        Raises:
            TimeoutError: none came for two minutes.
        """
        for seen in self.heard:
            if is_wanted(seen.event):
                return seen
        found: asyncio.Future[Seen] = asyncio.get_running_loop().create_future()
        self._waiting.append((is_wanted, found))
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await found

    async def _listen(self, person: Person) -> None:
        headers = {**person.headers, "Accept": "text/event-stream"}
        async with person.http.stream("GET", f"{API}/events", headers=headers) as response:
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    self._take(Seen(time.perf_counter(), json.loads(line.removeprefix("data:"))))

    def _take(self, seen: Seen) -> None:
        if "type" not in seen.event:
            return
        self.heard.append(seen)
        for wait in list(self._waiting):
            is_wanted, found = wait
            if is_wanted(seen.event):
                self._waiting.remove(wait)
                if not found.done():
                    found.set_result(seen)
