"""Who drives a run: taking it by compare-and-set, keeping it, giving it back; it runs no graph.

A lease gives liveness only. Safety is the fence: it rises in the statement that takes the run, and every later
checkpoint and row of an earlier driver is refused by it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from countersign.accounts.services import Services
from countersign.audit import log as audit
from countersign.events import log as events
from countersign.kit import clock
from countersign.kit.ids import to_public
from countersign.runs.models import Run
from countersign.workflows.context import FenceLostError


@dataclass(frozen=True)
class Taken:
    """A run this process drives now, as it was when taken, and the state it was taken from."""

    run: Run
    came_from: str


async def take(services: Services, user_id: UUID, run_id: UUID) -> Taken | None:
    """The run, now `running` under a raised fence and a fresh lease; None when there is nothing to do for it.

    Takes it from `queued` when no earlier run of the conversation is in its first pass, from `waiting` when a wake
    is unseen, from `running` when the lease is over. Of any number of callers at once exactly one gets it.
    """
    async with services.db.session(user_id) as session:
        run = await session.scalar(select(Run).where(Run.id == run_id).with_for_update())
        now = await clock.now(session)
        if run is None or not await _may_take(session, run, now):
            return None
        came_from = run.state
        lease = timedelta(seconds=services.settings.run_lease_seconds)
        taken = await session.scalars(
            update(Run)
            .where(Run.id == run_id, Run.fence == run.fence, Run.state == came_from)
            .values(
                state="running",
                fence=Run.fence + 1,
                lease_until=now + lease,
                started_at=func.coalesce(Run.started_at, now),
            )
            .returning(Run),
            execution_options={"populate_existing": True},
        )
        run = taken.one()
        if came_from != "running":
            announce(session, services, run, {"from": came_from})
        return Taken(run, came_from)


async def keep(services: Services, user_id: UUID, run_id: UUID, fence: int) -> None:
    """Renew the lease until cancelled.

    Raises:
        FenceLostError: another driver has the run; whatever runs under this lease must stop.
    """
    lease = timedelta(seconds=services.settings.run_lease_seconds)
    while True:
        await asyncio.sleep(services.settings.run_lease_renew_seconds)
        async with services.db.session(user_id) as session:
            await renew(session, run_id, fence, lease)


@dataclass(frozen=True)
class Renewed:
    """What a renewal tells: whether the person asked to stop, and the database's time."""

    cancel_wanted: bool
    now: datetime


async def renew(session: AsyncSession, run_id: UUID, fence: int, lease: timedelta, **values: Any) -> Renewed:
    """The lease starts again and `values` are stored with it, all under the fence.

    Raises:
        FenceLostError: another driver has the run.
    """
    rows = await session.execute(
        update(Run)
        .where(Run.id == run_id, Run.fence == fence)
        .values(lease_until=func.app_now() + lease, **values)
        .returning(Run.cancel_wanted, func.app_now().label("now")),
        execution_options={"synchronize_session": False},
    )
    row = rows.one_or_none()
    if row is None:
        raise FenceLostError(run_id)
    return Renewed(bool(row.cancel_wanted), row.now)


async def give_back(services: Services, user_id: UUID, run_id: UUID, fence: int) -> None:
    """End the lease now, so that another worker continues at once; nothing when the run was taken over or ended."""
    async with services.db.session(user_id) as session:
        await session.execute(
            update(Run)
            .where(Run.id == run_id, Run.fence == fence, Run.state == "running")
            .values(lease_until=func.app_now()),
            execution_options={"synchronize_session": False},
        )


def announce(
    session: AsyncSession, services: Services, run: Run, details: dict[str, Any], **data: Any
) -> None:
    """Add the event and the audit entry of the run's new state to this transaction.

    `data` are further fields of `run.updated`; `details` go to the audit only.
    """
    public = to_public("run", run.id)
    events.append(session, "run.updated", {"run_id": public, "state": run.state, **data}, run_id=run.id)
    audit.record(
        session,
        services.keys,
        f"run.{run.state}",
        {"attempt": run.attempt, **details},
        actor="system",
        about=audit.Subject(run_id=run.id),
    )


async def _may_take(session: AsyncSession, run: Run, now: datetime) -> bool:
    if run.state == "running":
        return run.lease_until is None or run.lease_until <= now
    if run.state == "waiting":
        return run.wake_wanted > run.wake_seen
    return run.state == "queued" and not await _is_behind_another(session, run)


async def _is_behind_another(session: AsyncSession, run: Run) -> bool:
    earlier = aliased(Run)
    behind = select(
        exists().where(
            and_(
                earlier.conversation_id == run.conversation_id,
                earlier.first_pass_over.is_(False),
                tuple_(earlier.created_at, earlier.id) < tuple_(run.created_at, run.id),
                or_(earlier.state == "queued", earlier.state == "running"),
            )
        )
    )
    return bool(await session.scalar(behind))
