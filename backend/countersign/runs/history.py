"""Looking at a run: its rows, its steps, and its state at any checkpoint; it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.errors import NotFoundError
from countersign.kit.paging import Cursor
from countersign.runs.models import Run, RunStep
from countersign.runs.saver import Checkpoints
from countersign.workflows.engine import StateSnapshot
from countersign.workflows.registry import WORKFLOWS

MAX_CHECKPOINTS = 200


@dataclass(frozen=True)
class State:
    """A run's graph as it stood at one checkpoint.

    Attributes:
        created_at: RFC 3339, the machine's time when it was written.
        next: the nodes that were to run next; empty when the graph had come to an end.
        values: the graph's values, plain JSON; actions appear as ids once they are proposed.
        said: the newest sentence of each node so far.
    """

    checkpoint_id: str
    parent_id: str | None
    created_at: str
    step: int
    attempt: int
    next: tuple[str, ...]
    is_waiting: bool
    said: dict[str, str]
    values: dict[str, Any]


async def get(session: AsyncSession, run_id: UUID) -> Run:
    """The session's user's run.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
    """
    run = await session.get(Run, run_id, populate_existing=True)
    if run is None:
        msg = "There is no run with this id."
        raise NotFoundError(msg)
    return run


async def list_runs(session: AsyncSession, *, before: Cursor | None, limit: int) -> list[Run]:
    """At most `limit` runs of the session's user, newest first, from `before` on."""
    query = select(Run).order_by(Run.created_at.desc(), Run.id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(Run.created_at, Run.id) < (before.created_at, before.id))
    return list(await session.scalars(query))


async def steps(session: AsyncSession, run_id: UUID) -> list[RunStep]:
    """The run's steps of every attempt, in the order in which they began."""
    rows = await session.scalars(
        select(RunStep)
        .where(RunStep.run_id == run_id)
        .order_by(RunStep.attempt, RunStep.started_at, RunStep.step_id)
    )
    return list(rows)


async def history(checkpoints: Checkpoints, run: Run, *, limit: int = MAX_CHECKPOINTS) -> list[State]:
    """The run's states, newest first, at most `limit`; none before its first step.

    `run` comes from `get`, which has proved whose it is; row-level security proves it again.
    """
    if run.workflow is None:
        return []
    graph = WORKFLOWS[run.workflow].graph.copy({"checkpointer": checkpoints.for_reading(run.user_id)})
    snapshots = graph.aget_state_history({"configurable": {"thread_id": str(run.id)}}, limit=limit)
    return [_state(snapshot) async for snapshot in snapshots]


async def state_at(checkpoints: Checkpoints, run: Run, checkpoint_id: str) -> State:
    """The run's state at that checkpoint.

    Raises:
        NotFoundError: the run has no such checkpoint.
    """
    if run.workflow is not None:
        graph = WORKFLOWS[run.workflow].graph.copy({"checkpointer": checkpoints.for_reading(run.user_id)})
        found = await graph.aget_state(
            {"configurable": {"thread_id": str(run.id), "checkpoint_id": checkpoint_id}}
        )
        if found.created_at is not None:
            return _state(found)
    msg = "This run has no state with this id."
    raise NotFoundError(msg)


def _state(snapshot: StateSnapshot) -> State:
    metadata: dict[str, Any] = dict(snapshot.metadata or {})
    parent = snapshot.parent_config
    return State(
        checkpoint_id=snapshot.config["configurable"]["checkpoint_id"],
        parent_id=parent["configurable"]["checkpoint_id"] if parent else None,
        created_at=snapshot.created_at or "",
        step=metadata.get("step", -1),
        attempt=metadata.get("attempt", 1),
        next=snapshot.next,
        is_waiting=bool(snapshot.interrupts),
        said=dict(snapshot.values.get("said", {})),
        values=dict(snapshot.values),
    )
