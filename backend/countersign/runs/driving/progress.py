"""The steps of one drive as the person sees them: rows and events, written beside the graph without slowing it.

Changes that arrive while one transaction is being written share the next one. It decides nothing about the run.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.events import log as events
from countersign.kit import clock
from countersign.kit.ids import to_public
from countersign.runs.driving import lease
from countersign.runs.models import RunStep
from countersign.workflows.context import RunContext
from countersign.workflows.steps import Workflow

PAUSE_SECONDS = 0.05
"""Between two writes: steps that follow each other faster than an eye can see share one transaction."""


@dataclass(frozen=True)
class _Change:
    node: str
    status: str
    detail: str
    started: float
    ended: float | None


@dataclass
class _Taken:
    """Changes that a node's own transaction stores instead of the next write."""

    progress: Progress
    changes: list[_Change]
    now: datetime | None = None
    read_at: float = 0.0

    async def announce(self, session: AsyncSession) -> None:
        """Add their events; the time is read once for events and rows."""
        if self.changes:
            self.now, self.read_at = await clock.now(session), time.monotonic()
            self.progress.announce(session, self.changes, self.now, self.read_at)

    async def store(self, session: AsyncSession) -> None:
        """Store their rows."""
        if self.now is not None:
            await self.progress.store(session, self.changes, self.now, self.read_at)


