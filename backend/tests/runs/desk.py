"""One person's desk for the tests of runs: ask, drive here or in worker processes, and look at what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from countersign.accounts.services import Services
from countersign.conversations.messages import notice_id
from countersign.errors import ConflictError
from countersign.runs import history, resume
from countersign.runs.driver import drive
from countersign.runs.models import Run, RunStep
from countersign.runs.saver import Checkpoints
from countersign.runs.start import start
from countersign.runs.states import ENDED
from countersign.settings import Settings
from tests.cluster import ProductDatabase
from tests.preloaded import Forked, fork_worker
from tests.processes import environment_of

BACKEND = Path(__file__).resolve().parents[2]
LOOK_AGAIN_SECONDS = 0.05
OUTSIDE_REQUEST = "Book me a table for two"


@dataclass
class Desk:
    """A registered person with everything a run needs."""

    user_id: UUID
    services: Services
    checkpoints: Checkpoints
    database: ProductDatabase

    async def ask(self, text: str, conversation_id: UUID | None = None) -> Run:
        """Send a message; the run it starts or answers."""
        async with self.services.db.session(self.user_id) as session:
            return await start(session, self.services, conversation_id, text)

    async def drive(self, run: Run) -> None:
        """Drive the run in this process."""
        await drive(self.services, self.checkpoints, self.user_id, run.id)

    async def cancel(self, run: Run) -> None:
        """POST cancel; a run that has come to its end meanwhile is left as it is."""
        async with self.services.db.session(self.user_id) as session:
            with contextlib.suppress(ConflictError):
                await resume.cancel(session, self.services, run.id)

    async def run(self, run_id: UUID) -> Run:
        """The run as it is now."""
        async with self.services.db.session(self.user_id) as session:
            return await history.get(session, run_id)

    async def steps(self, run_id: UUID) -> list[RunStep]:
        """Its steps."""
        async with self.services.db.session(self.user_id) as session:
            return await history.steps(session, run_id)

    async def states(self, run: Run) -> list[history.State]:
        """Its graph's states, newest first."""
        return await history.history(self.checkpoints, await self.run(run.id))

    async def answers(self, run_id: UUID) -> list[str]:
        """What the assistant answered in this run: all it said but its questions, its notes on cards and failures."""
        notices = await self._notices(run_id)
        return [row["text"] for row in await self._spoken(run_id) if row["id"] not in notices]

    async def said_in_chat(self, run_id: UUID) -> list[str]:
        """Everything the assistant said in this run, oldest first."""
        return [row["text"] for row in await self._spoken(run_id)]

    async def _spoken(self, run_id: UUID) -> list[Any]:
        return await self.database.as_owner(
            "SELECT id, text FROM messages WHERE run_id = $1 AND role = 'assistant' ORDER BY created_at",
            run_id,
        )

    async def _notices(self, run_id: UUID) -> set[UUID]:
        asked = [
            json.loads(event["data"])["question_id"]
            for event in await self.events(run_id)
            if event["type"] == "question.asked"
        ]
        attempts = [str(number + 1) for number in range((await self.run(run_id)).attempt)]
        about = [("question", question) for question in asked]
        about += [(kind, attempt) for kind in ("told", "waiting", "failed") for attempt in attempts]
        return {notice_id(run_id, *one) for one in about}

    async def events(self, run_id: UUID) -> list[dict[str, Any]]:
        """The run's events in order."""
        rows = await self.database.as_owner(
            "SELECT seq, type, data::text FROM events WHERE run_id = $1 ORDER BY seq", run_id
        )
        return [dict(row) for row in rows]

    async def until_ended(self, run_id: UUID, seconds: float = 60) -> Run:
        """The run once it has ended, within that time."""
        return await self.until(run_id, ENDED, seconds)

    async def until(self, run_id: UUID, states: frozenset[str], seconds: float = 60) -> Run:
        """The run once it is in one of these states, within that time."""
        deadline = time.monotonic() + seconds
        while (run := await self.run(run_id)).state not in states:
            assert time.monotonic() < deadline, f"the run is still {run.state} after {seconds} s"
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return run

    async def until_some_ended(self, runs: list[Run], *, at_least: int, seconds: float = 60) -> None:
        """Return when that many of these runs have ended."""
        deadline = time.monotonic() + seconds
        while sum([(await self.run(run.id)).state in ENDED for run in runs]) < at_least:
            assert time.monotonic() < deadline
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    def with_settings(self, settings: Settings) -> Services:
        """The same services with other settings, for the environment of a worker."""
        return replace(self.services, settings=settings)

    async def until_fence(self, run_id: UUID, fence: int, seconds: float = 30) -> None:
        """Return when that many drivers have taken the run."""
        deadline = time.monotonic() + seconds
        while (await self.run(run_id)).fence < fence:
            assert time.monotonic() < deadline
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


def start_worker(services: Services) -> Forked:
    """A worker process; whoever starts it ends it."""
    return fork_worker(environment_of(services.settings))


@contextmanager
def worker_running(services: Services) -> Iterator[Forked]:
    """A worker process until the block ends."""
    process = start_worker(services)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
