"""Cards: which there are, what each version said, editing and deciding; only a person at a session decides."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from countersign.api.idempotency import OnceDep, RequiredOnceDep
from countersign.api.openapi import refusals
from countersign.api.shapes import CursorText, PageSize, RequestBody, as_cursor
from countersign.api.signed_in import DeciderDep, ServicesDep, SessionDep
from countersign.approvals import deciding, expiry, reading
from countersign.approvals.deciding import MAX_NOTE_CHARACTERS, Verdict
from countersign.approvals.reading import Filter
from countersign.events.cards import ApprovalCard, ApprovalStatus
from countersign.kit.ids import AccountId, ApprovalId
from countersign.kit.paging import DEFAULT_LIMIT, Page, write_cursor

router = APIRouter(prefix="/approvals", tags=["approvals"])

_MAX_VERSION = 2**31 - 1
_MAX_TICKS = 20

Version = Annotated[int, Field(ge=1, le=_MAX_VERSION, description="The version that was shown.")]
Note = Annotated[str | None, Field(max_length=MAX_NOTE_CHARACTERS)]
Status = Annotated[ApprovalStatus | None, Query(description="Only cards of this status.")]
OfAccount = Annotated[AccountId | None, Query(alias="account")]
OfGroup = Annotated[str | None, Query(alias="group", max_length=500, pattern=r"^[^\x00]*$")]


class Edit(RequestBody):
    """New values by JSON pointer, one of the card's `editable` each."""

    version: Version
    changes: dict[str, Any] = Field(min_length=1, max_length=50)


class Decision(RequestBody):
    """What a person says about exactly the version and digest that was shown."""

    verb: Literal["approve", "reject", "respond"]
    version: Version
    digest: str = Field(pattern="^sha256:[0-9a-f]{64}$")
    acknowledged: list[Annotated[str, Field(max_length=100)]] = Field(default=[], max_length=_MAX_TICKS)
    reason: Note = None
    instructions: Note = None

    def as_verdict(self) -> Verdict:
        """The verdict; a reason belongs to reject, instructions to respond."""
        note = {"reject": self.reason, "respond": self.instructions}.get(self.verb)
        return Verdict(self.verb, self.version, self.digest, tuple(self.acknowledged), note)


class VersionShape(BaseModel):
    """What one version of a card said, and who made it."""

    version: int
    digest: str
    made_by: str
    preview: dict[str, Any]
    created_at: datetime


class VersionList(BaseModel):
    """Every version, oldest first."""

    versions: list[VersionShape]


@router.get("", responses=refusals(404))
async def list_approvals(
    session: SessionDep,
    status: Status = None,
    account: OfAccount = None,
    group: OfGroup = None,
    cursor: CursorText = None,
    limit: PageSize = DEFAULT_LIMIT,
) -> Page[ApprovalCard]:
    """The person's cards, newest first."""
    wanted = Filter(status, account, group)
    found = await reading.some_cards(session, wanted, after=as_cursor(cursor), limit=limit)
    last = found[-1][0] if len(found) == limit else None
    cards = [ApprovalCard.model_validate(card) for _, card in found]
    return Page[ApprovalCard](
        items=cards, next_cursor=write_cursor(last.created_at, last.id) if last else None
    )


@router.get("/{approval_id}")
async def get_approval(approval_id: ApprovalId, session: SessionDep) -> ApprovalCard:
    """One card as it is now."""
    return ApprovalCard.model_validate(await reading.one_card(session, approval_id))


@router.get("/{approval_id}/versions")
async def list_versions(approval_id: ApprovalId, session: SessionDep) -> VersionList:
    """What every version of the card said."""
    return VersionList.model_validate({"versions": await reading.versions_of(session, approval_id)})


@router.post("/{approval_id}/edit", responses=refusals(409, 410))
async def edit_approval(
    approval_id: ApprovalId, edit: Edit, services: ServicesDep, session: SessionDep, once: OnceDep
) -> ApprovalCard:
    """The next version with these changes; decides nothing."""
    return await once.answer(
        ApprovalCard, lambda: deciding.edit(session, services, approval_id, edit.version, edit.changes)
    )


@router.post("/{approval_id}/decide", responses=refusals(409, 410))
async def decide(
    approval_id: ApprovalId,
    decision: Decision,
    decider: DeciderDep,
    services: ServicesDep,
    once: RequiredOnceDep,
) -> ApprovalCard:
    """Approve, reject or ask for changes; repeating it with the same key answers the first result."""
    return await once.answer(
        ApprovalCard,
        lambda: deciding.decide(
            once.session, services, approval_id, decision.as_verdict(), nonce=once.nonce, decider=decider
        ),
    )


@router.post("/{approval_id}/reopen", status_code=202, responses=refusals(409))
async def reopen_approval(
    approval_id: ApprovalId, services: ServicesDep, session: SessionDep, once: OnceDep
) -> ApprovalCard:
    """Ask for an expired card again, from fresh data."""
    return await once.answer(ApprovalCard, lambda: expiry.reopen(session, services, approval_id), status=202)


@router.post("/{approval_id}/dismiss", responses=refusals(409))
async def dismiss_approval(
    approval_id: ApprovalId, services: ServicesDep, session: SessionDep, once: OnceDep
) -> ApprovalCard:
    """Close an expired card for good."""
    return await once.answer(ApprovalCard, lambda: expiry.dismiss(session, services, approval_id))
