"""The tasks of the queue: done by whoever is given, tried again with growing waits, and kept when they fail.

It knows a job's ids only; what they stand for is the worker's business.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import structlog
from procrastinate import App, RetryStrategy
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from sqlalchemy.exc import SQLAlchemyError

from countersign.jobs import failures
from countersign.kit.db import Database

log = structlog.get_logger()

RETRIES: Final = RetryStrategy(max_attempts=3, exponential_wait=2)
"""Tried again after 2, 4 and 8 seconds, then given up."""

KINDS: Final = {"drive_run": "run", "execute_action": "action"}
"""What each task is about; its job carries the ids `<kind>_id` and `user_id`."""

Do = Callable[[str, UUID, UUID], Awaitable[None]]
"""Does what is due: kind, user id, id of the row."""


def register(queue: App, db: Database, do: Do) -> None:
    """Make the queue's tasks known to this process; `db` is the app role's, to keep failures as the job's user."""
    for task in KINDS:
        _register(queue, db, task, do)


def _register(queue: App, db: Database, task: str, do: Do) -> None:
    kind = KINDS[task]

    @queue.task(name=task, retry=RETRIES, pass_context=True)
    async def one(context: JobContext, /, user_id: str, replay_of: str | None = None, **ids: str) -> None:
        owner = UUID(user_id)
        try:
            await do(kind, owner, UUID(ids[f"{kind}_id"]))
        except Exception as exc:
            await _keep(db, owner, context.job, exc)
            raise
        if context.job.attempts or replay_of:
            await _forget(db, owner, context.job)


async def _keep(db: Database, owner: UUID, job: Job, error: Exception) -> None:
    if job.id is None:
        return
    again = RETRIES.get_retry_decision(exception=error, job=job)
    failed = failures.Failed(job.id, job.attempts + 1, error, again.retry_at if again else None)
    try:
        async with db.session(owner) as session:
            await failures.record(session, failed)
    except (SQLAlchemyError, OSError) as exc:
        # The error of the job itself decides what becomes of it; without a record it is shown without one.
        log.warning("jobs.not_kept", job_id=job.id, error=type(exc).__name__)


async def _forget(db: Database, owner: UUID, job: Job) -> None:
    if job.id is None:
        return
    try:
        async with db.session(owner) as session:
            await failures.forget(session, job.id)
    except (SQLAlchemyError, OSError) as exc:
        log.warning("jobs.not_told", job_id=job.id, error=type(exc).__name__)
