"""Many cards at once: by tab or status, filtered, in pages, with how each action stands; it changes nothing.

A tab is what a person looks for. What waits is ordered by deadline (to the minute), then risk, then age; what is over,
newest first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, case, func, literal, or_, select, tuple_, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from countersign.actions import proposals
from countersign.actions.proposals import ActionRow, ApprovalRow, VersionRow
from countersign.kit import clock
from countersign.kit.paging import Cursor

Tab = Literal["needs_you", "snoozed", "held", "done", "failed", "expired"]

_IS_ASLEEP = ApprovalRow.snoozed_until > func.app_now()
_IS_AWAKE = or_(ApprovalRow.snoozed_until.is_(None), ApprovalRow.snoozed_until <= func.app_now())
_IS_NO_UNDO = ActionRow.undoes.is_(None)
_TABS: Mapping[Tab, ColumnElement[bool]] = {
    "needs_you": (ApprovalRow.status == "pending") & _IS_AWAKE,
    "snoozed": (ApprovalRow.status == "pending") & _IS_ASLEEP,
    "held": ActionRow.state.in_(("approved", "staging", "armed")) & _IS_NO_UNDO,
    "done": (ActionRow.state == "done") & _IS_NO_UNDO,
    "failed": ActionRow.state.in_(("failed", "refused", "needs_review")),
    "expired": ApprovalRow.status == "expired",
}
"""Snoozed cards come back to `needs_you` by themselves. An undo shows on the action it takes back, unless it failed."""

_PLACES: Mapping[Tab, ColumnElement[Any]] = {
    "needs_you": func.date_trunc("minute", ApprovalRow.expires_at),
    "snoozed": func.date_trunc("minute", ApprovalRow.snoozed_until),
    "held": func.date_trunc("minute", func.coalesce(ActionRow.hold_until, ActionRow.updated_at)),
    "done": func.coalesce(ActionRow.closed_at, ActionRow.updated_at),
    "failed": func.coalesce(ActionRow.closed_at, ActionRow.updated_at),
    "expired": type_coerce(ApprovalRow.expires_at, DateTime(timezone=True)),
}
_LARGEST_BATCH = 1_000
"""More than any batch holds (batches/batching.py)."""

_NEWEST: ColumnElement[Any] = type_coerce(ApprovalRow.created_at, DateTime(timezone=True))
_FIRST_DUE_FIRST: frozenset[Tab] = frozenset({"needs_you", "snoozed", "held"})


@dataclass(frozen=True)
class Filter:
    """Which cards are wanted; None is any."""

    status: str | None = None
    tab: Tab | None = None
    account_id: UUID | None = None
    group_key: str | None = None
    batch_id: UUID | None = None


@dataclass(frozen=True)
class ShownCard:
    """A card with the rows it was made from; `place` is where it stands in its list."""

    action: ActionRow
    approval: ApprovalRow
    card: dict[str, Any]
    place: Cursor


async def some_cards(
    session: AsyncSession, wanted: Filter, *, after: Cursor | None = None, limit: int = 50
) -> list[ShownCard]:
    """At most `limit` of the session's user's cards after that place, in the order of their tab; else newest first."""
    place: ColumnElement[Any] = _PLACES[wanted.tab] if wanted.tab else _NEWEST
    earlier = aliased(VersionRow)
    statement = (
        select(ActionRow, ApprovalRow, VersionRow, earlier, place.label("place"))
        .join(ApprovalRow, ApprovalRow.action_id == ActionRow.id)
        .join(VersionRow, (VersionRow.action_id == ActionRow.id) & (VersionRow.version == ActionRow.version))
        .outerjoin(earlier, (earlier.action_id == ActionRow.id) & (earlier.version == ActionRow.version - 1))
        .limit(limit)
    )
    statement = _ordered(_filtered(statement, wanted), wanted.tab, place, after)
    rows = await session.execute(statement.execution_options(populate_existing=True))
    return [
        ShownCard(
            action,
            approval,
            proposals.card_from(action, approval, version, version_before),
            Cursor(stands_at, approval.id),
        )
        for action, approval, version, version_before, stands_at in rows
    ]


async def of_batch(session: AsyncSession, batch_id: UUID) -> list[ShownCard]:
    """Every card of the batch, the first proposed first; empty when there is no such batch of this user."""
    newest_first = await some_cards(session, Filter(batch_id=batch_id), limit=_LARGEST_BATCH)
    return newest_first[::-1]


async def views(session: AsyncSession, shown: Sequence[ShownCard]) -> dict[UUID, dict[str, Any]]:
    """How each of these actions stands now, with its undo, by its id (`action.updated` in events/shapes.py)."""
    now = await clock.now(session)
    ids = [one.action.id for one in shown]
    statement = select(ActionRow).where(ActionRow.undoes.in_(ids)).order_by(ActionRow.created_at)
    undoing = {action.undoes: action for action in await session.scalars(statement)}
    return {one.action.id: proposals.view(one.action, now, undoing.get(one.action.id)) for one in shown}


async def counts(session: AsyncSession) -> dict[str, int]:
    """How many cards each tab of the session's user holds."""
    columns = [func.count().filter(condition).label(tab) for tab, condition in _TABS.items()]
    statement = (
        select(*columns).select_from(ActionRow).join(ApprovalRow, ApprovalRow.action_id == ActionRow.id)
    )
    return dict((await session.execute(statement)).one()._mapping)


def _filtered(statement: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.status is not None:
        statement = statement.where(ApprovalRow.status == wanted.status)
    if wanted.tab is not None:
        statement = statement.where(_TABS[wanted.tab])
    if wanted.account_id is not None:
        statement = statement.where(ActionRow.account_id == wanted.account_id)
    if wanted.group_key is not None:
        statement = statement.where(ApprovalRow.group_key == wanted.group_key)
    if wanted.batch_id is not None:
        statement = statement.where(ApprovalRow.batch_id == wanted.batch_id)
    return statement


def _ordered(
    statement: Select[Any], tab: Tab | None, place: ColumnElement[Any], after: Cursor | None
) -> Select[Any]:
    if tab not in _FIRST_DUE_FIRST:
        if after is not None:
            statement = statement.where(tuple_(place, ApprovalRow.id) < (after.created_at, after.id))
        return statement.order_by(place.desc(), ApprovalRow.id.desc())
    order = (place, _risk_rank(VersionRow), ApprovalRow.created_at, ApprovalRow.id)
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*_place_of(after)))
    return statement.order_by(*order)


def _risk_rank(version: type[VersionRow]) -> ColumnElement[int]:
    # The stored level serves the order only; what a card shows is made from its payload.
    level = version.preview["risk"]["level"].astext
    return case((level == "high", 0), (level == "medium", 1), else_=2)


def _place_of(after: Cursor) -> list[ColumnElement[Any]]:
    """The place of the page's last card: its deadline as it was then, its risk and age as they are."""
    action, approval, version = aliased(ActionRow), aliased(ApprovalRow), aliased(VersionRow)
    rank = (
        select(_risk_rank(version))
        .join(action, (action.id == version.action_id) & (action.version == version.version))
        .join(approval, approval.action_id == action.id)
        .where(approval.id == after.id)
    )
    asked = select(approval.created_at).where(approval.id == after.id)
    return [literal(after.created_at), rank.scalar_subquery(), asked.scalar_subquery(), literal(after.id)]
