"""How a drive ends: the run waits, ends, fails or is cancelled, each in one transaction with its event and audit entry.

Lock order: actions (only in `cancel`), then the run, then the event head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.approvals import gate as approvals
from countersign.errors import CountersignError
from countersign.kit import queue
from countersign.runs import waiting
from countersign.runs.driving import lease, telling
from countersign.runs.driving.progress import Progress
from countersign.runs.models import Run
from countersign.workflows.context import FenceLostError, RunContext
from countersign.workflows.engine import StateSnapshot

RUNS_ENDED = Counter("countersign_runs_ended_total", "Runs that ended, by end state.", ["state"])


@dataclass(frozen=True)
class Seen:
    """The wake counter a pass worked for, and whether the drive took over from a killed one."""

    wake: int
    is_takeover: bool


async def after_pass(
    context: RunContext, progress: Progress, snapshot: StateSnapshot, seen: Seen
) -> int | None:
    """None when the run now waits or has ended; else the wake counter that came in meanwhile: drive again.

    Raises:
        FenceLostError: the run was taken over; nothing was stored.
    """
    async with context.services.db.session(context.user_id) as session:
        if seen.is_takeover:
            await progress.repair(session, snapshot.values.get("said", {}), snapshot.next)
        await progress.write_rest(session)
        run = await _locked(session, context)
        if snapshot.next and (run.wake_wanted > seen.wake or run.cancel_wanted):
            progress.cancel_wanted = run.cancel_wanted
            return run.wake_wanted
        if snapshot.next:
            await _wait(session, context, run, snapshot)
        else:
            await _end(session, context.services, run, _end_values(snapshot.values))
    return None


async def fail(context: RunContext, error: Exception, progress: Progress | None = None) -> None:
    """The run is `failed` with a problem in words, in the run and in the conversation.

    Open cards stay open, retry continues from the failed step.

    Raises:
        FenceLostError: the run was taken over; nothing was stored.
    """
    problem = problem_of(error)
    async with context.services.db.session(context.user_id) as session:
        if progress is not None:
            progress.note_failure(problem["message"])
            await progress.write_rest(session)
        problem = await telling.tell_failure(session, context, problem)
        run = await _locked(session, context)
        await _end(session, context.services, run, {"state": "failed", "problem": problem})


async def cancel(context: RunContext, progress: Progress | None = None) -> None:
    """The run is `cancelled`, and with it every card and hold of it that is still open.

    Raises:
        FenceLostError: the run was taken over; nothing was stored.
    """
    async with context.services.db.session(context.user_id) as session:
        await approvals.cancel_open(session, context.services, context.run_id)
        if progress is not None:
            progress.note_failure("Stopped because you cancelled.")
            await progress.write_rest(session)
        run = await _locked(session, context)
        await _end(session, context.services, run, {"state": "cancelled"})


async def end_without_driver(
    session: AsyncSession, services: Services, run: Run, values: dict[str, Any]
) -> Run:
    """The run, ended while nobody drives it (the caller holds its row locked), under a raised fence."""
    return await _end(session, services, run, {**values, "fence": run.fence + 1})


def problem_of(error: Exception) -> dict[str, Any]:
    """`{code, message, action, changed}` for a person: our own errors in their words, any other in none of its own."""
    if isinstance(error, CountersignError):
        return {
            "code": error.code,
            "message": error.message,
            "action": error.action,
            "changed": error.changed,
        }
    return {
        "code": CountersignError.code,
        "message": "A step met an error that Countersign did not expect.",
        "action": "Choose Retry: it continues from that step. If it happens again, tell the administrator.",
        "changed": "no",
    }


async def _locked(session: AsyncSession, context: RunContext) -> Run:
    run = await session.scalar(
        select(Run).where(Run.id == context.run_id, Run.fence == context.fence).with_for_update()
    )
    if run is None:
        raise FenceLostError(context.run_id)
    return run


async def _wait(session: AsyncSession, context: RunContext, run: Run, snapshot: StateSnapshot) -> None:
    changed = await _change(session, run, {"state": "waiting", "wake_seen": run.wake_wanted})
    shown = await waiting.describe(session, changed)
    checkpoint_id = snapshot.config["configurable"]["checkpoint_id"]
    lease.announce(session, context.services, changed, {}, checkpoint_id=checkpoint_id, **shown)
    await _let_next_begin(session, changed)


def _end_values(values: dict[str, Any]) -> dict[str, Any]:
    told = {"summary": values.get("summary"), "problem": values.get("problem")}
    return {"state": values["outcome"], "missing": values.get("missing", []), **told}


async def _end(session: AsyncSession, services: Services, run: Run, values: dict[str, Any]) -> Run:
    ended = {
        "wake_seen": run.wake_wanted,
        "ended_at": func.app_now(),
        "cancel_wanted": False,
        "question": None,
    }
    changed = await _change(session, run, {**ended, **values})
    lease.announce(
        session,
        services,
        changed,
        {},
        summary=changed.summary,
        problem=changed.problem,
        missing=changed.missing or None,
        totals=_totals(changed),
    )
    RUNS_ENDED.labels(changed.state).inc()
    await _let_next_begin(session, changed)
    return changed


async def _change(session: AsyncSession, run: Run, values: dict[str, Any]) -> Run:
    changed = await session.scalars(
        update(Run)
        .where(Run.id == run.id, Run.fence == run.fence, Run.state == run.state)
        .values(lease_until=None, first_pass_over=True, **values)
        .returning(Run),
        execution_options={"populate_existing": True},
    )
    return changed.one()


async def _let_next_begin(session: AsyncSession, run: Run) -> None:
    following: UUID | None = await session.scalar(
        select(Run.id)
        .where(Run.conversation_id == run.conversation_id, Run.state == "queued", Run.id != run.id)
        .order_by(Run.created_at, Run.id)
        .limit(1)
    )
    if following is not None:
        await queue.defer(session, "drive_run", run_id=following, user_id=run.user_id)


def _totals(run: Run) -> dict[str, Any]:
    started, ended = run.started_at, run.ended_at
    ms = round((ended - started).total_seconds() * 1000) if started and ended else 0
    return {"cost_usd": f"{run.cost_usd:.6f}", "tokens_in": 0, "tokens_out": 0, "ms": ms}