@dataclass
class Progress:
    """What the stream of one drive said about its steps and is not yet stored.

    Attributes:
        cancel_wanted: whether the person asked to stop, as of the last write.
    """

    context: RunContext
    workflow: Workflow
    cancel_wanted: bool = False
    _pending: list[_Change] = field(default_factory=list)
    _started: dict[str, float] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)
    _woken: set[str] = field(default_factory=set)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def note(self, task: Mapping[str, Any]) -> None:
        """Take one chunk of LangGraph's `tasks` stream: a node that starts, ends, or waits.

        An ending with an error is left to `note_failure`, which knows the words.
        """
        node = task["name"]
        if "input" in task:
            self._started[node] = time.monotonic()
            if node in self._woken:
                # It waited and goes on: LangGraph starts it anew, but for the person the waiting is over.
                self._woken.discard(node)
                return
            self._add(node, "running", self.workflow.step(node).starting(task["input"]))
        elif task["interrupts"]:
            self._add(node, "waiting", str(task["interrupts"][0]["value"].get("says", "")))
        elif task["error"] is None:
            said = (task["result"] or {}).get("said") or {}
            self._add(node, "done", said.get(node, self.workflow.step(node).label))

    def wake(self, nodes: tuple[str, ...]) -> None:
        """These waiting nodes are about to go on: they are not shown as beginning to wait once more."""
        self._woken = set(nodes)

    @asynccontextmanager
    async def so_far(self) -> AsyncIterator[_Taken]:
        """What is seen and not stored, for a node's own transaction; put back when the block fails."""
        async with self._writing:
            taken = _Taken(self, self._take())
        try:
            yield taken
        except BaseException:
            self._pending = [*taken.changes, *self._pending]
            if taken.changes:
                self._changed.set()
            raise

    def note_failure(self, sentence: str) -> None:
        """Mark the node that was at work as failed, with that sentence."""
        for node in list(self._started):
            self._add(node, "failed", sentence)

    async def keep_writing(self) -> None:
        """Store changes as they come, until `stop`; a write that began is always finished.

        Raises:
            FenceLostError: the run was taken over; nothing more may be written.
        """
        length = timedelta(seconds=self.context.services.settings.run_lease_seconds)
        while True:
            await self._changed.wait()
            if self._stopped.is_set():
                return
            async with self._writing:
                await self._write_pending(length)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), PAUSE_SECONDS)

    def stop(self) -> None:
        """Let `keep_writing` return after the write under way; the rest belongs to the drive's last transaction."""
        self._stopped.set()
        self._changed.set()

    async def write_rest(self, session: AsyncSession) -> None:
        """Store what is left in this transaction; the caller takes the fence in it."""
        changes = self._take()
        if changes:
            await self._write(session, changes, await clock.now(session))

    async def repair(
        self, session: AsyncSession, said: Mapping[str, str], open_nodes: tuple[str, ...]
    ) -> None:
        """Show as done what a killed driver finished but could not store: the checkpoint knows its sentences."""
        rows = await session.execute(
            select(RunStep.node, RunStep.status, RunStep.attempt).where(RunStep.run_id == self.context.run_id)
        )
        status = {row.node: row.status for row in rows}
        for node, sentence in said.items():
            if node not in open_nodes and status.get(node) in {None, "running"} and node not in self._started:
                self._add(node, "done", sentence)

    def _add(self, node: str, status: str, detail: str) -> None:
        ended = None if status in {"running", "waiting"} else time.monotonic()
        if ended is not None or status == "waiting":
            started = self._started.pop(node, time.monotonic())
        else:
            started = self._started[node]
        self._pending.append(_Change(node, status, detail, started, ended))
        self._changed.set()

    def _take(self) -> list[_Change]:
        changes, self._pending = self._pending, []
        self._changed.clear()
        return changes

    async def _write_pending(self, length: timedelta) -> None:
        changes = self._take()
        if not changes:
            return
        context = self.context
        async with context.services.db.session(context.user_id) as session:
            renewed = await lease.renew(
                session, context.run_id, context.fence, length, current_step=changes[-1].node
            )
            self.cancel_wanted = renewed.cancel_wanted
            await self._write(session, changes, renewed.now)

    async def _write(self, session: AsyncSession, changes: list[_Change], now: datetime) -> None:
        read_at = time.monotonic()
        await self.store(session, changes, now, read_at)
        self.announce(session, changes, now, read_at)

    async def store(
        self, session: AsyncSession, changes: list[_Change], now: datetime, read_at: float
    ) -> None:
        """The rows of these changes, the newest of each step; `now` was read when the machine's clock was `read_at`."""
        latest = {change.node: change for change in changes}
        rows = [self._row(change, now, read_at) for change in latest.values()]
        statement = insert(RunStep).values(rows)
        fresh = {name: statement.excluded[name] for name in ("status", "detail", "started_at", "ended_at")}
        await session.execute(
            statement.on_conflict_do_update(index_elements=["run_id", "attempt", "step_id"], set_=fresh)
        )

    def announce(self, session: AsyncSession, changes: list[_Change], now: datetime, read_at: float) -> None:
        """The events of these changes, in order; added to the transaction, nothing is executed."""
        for change in changes:
            events.append(
                session, "step.updated", self._event(change, now, read_at), run_id=self.context.run_id
            )

    def _row(self, change: _Change, now: datetime, read_at: float) -> dict[str, Any]:
        return {
            "run_id": self.context.run_id,
            "attempt": self.context.attempt,
            "step_id": change.node,
            "user_id": self.context.user_id,
            "node": change.node,
            "status": change.status,
            "detail": change.detail,
            "started_at": _at(change.started, now, read_at),
            "ended_at": None if change.ended is None else _at(change.ended, now, read_at),
        }

    def _event(self, change: _Change, now: datetime, read_at: float) -> dict[str, Any]:
        return {
            "run_id": to_public("run", self.context.run_id),
            "step_id": change.node,
            "node": change.node,
            "status": change.status,
            "attempt": self.context.attempt,
            "detail": change.detail,
            "started_at": _at(change.started, now, read_at).isoformat(),
            "ms": None if change.ended is None else round((change.ended - change.started) * 1000),
            "cost_usd": "0.000000",
            "model": None,
            "cached": None,
        }


def _at(moment: float, now: datetime, read_at: float) -> datetime:
    # The machine's own clock gives distances only; the time itself is the database's.
    return now - timedelta(seconds=read_at - moment)
