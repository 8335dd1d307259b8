"""Background jobs: what waits, runs or failed, and doing again what was given up."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from countersign.api.idempotency import OnceDep
from countersign.api.openapi import refusals
from countersign.api.shapes import CursorText, PageSize, as_cursor
from countersign.api.signed_in import ServicesDep, SessionDep
from countersign.events.shapes import JobState
from countersign.jobs import listing, replay
from countersign.jobs.listing import Job
from countersign.kit.ids import ActionId, JobId, RunId
from countersign.kit.paging import DEFAULT_LIMIT, Page, write_cursor

router = APIRouter(prefix="/jobs", tags=["jobs"])

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class JobShape(BaseModel):
    """One job; `attempts` are the tries that failed, `error_type` and `error_code` name the last failure."""

    model_config = ConfigDict(from_attributes=True)

    id: JobId
    task: str
    state: JobState
    attempts: int
    run_id: RunId | None
    action_id: ActionId | None
    error_type: str | None
    error_code: str | None
    queued_at: datetime | None
    next_try_at: datetime | None
    failed_at: datetime | None
    replay_of: JobId | None
    replayed_as: JobId | None


@router.get("")
async def list_jobs(
    session: SessionDep, cursor: CursorText = None, limit: PageSize = DEFAULT_LIMIT
) -> Page[JobShape]:
    """The person's jobs that wait, run or failed, newest first; what succeeded is not kept."""
    return _page(await listing.some_jobs(session, before=_before(cursor), limit=limit), limit)


@router.get("/dead-letters")
async def list_dead_letters(
    session: SessionDep, cursor: CursorText = None, limit: PageSize = DEFAULT_LIMIT
) -> Page[JobShape]:
    """The person's jobs that were given up and not replayed, newest first."""
    return _page(await listing.dead_letters(session, before=_before(cursor), limit=limit), limit)


@router.post("/{job_id}/replay", status_code=202, responses=refusals(409))
async def replay_job(job_id: JobId, services: ServicesDep, session: SessionDep, once: OnceDep) -> JobShape:
    """Do a dead letter again, once, as a new job; what was done meanwhile is not done twice."""

    async def again() -> Job:
        return await replay.replay(session, services.keys, job_id)

    return await once.answer(JobShape, again, status=202)


def _page(jobs: list[Job], limit: int) -> Page[JobShape]:
    # A cursor is a time and an id: the queue's number stands for both, in an id's form.
    last = write_cursor(_EPOCH, UUID(int=jobs[-1].queue_id)) if len(jobs) == limit else None
    return Page[JobShape](items=[JobShape.model_validate(job) for job in jobs], next_cursor=last)


def _before(cursor: str | None) -> int | None:
    place = as_cursor(cursor)
    return None if place is None else place.id.int
