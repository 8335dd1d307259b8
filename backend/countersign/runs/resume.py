"""What a person may ask of a run: look again, take an answer, stop, try again; it drives nothing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.approvals import gate as approvals
from countersign.audit import log as audit
from countersign.errors import ConflictError, InvalidError, NotFoundError
from countersign.events import log as events
from countersign.kit import queue
from countersign.runs.driving import lease, settle
from countersign.runs.models import Run
from countersign.runs.states import ENDED, RETRYABLE
from countersign.runs.waiting import is_asking

MAX_ANSWER_LENGTH = 2_000


async def resume(session: AsyncSession, services: Services, run_id: UUID, text: str | None = None) -> Run:
    """The run, woken to read its rows again; with `text`, the answer to the question it asks.

    Nothing else of the caller reaches the graph: rows decide, the wake only says "look". Any number of resumes at
    once drive the run once. A run that is queued or at work is left as it is.

    Raises:
        NotFoundError: no such run of this user.
        ConflictError: the run has ended, or there is a text but no open question.
        InvalidError: the text is empty or too long.
    """
    run = await _locked(session, run_id)
    if run.state in ENDED:
        msg = f"This run has already ended ({run.state})."
        raise ConflictError(msg, action="Choose Retry, or ask again.")
    if text is not None:
        if not is_asking(run):
            msg = "This run asks nothing at the moment."
            raise ConflictError(msg, action="Write your message in the conversation.")
        await answer(session, run, text)
    elif run.state == "waiting":
        await events.wake(session, run.id)
    audit.record(
        session,
        services.keys,
        "run.resume",
        {"answered": text is not None},
        about=audit.Subject(run_id=run.id),
    )
    return run


async def answer(session: AsyncSession, run: Run, text: str) -> None:
    """Keep the answer to the run's question and wake the run; the caller holds the row and has seen the question open.

    Raises:
        InvalidError: the text is empty or too long.
    """
    if not text.strip() or len(text) > MAX_ANSWER_LENGTH:
        msg = f"An answer has 1 to {MAX_ANSWER_LENGTH} characters."
        raise InvalidError(msg)
    run.question = {**(run.question or {}), "answer": text.strip()}
    await session.flush()
    await events.wake(session, run.id)


async def cancel(session: AsyncSession, services: Services, run_id: UUID) -> Run:
    """The run, cancelled with its open cards and holds; a run at work stops at its next step boundary.

    What was already being executed runs to its own end. Cancelling a cancelled run changes nothing.

    Raises:
        NotFoundError: no such run of this user.
        ConflictError: the run has ended otherwise.
    """
    await approvals.cancel_open(session, services, run_id)
    run = await _locked(session, run_id)
    if run.state == "cancelled":
        return run
    if run.state in ENDED:
        msg = f"This run has already ended ({run.state})."
        raise ConflictError(msg, action="There is nothing left to cancel.")
    audit.record(
        session, services.keys, "run.cancel", {"state": run.state}, about=audit.Subject(run_id=run.id)
    )
    if run.state == "running":
        run.cancel_wanted = True
        await session.flush()
        return run
    return await settle.end_without_driver(session, services, run, {"state": "cancelled"})


async def retry(session: AsyncSession, services: Services, run_id: UUID) -> Run:
    """The run, queued again as its next attempt: from the failed step, or from the start when it had come to an end.

    What is done, approved or in review is never proposed again.

    Raises:
        NotFoundError: no such run of this user.
        ConflictError: it has not failed, nor ended partial or cancelled.
    """
    run = await _locked(session, run_id)
    if run.state not in RETRYABLE:
        msg = f"This run cannot be tried again: it is {run.state}."
        raise ConflictError(msg, action="Only a failed, partial or cancelled run can be retried.")
    queued = await session.scalars(
        update(Run)
        .where(Run.id == run.id, Run.state == run.state, Run.attempt == run.attempt)
        .values(
            state="queued",
            attempt=run.attempt + 1,
            problem=None,
            missing=[],
            summary=None,
            ended_at=None,
            cancel_wanted=False,
        )
        .returning(Run),
        execution_options={"populate_existing": True},
    )
    run = queued.one()
    lease.announce(session, services, run, {"by": "retry"})
    await queue.defer(session, "drive_run", run_id=run.id, user_id=run.user_id)
    return run


async def _locked(session: AsyncSession, run_id: UUID) -> Run:
    run = await session.scalar(select(Run).where(Run.id == run_id).with_for_update())
    if run is None:
        msg = "There is no run with this id."
        raise NotFoundError(msg)
    return run
