"""Whoever replays the event log up to any moment knows the state of that moment: of runs, steps, cards and actions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from countersign.kit.ids import to_public
from tests.workflows.mailroom import MailDesk

_STATE = {
    "run": "SELECT id, state FROM runs",
    "act": "SELECT id, state FROM actions",
    "apr": "SELECT p.id, p.status || ' v' || a.version AS state FROM approvals p JOIN actions a ON a.id = p.action_id",
}
_STEPS = "SELECT run_id, attempt, step_id, status FROM run_steps"
_EVENTS = "SELECT seq, type, data FROM events ORDER BY seq"


@dataclass
class Replayed:
    """What a client holds after these events."""

    known: dict[str, str] = field(default_factory=dict)

    def take(self, type_: str, data: dict[str, Any]) -> None:
        """One event."""
        match type_:
            case "run.updated":
                self.known[data["run_id"]] = data["state"]
            case "step.updated":
                self.known[f"{data['run_id']} {data['attempt']} {data['step_id']}"] = data["status"]
            case "approval.requested" | "approval.updated":
                self.known[data["id"]] = f"{data['status']} v{data['version']}"
            case "action.updated":
                self.known[data["action_id"]] = data["state"]


@dataclass
class Watcher:
    """Compares the log with the rows in one snapshot, again and again."""

    connection: asyncpg.Connection[asyncpg.Record]
    heads: set[int] = field(default_factory=set)

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            async with self.connection.transaction(isolation="repeatable_read", readonly=True):
                rows = {
                    to_public(kind, row["id"]): row["state"]
                    for kind, query in _STATE.items()
                    for row in await self.connection.fetch(query)
                }
                steps = {
                    f"{to_public('run', row['run_id'])} {row['attempt']} {row['step_id']}": row["status"]
                    for row in await self.connection.fetch(_STEPS)
                }
                events = await self.connection.fetch(_EVENTS)
            replayed = Replayed()
            for event in events:
                replayed.take(event["type"], json.loads(event["data"]))
            untold = {name for name, state in rows.items() if state in {"queued", "proposed"}}
            told = {name: state for name, state in replayed.known.items() if name not in untold}
            assert told == {name: state for name, state in {**rows, **steps}.items() if name not in untold}
            self.heads.add(len(events))
            await asyncio.sleep(0.002)


@asynccontextmanager
async def watched(alex: MailDesk) -> AsyncIterator[Watcher]:
    """The log is compared with the rows while the block lasts; a difference fails it."""
    connection = await asyncpg.connect(alex.database.addresses.superuser_url)
    watcher = Watcher(connection)
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(watcher.watch())
            yield watcher
            task.cancel()
    finally:
        await connection.close()


async def test_the_state_after_each_step_equals_the_events_replayed_up_to_it(alex: MailDesk) -> None:
    async with watched(alex) as watcher:
        run = await alex.ask_and_drive()
        await alex.decide("respond", "say Thursday instead of Wednesday")
        await alex.drive(run)
        await alex.decide("approve")
        await alex.execute()
        await alex.drive(run)

    assert (await alex.run(run.id)).state == "succeeded"
    assert len(watcher.heads) >= 10
