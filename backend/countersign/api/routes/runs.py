"""Runs: what was asked, where it stands, what each step said, any past state; and going on, stopping, trying again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.api.idempotency import OnceDep
from countersign.api.live.event_stream import EventList, as_events
from countersign.api.openapi import refusals
from countersign.api.shapes import CursorText, PageSize, RequestBody, as_cursor
from countersign.api.signed_in import CheckpointsDep, ServicesDep, SessionDep
from countersign.approvals import reading
from countersign.events import log as events
from countersign.events.shapes import ActionResult, Missing, Problem, RunState, StepStatus, WaitingFor
from countersign.kit.ids import AccountId, ActionId, ApprovalId, ConversationId, MessageId, RunId
from countersign.kit.paging import DEFAULT_LIMIT, Page, write_cursor
from countersign.runs import history, resume
from countersign.runs.models import Run
from countersign.runs.resume import MAX_ANSWER_LENGTH
from countersign.runs.waiting import waiting_for

router = APIRouter(prefix="/runs", tags=["runs"])

_MAX_SEQ = 2**63 - 1

CheckpointId = Annotated[
    str, Path(pattern="^[0-9a-f-]{1,64}$", description="`checkpoint_id` of the history.")
]
After = Annotated[int, Query(ge=0, le=_MAX_SEQ, description="Events after this `seq`.")]
EventLimit = Annotated[int, Query(ge=1, le=events.MAX_PAGE, alias="limit")]
HistoryLimit = Annotated[int, Query(ge=1, le=history.MAX_CHECKPOINTS, alias="limit")]


class Question(BaseModel):
    """The one thing a run asks; `answer` is null while it is open."""

    model_config = ConfigDict(extra="ignore")

    id: str
    text: str
    options: list[str] | None = None
    answer: str | None = None


class RunSummary(BaseModel):
    """A run as a list shows it; money is a decimal string in US dollars, `confidence` is 0 to 100."""

    model_config = ConfigDict(from_attributes=True)

    id: RunId
    conversation_id: ConversationId
    message_id: MessageId
    request: str
    workflow: str | None
    state: RunState
    attempt: int
    account_ids: list[AccountId]
    intent: str | None
    confidence: int | None
    current_step: str | None
    summary: str | None
    problem: Problem | None
    missing: list[Missing] = []
    estimated_cost_usd: Decimal
    cost_usd: Decimal
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class StepShape(BaseModel):
    """One step in one attempt; `detail` is one plain sentence."""

    model_config = ConfigDict(from_attributes=True)

    attempt: int
    step_id: str
    node: str
    status: StepStatus
    detail: str
    started_at: datetime
    ended_at: datetime | None


class RunActionShape(BaseModel):
    """How one of the run's actions stands; `approval_id` is its card."""

    action_id: ActionId
    approval_id: ApprovalId
    kind: str
    state: str
    title: str
    result: ActionResult | None
    problem: Problem | None
    closed_at: datetime | None


class RunShape(RunSummary):
    """A run with its plan, steps and actions."""

    waiting_for: WaitingFor | None = None
    question: Question | None
    plan: dict[str, Any] | None
    plan_digest: str | None
    steps: list[StepShape] = []
    actions: list[RunActionShape] = []


class ResumeRequest(RequestBody):
    """Look again; with `text`, the answer to the run's question."""

    text: str | None = Field(default=None, min_length=1, max_length=MAX_ANSWER_LENGTH, pattern=r"\S")


class StateShape(BaseModel):
    """The run's graph as it stood at one checkpoint."""

    model_config = ConfigDict(from_attributes=True)

    checkpoint_id: str
    parent_id: str | None
    created_at: str
    step: int
    attempt: int
    next: list[str]
    is_waiting: bool
    said: dict[str, str]
    values: dict[str, Any]


class StateList(BaseModel):
    """States, newest first."""

    states: list[StateShape]


