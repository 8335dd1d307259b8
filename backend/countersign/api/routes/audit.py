"""A person's own audit entries, opened, and whether their chain is whole."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from countersign.api.signed_in import ServicesDep, SessionDep
from countersign.audit import log as audit
from countersign.kit.ids import AccountId, ActionId, EventId, RunId
from countersign.kit.paging import DEFAULT_LIMIT, MAX_LIMIT

_MAX_SEQ = 2**63 - 1

router = APIRouter(prefix="/audit", tags=["audit"])

After = Annotated[int, Query(ge=0, le=_MAX_SEQ, description="Entries after this position.")]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


class AuditEntryShape(BaseModel):
    """Who did what and when; `details` is null once its key was erased."""

    model_config = ConfigDict(from_attributes=True)

    id: EventId
    seq: int
    ts: datetime
    actor: str
    verb: str
    run_id: RunId | None
    action_id: ActionId | None
    account_id: AccountId | None
    details: dict[str, Any] | None


class AuditEntries(BaseModel):
    """Entries in order; ask again after the last `seq` for more."""

    entries: list[AuditEntryShape]


class VerificationShape(BaseModel):
    """Whether the chain holds, over how many entries, and the first position that does not fit."""

    model_config = ConfigDict(from_attributes=True)

    is_whole: bool
    entries: int
    broken_at_seq: int | None


@router.get("")
async def list_entries(
    services: ServicesDep, session: SessionDep, after: After = 0, limit: Limit = DEFAULT_LIMIT
) -> AuditEntries:
    """The person's own entries, opened."""
    entries = await audit.entries(session, services.keys, after_seq=after, limit=limit)
    return AuditEntries(entries=[AuditEntryShape.model_validate(entry) for entry in entries])


@router.get("/verify")
async def verify_chain(services: ServicesDep, session: SessionDep) -> VerificationShape:
    """Walk the person's whole chain."""
    return VerificationShape.model_validate(await audit.verify(session, services.keys))
