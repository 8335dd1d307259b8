"""Keeping what went wrong with a job, as its owner; it decides neither about a retry nor about a replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.errors import CountersignError
from countersign.events import log as events
from countersign.events.shapes import JobState, JobUpdated
from countersign.jobs.models import JobFailure, job_id


@dataclass(frozen=True)
class Failed:
    """One try that failed.

    Attributes:
        attempts: tries so far, with this one.
        retry_at: the next try in the machine's time; None when the job is given up.
    """

    queue_id: int
    attempts: int
    error: Exception
    retry_at: datetime | None


async def record(session: AsyncSession, failed: Failed) -> None:
    """Keep the newest failure of the session's user's job and tell it; a job given up is a dead letter.

    Only the error's type and stable code are kept. Repeating it changes nothing but the time.
    """
    user_id: UUID = session.info["user_id"]
    values = {
        "attempts": failed.attempts,
        "error_type": type(failed.error).__name__,
        "error_code": failed.error.code if isinstance(failed.error, CountersignError) else None,
        "failed_at": func.app_now(),
        "retry_at": failed.retry_at,
    }
    own_id = job_id(user_id, failed.queue_id)
    statement = insert(JobFailure).values(id=own_id, user_id=user_id, queue_id=failed.queue_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
    tell(session, own_id, "failed" if failed.retry_at is None else "retrying")


async def forget(session: AsyncSession, queue_id: int) -> None:
    """Tell that a job that had failed, or a replay, succeeded; the queue keeps nothing of it and neither do we."""
    own_id = job_id(session.info["user_id"], queue_id)
    await session.execute(delete(JobFailure).where(JobFailure.id == own_id))
    tell(session, own_id, "succeeded")


def tell(session: AsyncSession, own_id: UUID, state: JobState) -> None:
    """Add `job.updated` to the session's user's log."""
    events.append(session, "job.updated", JobUpdated(job_id=own_id, state=state))
