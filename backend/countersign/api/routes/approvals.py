"""Cards: which there are, what each version said, editing and deciding; only a person at a session decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from countersign.api.idempotency import OnceDep, RequiredOnceDep
from countersign.api.openapi import refusals
from countersign.api.problems import Problem, problem_of
from countersign.api.shapes import CursorText, PageSize, RequestBody, as_cursor
from countersign.api.signed_in import DeciderDep, ServicesDep, SessionDep
from countersign.approvals import deciding, expiry, listing, postponing, reading
from countersign.approvals.batches import many
from countersign.approvals.deciding import MAX_NOTE_CHARACTERS, Verdict
from countersign.approvals.listing import Filter, Tab
from countersign.events.cards import ApprovalCard, ApprovalStatus
from countersign.events.shapes import ActionUpdated
from countersign.kit.ids import AccountId, ApprovalId, BatchId
from countersign.kit.paging import DEFAULT_LIMIT, Page, write_cursor

router = APIRouter(prefix="/approvals", tags=["approvals"])

_MAX_VERSION = 2**31 - 1
_MAX_TICKS = 20
_MAX_MINUTES = 14 * 24 * 60

Version = Annotated[int, Field(ge=1, le=_MAX_VERSION, description="The version that was shown.")]
Note = Annotated[str | None, Field(max_length=MAX_NOTE_CHARACTERS)]
Status = Annotated[ApprovalStatus | None, Query(description="Only cards of this status.")]
OfTab = Annotated[Tab | None, Query(description="Only what this tab holds, in its order.")]
OfBatch = Annotated[BatchId | None, Query(alias="batch")]
OfAccount = Annotated[AccountId | None, Query(alias="account")]
OfGroup = Annotated[str | None, Query(alias="group", max_length=500, pattern=r"^[^\x00]*$")]


class Edit(RequestBody):
    """New values by JSON pointer, one of the card's `editable` each."""

    version: Version
    changes: dict[str, Any] = Field(min_length=1, max_length=50)


class ShownVersion(RequestBody):
    """The version of the card the person was looking at."""

    version: Version


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


class ItemDecision(Decision):
    """What a person says about one of several cards."""

    id: ApprovalId


class Decisions(RequestBody):
    """A decision for each of several cards; each counts by itself."""

    items: list[ItemDecision] = Field(min_length=1, max_length=many.MAX_ITEMS)


class ItemResult(BaseModel):
    """What became of one item: `status` is the card's now, null when there is no such card; `problem` if not `ok`."""

    id: ApprovalId
    ok: bool
    status: ApprovalStatus | None
    problem: Problem | None


class ItemResults(BaseModel):
    """One result for each item, in the order of the request."""

    items: list[ItemResult]


class Extension(RequestBody):
    """How much more time; without `minutes` as much as the card is usually given, or what is left of 14 days."""

    minutes: int | None = Field(default=None, ge=1, le=_MAX_MINUTES)


class Snooze(RequestBody):
    """Until when the card stays out of the way; null brings it back at once."""

    until: AwareDatetime | None


class ListedCard(ApprovalCard):
    """A card with how its action stands."""

    action: ActionUpdated


class TabCounts(BaseModel):
    """How many cards each tab holds."""

    needs_you: int
    snoozed: int
    held: int
    done: int
    failed: int
    expired: int


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


@dataclass(frozen=True)
class _Wanted:
    """What a list is asked for."""

    tab: OfTab = None
    status: Status = None
    account: OfAccount = None
    group: OfGroup = None
    batch: OfBatch = None

    def as_filter(self) -> Filter:
        """The same for the room."""
        return Filter(self.status, self.tab, self.account, self.group, self.batch)


@router.get("", responses=refusals(404))
async def list_approvals(
    session: SessionDep,
    wanted: Annotated[_Wanted, Depends()],
    cursor: CursorText = None,
    limit: PageSize = DEFAULT_LIMIT,
) -> Page[ListedCard]:
    """The person's cards: of a tab what is due first, or newest first."""
    found = await listing.some_cards(session, wanted.as_filter(), after=as_cursor(cursor), limit=limit)
    views = await listing.views(session, found)
    last = found[-1].place if len(found) == limit else None
    cards = [ListedCard.model_validate({**one.card, "action": views[one.action.id]}) for one in found]
    return Page[ListedCard](items=cards, next_cursor=write_cursor(last.created_at, last.id) if last else None)


@router.get("/counts")
async def count_approvals(session: SessionDep) -> TabCounts:
    """How many cards each tab holds."""
    return TabCounts.model_validate(await listing.counts(session))


@router.post("/decide", responses=refusals(404, 409))
async def decide_many(
    decisions: Decisions, decider: DeciderDep, services: ServicesDep, once: RequiredOnceDep
) -> ItemResults:
    """Decide on several cards in one submit; each has its own result, and one refusal touches no other card."""
    items = [many.Item(item.id, item.as_verdict()) for item in decisions.items]

    async def work() -> dict[str, Any]:
        answers = await many.decide_many(once.session, services, items, nonce=once.nonce, decider=decider)
        return {"items": [_result(answer) for answer in answers]}

    return await once.answer(ItemResults, work)


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


@router.post("/{approval_id}/send-instead", responses=refusals(409, 410))
async def send_instead(
    approval_id: ApprovalId, draft: ShownVersion, services: ServicesDep, session: SessionDep, once: OnceDep
) -> ApprovalCard:
    """The draft as a version that sends it, with its own preview and risk; decides nothing."""
    return await once.answer(
        ApprovalCard, lambda: deciding.send_instead(session, services, approval_id, draft.version)
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


@router.post("/{approval_id}/extend", responses=refusals(409, 410))
async def extend_approval(
    approval_id: ApprovalId, extension: Extension, services: ServicesDep, once: OnceDep
) -> ApprovalCard:
    """Give the card more time; nothing else about it changes."""
    return await once.answer(
        ApprovalCard,
        lambda: postponing.extend(once.session, services, approval_id, extension.minutes),
    )


@router.post("/{approval_id}/snooze", responses=refusals(409, 410))
async def snooze_approval(
    approval_id: ApprovalId, snooze: Snooze, services: ServicesDep, once: OnceDep
) -> ApprovalCard:
    """Put the card off; it comes back by itself with its usual time to decide."""
    return await once.answer(
        ApprovalCard, lambda: postponing.snooze(once.session, services, approval_id, snooze.until)
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


def _result(answer: many.Answer) -> dict[str, Any]:
    problem = problem_of(answer.refusal) if answer.refusal else None
    return {
        "id": answer.approval_id,
        "ok": problem is None,
        "status": answer.status,
        "problem": problem.model_dump() if problem else None,
    }
