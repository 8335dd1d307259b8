"""Batches: what one holds, group by group; stopping it, and taking it back as one; only a person at a session does."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from countersign.api.idempotency import OnceDep, RequiredOnceDep
from countersign.api.openapi import refusals
from countersign.api.problems import Problem, problem_of
from countersign.api.signed_in import DeciderDep, ServicesDep, SessionDep
from countersign.approvals.batches import ending, showing
from countersign.approvals.batches.ending import Ending
from countersign.events.cards import ApprovalCard, ApprovalStatus, RiskLevel
from countersign.events.shapes import ActionUpdated
from countersign.kit.ids import ActionId, ApprovalId, BatchId, RunId

router = APIRouter(prefix="/batches", tags=["batches"])


class MemberShape(BaseModel):
    """One card of a group; `left_out` says why approving the group passes over it, null if it does not."""

    model_config = ConfigDict(from_attributes=True)

    approval_id: ApprovalId
    action_id: ActionId
    version: int
    digest: str
    title: str
    status: ApprovalStatus
    state: str
    risk: RiskLevel
    operations: int
    left_out: str | None
    depends_on: list[ApprovalId]


class GroupShape(BaseModel):
    """Similar cards; a person looks at the samples before approving the group."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    label: str
    kind: str
    count: int
    pending: int
    operations: int
    samples: list[ApprovalCard]
    members: list[MemberShape]


class BatchShape(BaseModel):
    """A batch with its groups; money is a decimal string in US dollars."""

    model_config = ConfigDict(from_attributes=True)

    batch_id: BatchId
    run_id: RunId
    count: int
    operations: int
    statuses: dict[ApprovalStatus, int]
    spent_usd: Decimal
    hold_seconds: int
    expected_seconds: int
    expires_at: datetime | None
    groups: list[GroupShape]


class EndingShape(BaseModel):
    """How one action of the batch stands now; `problem` says why it was not stopped or taken back."""

    ok: bool
    action: ActionUpdated
    problem: Problem | None


class Endings(BaseModel):
    """One result for each action that was concerned."""

    batch_id: BatchId
    items: list[EndingShape]


@router.get("/{batch_id}")
async def get_batch(batch_id: BatchId, session: SessionDep) -> BatchShape:
    """The batch as it is now: groups with counts and samples, and what stands out of each."""
    return BatchShape.model_validate(await showing.batch(session, batch_id))


@router.post("/{batch_id}/stop")
async def stop_batch(batch_id: BatchId, services: ServicesDep, once: OnceDep) -> Endings:
    """Cancel what has not begun; what has begun runs to its own end and says so."""

    async def work() -> dict[str, Any]:
        return _endings(batch_id, await ending.stop(once.session, services, batch_id))

    return await once.answer(Endings, work)


@router.post("/{batch_id}/undo", responses=refusals(409))
async def undo_batch(
    batch_id: BatchId, decider: DeciderDep, services: ServicesDep, once: RequiredOnceDep
) -> Endings:
    """Take back every action of the batch for which undo is still offered, each with its own result."""

    async def work() -> dict[str, Any]:
        ended = await ending.undo(once.session, services, batch_id, nonce=once.nonce, decider=decider)
        return _endings(batch_id, ended)

    return await once.answer(Endings, work)


def _endings(batch_id: BatchId, ended: list[Ending]) -> dict[str, Any]:
    return {"batch_id": batch_id, "items": [_ending(one) for one in ended]}


def _ending(ended: Ending) -> dict[str, Any]:
    problem = problem_of(ended.refusal) if ended.refusal else None
    return {
        "ok": problem is None,
        "action": ended.action,
        "problem": problem.model_dump() if problem else None,
    }
