"""A person's jobs as the queue and the record of failures together tell them; it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.errors import NotFoundError
from countersign.events.shapes import JobState
from countersign.jobs.models import job_id

_LARGEST = 2**63 - 1

_OWN = """
    SELECT j.queue_id, j.task, j.status, j.attempts, j.scheduled_at, j.queued_at, j.run_id, j.action_id, j.replay_of,
        f.error_type, f.error_code, f.failed_at, f.replayed_at, f.replayed_as
    FROM own_jobs j LEFT JOIN job_failures f USING (queue_id)
"""
_SOME = text(f"{_OWN} WHERE j.queue_id < :before ORDER BY j.queue_id DESC LIMIT :n")
_DEAD = text(f"""
    {_OWN} WHERE j.status = 'failed' AND f.replayed_at IS NULL AND j.queue_id < :before
    ORDER BY j.queue_id DESC LIMIT :n""")
_ONE = text(f"{_OWN} WHERE j.queue_id = :queue_id")
_QUEUE_IDS = text("SELECT queue_id FROM own_jobs")


@dataclass(frozen=True)
class Job:
    """One job; times of the queue (`queued_at`, `next_try_at`) are the machine's, `failed_at` the installation's.

    Attributes:
        queue_id: its number in the queue; never shown.
        attempts: tries that have failed.
        error_type, error_code: the last failure by name; None when there was none, or it could not be kept.
        replay_of, replayed_as: ids of the dead letter this job repeats, and of the job that repeats this one.
    """

    id: UUID
    queue_id: int
    task: str
    state: JobState
    attempts: int
    run_id: UUID | None
    action_id: UUID | None
    error_type: str | None
    error_code: str | None
    queued_at: datetime | None
    next_try_at: datetime | None
    failed_at: datetime | None
    replay_of: UUID | None
    replayed_as: UUID | None


async def some_jobs(session: AsyncSession, *, before: int | None, limit: int) -> list[Job]:
    """At most `limit` of the session's user's jobs that wait, run or failed, newest first, before that queue id."""
    return await _read(session, _SOME, before, limit)


async def dead_letters(session: AsyncSession, *, before: int | None, limit: int) -> list[Job]:
    """At most `limit` of the session's user's jobs that were given up and not replayed, newest first."""
    return await _read(session, _DEAD, before, limit)


async def get(session: AsyncSession, wanted_id: UUID) -> Job:
    """The session's user's job.

    Raises:
        NotFoundError: it succeeded, there is none with this id, or it is somebody else's.
    """
    user_id: UUID = session.info["user_id"]
    numbers = await session.scalars(_QUEUE_IDS)
    queue_id = next((number for number in numbers if job_id(user_id, number) == wanted_id), None)
    row = (await session.execute(_ONE, {"queue_id": queue_id})).one_or_none()
    if row is None:
        msg = "There is no job with this id."
        raise NotFoundError(msg)
    return _job(user_id, row)


async def _read(session: AsyncSession, query: TextClause, before: int | None, limit: int) -> list[Job]:
    end = _LARGEST if before is None else min(before, _LARGEST)
    rows = await session.execute(query, {"before": end, "n": limit})
    return [_job(session.info["user_id"], row) for row in rows]


def _job(user_id: UUID, row: Row[Any]) -> Job:
    state = _state(row)
    return Job(
        id=job_id(user_id, row.queue_id),
        queue_id=row.queue_id,
        task=row.task,
        state=state,
        attempts=row.attempts,
        run_id=row.run_id,
        action_id=row.action_id,
        error_type=row.error_type,
        error_code=row.error_code,
        queued_at=row.queued_at,
        next_try_at=row.scheduled_at if state == "retrying" else None,
        failed_at=row.failed_at,
        replay_of=row.replay_of,
        replayed_as=row.replayed_as,
    )


def _state(row: Row[Any]) -> JobState:
    if row.status == "failed":
        return "failed" if row.replayed_at is None else "replayed"
    if row.status == "doing":
        return "running"
    return "retrying" if row.attempts else "queued"