@router.get("")
async def list_runs(
    session: SessionDep, cursor: CursorText = None, limit: PageSize = DEFAULT_LIMIT
) -> Page[RunSummary]:
    """The person's runs, newest first."""
    rows = await history.list_runs(session, before=as_cursor(cursor), limit=limit)
    last = write_cursor(rows[-1].created_at, rows[-1].id) if len(rows) == limit else None
    return Page[RunSummary](items=[RunSummary.model_validate(row) for row in rows], next_cursor=last)


@router.get("/{run_id}")
async def get_run(run_id: RunId, session: SessionDep) -> RunShape:
    """One run with its plan, steps and what it waits for."""
    return await _shape(session, await history.get(session, run_id))


@router.post("/{run_id}/resume", status_code=202, responses=refusals(409))
async def resume_run(
    run_id: RunId,
    services: ServicesDep,
    session: SessionDep,
    once: OnceDep,
    said: ResumeRequest | None = None,
) -> RunShape:
    """Wake a waiting run to look at its rows again, or answer its question; any number of times drives it once."""

    async def wake() -> RunShape:
        return await _shape(
            session, await resume.resume(session, services, run_id, said.text if said else None)
        )

    return await once.answer(RunShape, wake, status=202)


@router.post("/{run_id}/cancel", status_code=202, responses=refusals(409))
async def cancel_run(run_id: RunId, services: ServicesDep, session: SessionDep, once: OnceDep) -> RunShape:
    """Cancel a run with its open cards and holds; what is being executed runs to its own end."""

    async def cancel() -> RunShape:
        return await _shape(session, await resume.cancel(session, services, run_id))

    return await once.answer(RunShape, cancel, status=202)


@router.post("/{run_id}/retry", status_code=202, responses=refusals(409))
async def retry_run(run_id: RunId, services: ServicesDep, session: SessionDep, once: OnceDep) -> RunShape:
    """Queue a failed, partial or cancelled run again; what is done or approved is never proposed twice."""

    async def retry() -> RunShape:
        return await _shape(session, await resume.retry(session, services, run_id))

    return await once.answer(RunShape, retry, status=202)


@router.get("/{run_id}/events")
async def list_run_events(
    run_id: RunId, session: SessionDep, after: After = 0, limit: EventLimit = events.MAX_PAGE
) -> EventList:
    """The run's events in order; `head_seq` is the newest of the person's whole log."""
    await history.get(session, run_id)
    head = (await events.after(session, _MAX_SEQ, limit=1)).head_seq
    rows = await events.for_run(session, run_id, after_seq=after, limit=limit)
    return EventList(events=as_events(rows), head_seq=head)


@router.get("/{run_id}/history")
async def list_states(
    run_id: RunId,
    session: SessionDep,
    checkpoints: CheckpointsDep,
    limit: HistoryLimit = history.MAX_CHECKPOINTS,
) -> StateList:
    """Every past state of the run's graph, newest first."""
    states = await history.history(checkpoints, await history.get(session, run_id), limit=limit)
    return StateList(states=[StateShape.model_validate(state) for state in states])


@router.get("/{run_id}/states/{checkpoint_id}")
async def get_state(
    run_id: RunId, checkpoint_id: CheckpointId, session: SessionDep, checkpoints: CheckpointsDep
) -> StateShape:
    """The run's graph as it stood at that checkpoint."""
    run = await history.get(session, run_id)
    return StateShape.model_validate(await history.state_at(checkpoints, run, checkpoint_id))


async def _shape(session: AsyncSession, run: Run) -> RunShape:
    await session.refresh(run)
    return RunShape.model_validate(run).model_copy(
        update={
            "waiting_for": await waiting_for(session, run),
            "steps": [StepShape.model_validate(step) for step in await history.steps(session, run.id)],
            "actions": [_action(action) for action in await reading.actions_of_run(session, run.id)],
        }
    )


def _action(action: reading.ActionResult) -> RunActionShape:
    known = {name: action.outcome.get(name) for name in ("result", "problem")}
    names = ("action_id", "approval_id", "kind", "state", "title", "closed_at")
    return RunActionShape.model_validate({name: getattr(action, name) for name in names} | known)
