"""Looking at cards: one, many, their versions and titles; it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from countersign.actions import proposals
from countersign.actions.executor import compensation
from countersign.actions.proposals import ActionRow, ApprovalRow, VersionRow
from countersign.kit.paging import Cursor


@dataclass(frozen=True)
class CardTitle:
    """An open card by the words that name it; `id` is the approval's."""

    id: UUID
    title: str


@dataclass(frozen=True)
class ActionResult:
    """How an action stands: `outcome` holds `result {provider_id, link}` when done, `problem` when it failed."""

    action_id: UUID
    approval_id: UUID
    kind: str
    state: str
    title: str
    payload: dict[str, Any]
    outcome: dict[str, Any]
    closed_at: datetime | None


@dataclass(frozen=True)
class Filter:
    """Which cards are wanted; None is any."""

    status: str | None = None
    account_id: UUID | None = None
    group_key: str | None = None


async def open_titles(session: AsyncSession) -> list[CardTitle]:
    """The session's user's cards that wait for a decision, newest first."""
    rows = await session.execute(
        select(ApprovalRow.id, VersionRow.preview["title"].astext)
        .join(ActionRow, ActionRow.id == ApprovalRow.action_id)
        .join(VersionRow, (VersionRow.action_id == ActionRow.id) & (VersionRow.version == ActionRow.version))
        .where(ApprovalRow.status == "pending")
        .order_by(ApprovalRow.created_at.desc(), ApprovalRow.id.desc())
    )
    return [CardTitle(approval_id, title) for approval_id, title in rows]


async def one_card(session: AsyncSession, approval_id: UUID) -> dict[str, Any]:
    """The card as it is now (events/cards.py).

    Raises:
        NotFoundError: no such card of this user.
    """
    approval = await proposals.approval(session, approval_id)
    return await proposals.card(session, approval.action_id)


async def some_cards(
    session: AsyncSession, wanted: Filter, *, after: Cursor | None = None, limit: int = 50
) -> list[tuple[Cursor, dict[str, Any]]]:
    """At most `limit` of the session's user's cards after that place, newest first, each with its place."""
    earlier = aliased(VersionRow)
    statement = (
        select(ActionRow, ApprovalRow, VersionRow, earlier)
        .join(ApprovalRow, ApprovalRow.action_id == ActionRow.id)
        .join(VersionRow, (VersionRow.action_id == ActionRow.id) & (VersionRow.version == ActionRow.version))
        .outerjoin(earlier, (earlier.action_id == ActionRow.id) & (earlier.version == ActionRow.version - 1))
        .order_by(ApprovalRow.created_at.desc(), ApprovalRow.id.desc())
        .limit(limit)
    )
    if wanted.status is not None:
        statement = statement.where(ApprovalRow.status == wanted.status)
    if wanted.account_id is not None:
        statement = statement.where(ActionRow.account_id == wanted.account_id)
    if wanted.group_key is not None:
        statement = statement.where(ApprovalRow.group_key == wanted.group_key)
    if after is not None:
        statement = statement.where(
            tuple_(ApprovalRow.created_at, ApprovalRow.id) < (after.created_at, after.id)
        )
    rows = await session.execute(statement.execution_options(populate_existing=True))
    return [
        (
            Cursor(approval.created_at, approval.id),
            proposals.card_from(action, approval, version, version_before),
        )
        for action, approval, version, version_before in rows
    ]


async def versions_of(session: AsyncSession, approval_id: UUID) -> list[dict[str, Any]]:
    """What every version of the card said, oldest first: `{version, digest, made_by, preview, created_at}`.

    Raises:
        NotFoundError: no such card of this user.
    """
    approval = await proposals.approval(session, approval_id)
    return [
        {
            "version": version.version,
            "digest": version.digest,
            "made_by": version.made_by,
            "preview": version.preview,
            "created_at": version.created_at,
        }
        for version in await proposals.versions(session, approval.action_id)
    ]


async def one_action(session: AsyncSession, action_id: UUID) -> dict[str, Any]:
    """State, hold, evidence and undo of an action (`action.updated` in events/shapes.py).

    Raises:
        NotFoundError: no such action of this user.
    """
    return await compensation.view(session, await proposals.one(session, action_id))


async def actions_of_run(session: AsyncSession, run_id: UUID) -> list[ActionResult]:
    """How each of the run's actions stands, in the order they were proposed: what a receipt is written from."""
    found = await proposals.of_run(session, run_id)
    return [
        ActionResult(
            action_id=action.id,
            approval_id=proposals.approval_id_of(action.id),
            kind=action.kind,
            state=action.state,
            title=(await proposals.current_version(session, action)).preview["title"],
            payload=action.payload,
            outcome=action.outcome or {},
            closed_at=action.closed_at,
        )
        for action in found
    ]
