"""Doing a dead letter again: the same task with the same ids, once; whoever does it reconciles first."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.audit import log as audit
from countersign.jobs import failures, listing
from countersign.jobs.errors import JobNotFailedError, JobReplayedError
from countersign.jobs.listing import Job
from countersign.jobs.models import JobFailure, job_id
from countersign.kit import queue
from countersign.kit.crypto import Keys


async def replay(session: AsyncSession, keys: Keys, wanted_id: UUID) -> Job:
    """The new job that does the dead letter's task again; queued with this transaction, audited, told.

    The rows say what is left to do: a run that ended or an action that was done meanwhile is not touched again.

    Raises:
        NotFoundError: no such job of the session's user.
        JobNotFailedError: it is still tried by itself.
        JobReplayedError: it was replayed before.
    """
    letter = await listing.get(session, wanted_id)
    if letter.state not in {"failed", "replayed"}:
        msg = "This job has not failed: it is still tried by itself."
        raise JobNotFailedError(msg)
    user_id: UUID = session.info["user_id"]
    about = {"run_id": letter.run_id, "action_id": letter.action_id, "replay_of": letter.id}
    known = {name: value for name, value in about.items() if value is not None}
    queue_id = await queue.defer(session, letter.task, user_id=user_id, **known)
    new_id = job_id(user_id, queue_id)
    await _take(session, letter, new_id)
    subject = audit.Subject(run_id=letter.run_id, action_id=letter.action_id)
    audit.record(session, keys, "job.replay", {"task": letter.task, "job_id": str(letter.id)}, about=subject)
    failures.tell(session, letter.id, "replayed")
    failures.tell(session, new_id, "queued")
    return await listing.get(session, new_id)


async def _take(session: AsyncSession, letter: Job, new_id: UUID) -> None:
    """Mark the dead letter as replayed; of two at once only one does.

    Raises:
        JobReplayedError: it is marked already; the caller's transaction, with the new job in it, is rolled back.
    """
    marks = {"replayed_at": func.app_now(), "replayed_as": new_id}
    key = {"id": letter.id, "user_id": session.info["user_id"], "queue_id": letter.queue_id}
    statement = insert(JobFailure).values(**key, attempts=letter.attempts, **marks)
    statement = statement.on_conflict_do_update(
        index_elements=["id"], set_=marks, where=JobFailure.replayed_at.is_(None)
    )
    if (await session.execute(statement.returning(JobFailure.id))).one_or_none() is None:
        msg = "This dead letter was replayed before."
        raise JobReplayedError(msg)
